package org.instantmirror.eviction;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.instantmirror.eviction.Judge.Judgement;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.RepoId;
import org.instantmirror.store.Evicted;
import org.instantmirror.store.FileRecord;
import org.instantmirror.store.Store;
import org.instantmirror.store.StoredFiles;
import org.jspecify.annotations.Nullable;

/**
 * Frees some bytes, or says what would go. Files are taken by their stored priority, which may be
 * of some time ago, so each is judged again before it goes; who turns out to be worth more waits
 * until those are gone that are worth less. For one thread.
 */
final class EvictionRun {

  /** Judged, deleted and written at once. */
  private static final int BATCH = 256;

  /** What came or was asked for within this time is taken to be in use still, */
  static final Duration IN_USE = Duration.ofMinutes(10);

  /** and within this one also when nothing else may go: a fill turns a small cache over quickly. */
  static final Duration SURELY_IN_USE = Duration.ofMinutes(1);

  private static final int MOST_RECENT = 10_000;

  private final Store store;
  private final Judge judge;
  private final Listings listings;
  private final Clock clock;
  private final boolean dry;
  private final Listener listener;

  /** Those that were found to be worth more than their stored priority said. */
  private final PriorityQueue<Judgement> waiting =
      new PriorityQueue<>(Comparator.comparing((Judgement each) -> each.verdict(), Victims.ORDER));

  /** Those whose turn came, but for their having been asked for of late; bounded. */
  private final List<Judgement> recent = new ArrayList<>();

  private final Set<Long> seen = new HashSet<>();

  /** Those that have gone with the first name of the same bytes, or would. */
  private final Set<Long> wentAlong = new HashSet<>();

  private final List<FileRecord> changed = new ArrayList<>();
  private final List<FileRecord> gone = new ArrayList<>();
  private double inflation;
  private long freed;
  private long files;
  private long settled; // of these

  /** Learns what was chosen; says whether to go on. */
  @FunctionalInterface
  interface Listener {
    boolean chosen(Choice choice);
  }

  /**
   * @param inflation as it is
   * @param dry whether nothing is to go
   */
  EvictionRun(
      Store store,
      Judge judge,
      Listings listings,
      Clock clock,
      double inflation,
      boolean dry,
      Listener listener) {
    this.store = store;
    this.judge = judge;
    this.listings = listings;
    this.clock = clock;
    this.inflation = inflation;
    this.dry = dry;
    this.listener = listener;
  }

  /** Bytes that have gone, or would. */
  long freed() {
    return freed;
  }

  /** How many files. */
  long files() {
    return files;
  }

  /** As it is by now. */
  double inflation() {
    return inflation;
  }

  /**
   * Frees them, or as much as may go. Called again it goes on, with what has been judged meanwhile.
   *
   * @param repo whose; null for anybody's
   * @param stop asked between batches
   * @return whether so much went, or the listener had enough
   */
  boolean free(@Nullable RepoId repo, long bytes, BooleanSupplier stop) {
    List<RepoId> repos =
        repo != null
            ? List.of(repo)
            : store.files().totals().stream().map(StoredFiles.Total::repo).toList();
    for (Rank rank : List.of(Rank.FIRST, Rank.BY_WORTH)) {
      Lowest lowest = new Lowest(store.files(), repos, rank);
      boolean more = true;
      while (more && freed < bytes && !stop.getAsBoolean()) {
        more = batch(repo, lowest, rank, bytes);
      }
    }
    freeRecent(bytes, stop);
    recent.clear();
    return freed >= bytes;
  }

  private void freeRecent(long bytes, BooleanSupplier stop) {
    Instant now = clock.instant();
    for (Judgement each : recent) {
      boolean needed = freed < bytes && !stop.getAsBoolean();
      if (!needed || isUsed(each, SURELY_IN_USE, now)) {
        listener.chosen(Choice.of(each, false, Reason.IN_USE, now));
      } else {
        evictNow(each, now);
      }
    }
    settle();
  }

  private static boolean isUsed(Judgement judged, Duration within, Instant now) {
    return isUsed(judged.file(), within, now)
        || judged.others().stream().anyMatch(other -> isUsed(other, within, now));
  }

  private static boolean isUsed(FileRecord file, Duration within, Instant now) {
    Instant used = file.usedAt();
    Instant touched = used != null && used.isAfter(file.storedAt()) ? used : file.storedAt();
    return touched.plus(within).isAfter(now);
  }

