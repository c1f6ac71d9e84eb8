package org.instantmirror.download;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.instantmirror.download.ByteSource.Break;
import org.instantmirror.http.Head;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.store.PartialEntry;
import org.instantmirror.store.StorageException;
import org.instantmirror.store.StoredEntry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the content of a transfer's file from another name of it: from the disk, or from a download
 * that goes on, which is followed until it has ended. Confined to the transfer's thread, but for
 * {@link #leader} and {@link #stop}.
 */
final class Elsewhere {

  private static final Logger LOG = LoggerFactory.getLogger(Elsewhere.class);

  /** How long a download is waited for that hasn't begun to bring anything. */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final int BUFFER = 64 * 1024;

  private final Transfer transfer;
  private final Download download;
  private final Order order;
  private final Transfer.Surroundings around;
  private final Claim claim;
  private final Ending ending;
  private final HeldPartial partial;

  private boolean alone; // another download was waited for in vain
  private volatile boolean stopped;
  private volatile @Nullable Following following;

  /** What is to be done when no more comes from the other download. */
  enum Next {
    /** Nothing: this one has ended, too. */
    ENDED,
    /** All of it, from the beginning. */
    ANEW,
    /** The rest, after the bytes that are held now. */
    GO_ON
  }

  /**
   * @param transfer which leads where nobody else does
   * @param claim to the places that it runs in; it has none while it follows
   * @param partial holds the bytes that are to be gone on with
   */
  Elsewhere(
      Transfer transfer,
      Download download,
      Transfer.Surroundings around,
      Claim claim,
      Ending ending,
      HeldPartial partial) {
    this.transfer = transfer;
    this.download = download;
    this.order = download.order();
    this.around = around;
    this.claim = claim;
    this.ending = ending;
    this.partial = partial;
  }

  /**
   * Looks for the content, or follows whoever brings it. If there is some, the transfer has nothing
   * to ask for: it has ended, or runs again when the other one has.
   */
  boolean has(ListedFile content) {
    if (alone || !OtherNames.tells(content)) {
      return false;
    }
    Transfer leader = around.contents().lead(content, transfer);
    if (leader != null && mayFollow(leader)) {
      follow(leader, content);
      return true;
    }
    // After having become the leader: what others have brought before is in the tree.
    try {
      return share(content, List.of());
    } catch (StorageException fault) {
      ending.unstorable(fault);
      return true;
    }
  }

  private boolean mayFollow(Transfer leader) {
    return around.planner().otherNames().mayShare(leader.download().order().repo(), order.repo());
  }

  private void follow(Transfer leader, ListedFile content) {
    Instant fileTime = around.planner().otherNames().fileTime(order.key(), content);
    Following next =
        new Following(
            leader, download, fileTime, () -> around.queue().resubmit(claim, Duration.ZERO));
    following = next;
    next.begin();
    around.later().run(next::endIfUnopened, PATIENCE);
    if (stopped) {
      next.end();
    }
  }

  /** Whether another download is, or was until now, followed. */
  boolean follows() {
    return following != null;
  }

  /** Who is being followed. */
  Optional<Transfer> leader() {
    return Optional.ofNullable(following).map(Following::leader);
  }

  /** Follows nobody any more; the transfer runs again. */
  void stop() {
    stopped = true;
    Following now = following;
    if (now != null) {
      now.end();
    }
  }

  /** No more is to come from the one that was followed. */
  Next end(ListedFile content) {
    Transfer leader = leader().orElseThrow();
    following = null;
    if (download.phase() == Phase.VERIFYING) {
      commit(leader, content);
      return Next.ENDED;
    }
    if (download.phase() == Phase.STREAMING) {
      return takeOver(leader, content) ? Next.GO_ON : Next.ENDED;
    }
    alone = !leader.download().phase().isFinal();
    return Next.ANEW;
  }

  /** All bytes have come. */
  private void commit(Transfer leader, ListedFile content) {
    try {
      if (share(content, fetchedBy(leader, content))) {
        return;
      }
    } catch (StorageException fault) {
      LOG.debug("{}: not stored", order.key(), fault);
    }
    ending.broken(Break.STORAGE);
  }

  /** What the other has brought; its repository may not be known as a whole yet. */
  private List<StoredEntry> fetchedBy(Transfer other, ListedFile content) {
    return around
        .store()
        .find(other.download().order().key(), around.clock().instant())
        .filter(entry -> content.checksum().equals(entry.checksum()))
        .stream()
        .toList();
  }

  /**
   * Stores the content under this name, too, if it is here under another; ends the download then.
   *
   * @param known of the other names; more are looked for
   */
  private boolean share(ListedFile content, List<StoredEntry> known) throws StorageException {
    OtherNames names = around.planner().otherNames();
    Instant now = around.clock().instant();
    List<StoredEntry> others = new ArrayList<>(known);
    others.addAll(names.stored(order, content, now));
    Instant fileTime = others.isEmpty() ? null : names.fileTime(order.key(), content);
    for (StoredEntry each : others) {
      StoredEntry other = verified(each, content).orElse(null);
      if (other != null) {
        Head head = Following.headOf(other.head(), fileTime, now);
        Optional<StoredEntry> shared = around.store().share(other, order.key(), head, now);
        if (shared.isPresent()) {
          ending.shared(shared.get(), other);
          return true;
        }
      }
    }
    return false;
  }

  private Optional<StoredEntry> verified(StoredEntry other, ListedFile content) {
    return content.checksum().equals(other.checksum())
        ? Optional.of(other)
        : StoredDigest.verify(around.store(), other, content);
  }

  /** Takes the bytes that have come; false, and the download has ended, if that can't be. */
  private boolean takeOver(Transfer leader, ListedFile content) {
    Break reason = leader.download().broken().orElse(Break.UPSTREAM);
    if (reason == Break.STARTED_OVER) {
      // They aren't those of the file, or nobody can know.
      ending.broken(reason);
      return false;
    }
    PartialEntry bytes = leader.download().entry();
    try {
      PartialEntry own =
          around.store().begin(order.key(), head(bytes), bytes.length(), bytes.source());
      partial.hold(own);
      append(bytes, own);
      download.goOnFrom(own);
      around.contents().lead(content, transfer);
      return true;
    } catch (StorageException fault) {
      ending.unstorable(fault);
    } catch (IOException fault) {
      LOG.debug("reading the bytes of {}", bytes.key(), fault);
      partial.discard();
      ending.broken(reason);
    }
    return false;
  }

  /** As clients have been told. */
  private Head head(PartialEntry bytes) {
    return download.opening().getNow(null) instanceof Opening.Streaming told
        ? told.head()
        : bytes.head();
  }

  private static void append(PartialEntry from, PartialEntry to) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    try (PartialEntry.Reader reader = from.openReader()) {
      while (reader.read(buffer.clear(), to.size()) > 0) {
        to.append(buffer.flip());
      }
    }
  }
}
