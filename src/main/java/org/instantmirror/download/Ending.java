package org.instantmirror.download;

import java.time.Instant;
import java.util.Objects;
import org.instantmirror.download.ByteSource.Break;
import org.instantmirror.freshness.Vanishing;
import org.instantmirror.repodata.Checksum;
import org.instantmirror.store.PartialEntry;
import org.instantmirror.store.StorageException;
import org.instantmirror.store.StoredEntry;
import org.jspecify.annotations.Nullable;

/**
 * The ways in which a download ends: what becomes of its bytes and of what was stored before, what
 * is remembered, and what its clients are told; in this order, so that their next request finds it
 * so. One of them is called, once, by whoever carries the download out.
 */
final class Ending {

  private final Download download;
  private final Order order;
  private final Transfer.Surroundings around;
  private final TransferLog log;
  private final HeldPartial partial;

  Ending(Download download, Transfer.Surroundings around, TransferLog log, HeldPartial partial) {
    this.download = download;
    this.order = download.order();
    this.around = around;
    this.log = log;
    this.partial = partial;
  }

  /** Before it has any bytes. */
  void without(Phase phase, Opening outcome) {
    around.onEnd().accept(download);
    download.end(phase, outcome);
  }

  /**
   * All bytes are here.
   *
   * @param checksum what they were found to hash to; null if repodata lists none
   */
  void whole(boolean endIsCertain, @Nullable Checksum checksum) {
    PartialEntry bytes = Objects.requireNonNull(partial.entry());
    download.bytesComplete();
    if (!endIsCertain && checksum == null) {
      // Ended by closing, without a length: nobody can know that it is whole.
      partial.discard();
      broken(null);
      return;
    }
    try {
      bytes.commit(around.clock().instant(), checksum);
      around.planner().recordStored(order);
      around.onEnd().accept(download);
      download.end(Phase.COMMITTED, (Break) null);
      log.ended(bytes.length() < 0 ? bytes.size() : bytes.length());
    } catch (StorageException fault) {
      log.notStored(fault);
      partial.discard();
      broken(Break.STORAGE);
    }
  }

  /**
   * Its content was here under another name, or came for that: it is stored.
   *
   * @param of what it was made of
   */
  void shared(StoredEntry entry, StoredEntry of) {
    boolean copied = !entry.file().inode().equals(of.file().inode());
    around.contents().count(entry.file().size(), copied);
    around.planner().recordStored(order);
    around.onEnd().accept(download);
    download.isSharedContent();
    if (download.phase() == Phase.VERIFYING) {
      download.end(Phase.COMMITTED, (Break) null);
    } else {
      download.end(Phase.COMMITTED, new Opening.Linked(entry));
    }
    log.shared(of.key(), entry.file().size(), copied);
  }

  /** Upstream has what is stored, or an older one. */
  void confirmed(StoredEntry stored, AttemptResult.Confirmed answer) {
    StoredEntry entry = around.store().freshen(stored, answer.head(), around.clock().instant());
    around.planner().recordPresent(order);
    partial.discard();
    without(Phase.UNCHANGED, new Opening.Unchanged(entry, answer.status()));
  }

  /** All upstreams, all of them reachable, say 404 or 410. */
  void gone(@Nullable StoredEntry stored) {
    Instant now = around.clock().instant();
    boolean opened = download.phase() == Phase.STREAMING;
    partial.discard();
    if (stored != null && !opened) {
      Vanishing fate =
          Vanishing.of(
              order.key().path(),
              order.fileClass(),
              stored.goneSince(),
              order.repo().lifetimes(),
              now);
      // One that was changed behind our back isn't what upstream had: nothing worth keeping.
      if (fate == Vanishing.KEEP && stored.origin() != StoredEntry.Origin.ALTERED) {
        Instant since = Vanishing.since(stored.goneSince(), now);
        StoredEntry kept = around.store().markGone(stored, since, now);
        without(Phase.UNCHANGED, new Opening.Unchanged(kept, 404));
        return;
      }
      around.store().drop(stored);
      log.dropped();
    }
    around.planner().recordMissing(order, now);
    if (opened) {
      broken(Break.UPSTREAM);
    } else {
      without(Phase.FAILED, new Opening.Missing());
    }
  }

  /**
   * Nothing is stored, and an upstream that can be reached says that there is no such file. Bytes
   * that are here may be gone on with when the others are back.
   */
  void missing() {
    partial.suspend();
    around.planner().recordMissing(order, around.clock().instant());
    without(Phase.FAILED, new Opening.Missing());
  }

  /** It may not be kept, nor may what is stored of it. */
  void unshared(String why, @Nullable StoredEntry stored) {
    partial.discard();
    if (stored != null && !order.key().repo().isArea()) {
      around.store().drop(stored);
    }
    around.planner().recordUnshared(order, around.clock().instant());
    without(Phase.FAILED, new Opening.Unshared(why));
  }

  /**
   * Nobody says whether what is stored still holds.
   *
   * @param asked whether upstream was asked, and doesn't merely rest
   */
  void unchecked(Failure failure, boolean asked) {
    partial.suspend();
    if (asked) {
      around.planner().recordFailedCheck(order, around.clock().instant());
    }
    without(Phase.FAILED, new Opening.Unavailable(failure));
  }

  /** Upstream has another file than the one whose bytes clients have. */
  void changed() {
    partial.discard();
    log.changed();
    broken(Break.STARTED_OVER);
  }

  /**
   * What clients have of it isn't the file that repodata lists. Who has received nothing yet begins
   * again, with another upstream.
   */
  void corrupt(Failure failure) {
    log.failed(failure);
    broken(Break.STARTED_OVER);
  }

  /** The disk doesn't take it. */
  void unstorable(StorageException fault) {
    log.notStored(fault);
    partial.discard();
    if (download.phase() == Phase.STREAMING) {
      broken(Break.STORAGE);
    } else {
      without(Phase.FAILED, new Opening.Unstorable(String.valueOf(fault.getMessage())));
    }
  }

  /** The server stops, or all clients have left. */
  void stopped() {
    partial.suspend();
    if (download.phase() == Phase.STREAMING) {
      broken(Break.STOPPED);
    } else {
      without(Phase.FAILED, new Opening.Withdrawn());
    }
  }

  /** It can't be had now; the bytes that are here may be gone on with later. */
  void failed(Failure failure) {
    partial.suspend();
    if (download.phase() == Phase.STREAMING) {
      log.failed(failure);
      broken(Break.UPSTREAM);
    } else if (!download.phase().isFinal()) {
      without(Phase.FAILED, new Opening.Unavailable(failure));
    }
  }

  /** Who reads it gets no whole file. */
  void broken(@Nullable Break reason) {
    around.onEnd().accept(download);
    download.end(Phase.FAILED, reason);
    log.broken(reason);
  }
}
