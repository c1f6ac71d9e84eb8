package org.instantmirror.mirror;

import java.time.Instant;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repo.RequestPath;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.store.Store;
import org.instantmirror.store.StoredEntry;
import org.instantmirror.upstream.UpstreamPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drops what is stored, and what is remembered of it. Who is being served goes on being served: a
 * file without a name lives until nobody reads it. Running downloads go on as well; what they bring
 * is upstream's as of now. Thread-safe; blocks for the disk.
 */
public final class Purge {

  private static final Logger LOG = LoggerFactory.getLogger(Purge.class);

  private final Supplier<View> views;
  private final Mirror.Parts parts;
  private final Store store;
  private final AtomicBoolean busy = new AtomicBoolean();

  /**
   * @param views what is configured at the moment
   */
  public Purge(Mirror mirror, Supplier<View> views) {
    this.views = views;
    this.parts = mirror.parts();
    this.store = parts.store();
  }

  /** What came of it. */
  public sealed interface Outcome {}

  /**
   * Something was dropped.
   *
   * @param files of the tree
   * @param bytes of these
   * @param partials downloads that waited to be resumed
   * @param generations that aren't known any more
   * @param kept files that couldn't be deleted; the log says why
   */
  public record Purged(int files, long bytes, int partials, int generations, int kept)
      implements Outcome {}

  /** There was nothing to drop. */
  public record Nothing() implements Outcome {}

  /** Not now. */
  public record Busy(String why) implements Outcome {}

  /** What has been dropped so far. Confined to a thread. */
  private static final class Count {
    private int files;
    private long bytes;
    private int partials;
    private int generations;
    private int kept;
    private boolean other;

    Outcome outcome() {
      boolean nothing = files + partials + generations + kept == 0 && !other;
      return nothing ? new Nothing() : new Purged(files, bytes, partials, generations, kept);
    }
  }

  /**
   * Drops one file. A {@code repomd.xml} takes its generations with it.
   *
   * @return {@link Busy} while it is being downloaded: it would be there again a moment later
   */
  public Outcome entry(EntryKey key) {
    if (parts.running(key).isPresent()) {
      return new Busy("it is being downloaded just now; try again when that has ended");
    }
    Count count = new Count();
    forgetGenerations(key, count);
    drop(key, count);
    for (RepoId area : store.areas(key.repo())) {
      drop(key.in(area), new Count());
    }
    // What went live before its files were gone.
    forgetGenerations(key, count);
    count.partials = store.discardWaiting(waiting -> Folders.live(waiting).equals(key));
    count.other = parts.negatives().forgetAll(key::equals);
    LOG.info("{}: purged, {} bytes", key, count.bytes);
    return count.outcome();
  }

  /**
   * Drops all files of a repository, or of a folder of it; one such purge at a time.
   *
   * @param folder as in a {@link RepositoryFolder}; empty for the whole repository
   * @throws IllegalArgumentException if it can't be a folder's path
   */
  public Outcome folder(RepoId repo, String folder) {
    if (!folder.isEmpty() && !RequestPath.isSafe(folder)) {
      throw new IllegalArgumentException("'" + folder + "' is no path of a folder");
    }
    if (!busy.compareAndSet(false, true)) {
      return new Busy("another purge is running; try again when it has ended");
    }
    try {
      String prefix = folder.isEmpty() ? "" : folder + "/";
      Count count = new Count();
      // First, so that no generation says of files that are dropped what they must be.
      forgetGenerations(repo, folder, prefix, count);
      dropAll(repo, prefix, count);
      for (RepoId area : store.areas(repo)) {
        dropAll(area, prefix, new Count());
      }
      Predicate<EntryKey> within =
          key -> key.repo().configured().equals(repo) && key.path().startsWith(prefix);
      forgetGenerations(repo, folder, prefix, count);
      count.partials = store.discardWaiting(within);
      count.other = parts.negatives().forgetAll(within);
      if (folder.isEmpty()) {
        Optional.ofNullable(views.get().pools().get(repo)).ifPresent(UpstreamPool::forgetLists);
      }
      LOG.info("{}/{}: purged, {} files, {} bytes", repo, prefix, count.files, count.bytes);
      return count.outcome();
    } finally {
      busy.set(false);
    }
  }

  private void forgetGenerations(EntryKey key, Count count) {
    if (Folders.isRepomd(key)) {
      Folders.ofRepodata(key)
          .ifPresent(folder -> count.generations += parts.generations().purge(folder));
    }
  }

  private void forgetGenerations(RepoId repo, String folder, String prefix, Count count) {
    for (RepositoryFolder each : parts.generations().records().folders()) {
      boolean within = each.path().equals(folder) || each.path().startsWith(prefix);
      if (each.repo().equals(repo) && within) {
        count.generations += parts.generations().purge(each);
      }
    }
  }

  private void dropAll(RepoId repo, String prefix, Count count) {
    Iterator<EntryKey> walk = store.walk(repo, prefix, null);
    while (walk.hasNext()) {
      drop(walk.next(), count);
    }
  }

  private void drop(EntryKey key, Count count) {
    Instant now = parts.clock().instant();
    Optional<StoredEntry> stored = store.find(key, now);
    if (stored.isEmpty()) {
      return;
    }
    store.drop(stored.get());
    boolean gone =
        store.peek(key, now).filter(left -> left.file().equals(stored.get().file())).isEmpty();
    if (gone) {
      count.files++;
      count.bytes += stored.get().file().size();
    } else {
      count.kept++;
    }
  }
}
