package org.instantmirror.download;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.instantmirror.repo.EntryKey;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is wanted although nobody waits for it: so many files at most, each once. What is lasting of
 * it survives a restart, in a {@link WishFile}. Thread-safe.
 */
final class Wishes {

  /** What doesn't fit is dropped; each takes half a kilobyte. */
  static final int MOST = 100_000;

  private static final Logger LOG = LoggerFactory.getLogger("org.instantmirror.download");

  private final int most;

  // All guarded by this.
  private final Map<EntryKey, Wish> all = new LinkedHashMap<>();
  private long changes;
  private boolean frozen;

  Wishes(int most) {
    this.most = most;
  }

  /**
   * Adds a wish, or one more who has it: the later order counts, and the larger saving.
   *
   * @param lasting whether it is to survive a restart
   * @param begin begins its download
   * @return empty if there are too many
   */
  synchronized Optional<Wish> add(
      Order order, double saving, boolean lasting, Consumer<Wish> begin) {
    Wish wish = all.get(order.key());
    if (wish == null) {
      if (all.size() >= most || frozen) {
        LOG.debug("{}: not fetched ahead, {} others are wished for", order.key(), all.size());
        return Optional.empty();
      }
      wish = new Wish(order, saving, begin);
      all.put(order.key(), wish);
    }
    wish.order = order;
    wish.saving = Math.max(saving, wish.saving);
    wish.lasting |= lasting;
    wish.holders++;
    changes++;
    return Optional.of(wish);
  }

  /** The wish for a file, if there is one. */
  synchronized @Nullable Wish of(EntryKey key) {
    return all.get(key);
  }

  synchronized Order orderOf(Wish wish) {
    return wish.order;
  }

  synchronized double savingOf(Wish wish) {
    return wish.saving;
  }

  /** A download of it has begun; false if that is known, or the wish is over. */
  synchronized boolean begins(Wish wish, Download download) {
    boolean isNew = all.get(wish.order.key()) == wish && wish.download != download;
    if (isNew) {
      wish.download = download;
    }
    return isNew;
  }

  /** Whether no download of it has begun. */
  synchronized boolean waits(Wish wish) {
    return wish.download == null && all.get(wish.order.key()) == wish;
  }

  /** One doesn't have it any more; true if nobody does, and it is forgotten. */
  synchronized boolean release(Wish wish) {
    wish.holders--;
    if (wish.holders > 0 || !all.remove(wish.order.key(), wish)) {
      return false;
    }
    changes++;
    return true;
  }

  /** Forgets it: its download has ended, or it was taken back. */
  void end(Wish wish) {
    Download download;
    synchronized (this) {
      download = wish.download;
      if (!frozen && all.remove(wish.order.key(), wish)) {
        changes++;
      }
    }
    wish.ended().complete(download != null && download.isShared());
  }

  /** A wish as it is kept over a restart. */
  record Kept(Order order, double saving) {}

  /** Those that are to survive a restart, the oldest first. */
  synchronized List<Kept> snapshot() {
    List<Kept> kept = new ArrayList<>(all.size());
    all.values().stream()
        .filter(wish -> wish.lasting)
        .forEach(wish -> kept.add(new Kept(wish.order, wish.saving)));
    return kept;
  }

  /** Differs when they do. */
  synchronized long version() {
    return changes;
  }

  /** From now on none is forgotten, and none comes: the server stops. */
  synchronized void freeze() {
    frozen = true;
  }

  /** Tells all who have one that nothing will come of it any more. */
  void giveUp() {
    List<Wish> last;
    synchronized (this) {
      last = List.copyOf(all.values());
    }
    last.forEach(wish -> wish.ended().complete(false));
  }
}