  /** Whether there may be more. */
  private boolean batch(@Nullable RepoId repo, Lowest lowest, Rank rank, long bytes) {
    Instant now = clock.instant();
    List<Judgement> candidates = new ArrayList<>();
    double upTo = Double.POSITIVE_INFINITY;
    for (int i = 0; i < BATCH; i++) {
      FileRecord next = lowest.next();
      if (next == null) {
        upTo = Double.POSITIVE_INFINITY;
        break;
      }
      upTo = next.priority();
      // Bytes that are counted for another repository would free nothing of this one's share.
      boolean counts = repo == null || next.counted();
      if (seen.add(next.id()) && counts) {
        take(next, now, candidates);
      }
    }
    boolean ended = upTo == Double.POSITIVE_INFINITY;
    for (Judgement each : candidates) {
      waiting.add(each);
    }
    boolean going = evict(rank, upTo, bytes, now);
    settle();
    return going && !ended;
  }

  private void take(FileRecord file, Instant now, List<Judgement> candidates) {
    Judgement judged = judge.judge(file, now);
    if (judged.verdict().rank() == Rank.NEVER) {
      changed.add(judged.file());
      listener.chosen(Choice.of(judged, false, judged.verdict().reason(), now));
      return;
    }
    if (judged.file().rank() != file.rank() || judged.file().priority() > file.priority()) {
      changed.add(judged.file());
    }
    candidates.add(judged);
  }

  /** In their order, as far as nobody can come any more who would be before them. */
  private boolean evict(Rank rank, double upTo, long bytes, Instant now) {
    while (freed < bytes) {
      Judgement first = waiting.peek();
      if (first == null
          || first.verdict().rank().compareTo(rank) > 0
          || (first.verdict().rank() == rank && first.verdict().priority() > upTo)) {
        return true;
      }
      waiting.remove();
      if (!evict(first, now)) {
        return false;
      }
    }
    return true;
  }

  private boolean evict(Judgement judged, Instant now) {
    if (isUsed(judged, IN_USE, now)) {
      if (recent.size() < MOST_RECENT) {
        recent.add(judged);
      }
      return true;
    }
    return evictNow(judged, now);
  }

  /** Whether the listener wants more. */
  private boolean evictNow(Judgement judged, Instant now) {
    FileRecord file = judged.file();
    if (wentAlong.contains(file.id())) {
      return true;
    }
    List<EntryKey> names = judged.names();
    Evicted outcome =
        names.stream().anyMatch(listings::isBusy)
            ? Evicted.IN_USE
            : dry ? store.lookAtEviction(names) : store.evict(names);
    boolean goes = outcome == Evicted.YES;
    if (goes) {
      freed += file.size();
      files += names.size();
      if (judged.verdict().rank() == Rank.BY_WORTH) {
        inflation = Math.max(inflation, judged.verdict().priority());
      }
    } else if (outcome == Evicted.GONE) {
      gone.add(file);
      return true;
    } else if (outcome == Evicted.LINKED || outcome == Evicted.FOREIGN) {
      // So that it isn't looked at each time; a review looks again.
      changed.add(file.judged(Rank.NEVER.code(), file.priority(), file.demand()));
    }
    boolean more =
        listener.chosen(
            Choice.of(judged, goes, goes ? judged.verdict().reason() : reason(outcome), now));
    if (goes) {
      for (FileRecord other : judged.others()) {
        wentAlong.add(other.id());
        more &= listener.chosen(Choice.along(other, judged, now));
      }
    }
    return more;
  }

  private static Reason reason(Evicted outcome) {
    return switch (outcome) {
      case IN_USE -> Reason.IN_USE;
      case LINKED -> Reason.LINKED;
      case FOREIGN -> Reason.FOREIGN;
      case YES, GONE, FAILED -> Reason.FAILED;
    };
  }

  private void settle() {
    if (!dry) {
      if (!gone.isEmpty()) {
        store.files().gone(gone);
      }
      if (files > settled) {
        store.settle();
        settled = files;
      }
      if (!changed.isEmpty()) {
        // After those that went: who is among them has no row to change.
        store.files().judged(changed, inflation);
      }
    }
    gone.clear();
    changed.clear();
  }
}
