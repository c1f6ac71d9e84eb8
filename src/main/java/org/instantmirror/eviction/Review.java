package org.instantmirror.eviction;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.instantmirror.eviction.Judge.Judgement;
import org.instantmirror.repo.Config;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.RepoId;
import org.instantmirror.store.Evicted;
import org.instantmirror.store.FileRecord;
import org.instantmirror.store.Store;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at all files, in bounded memory: finds those that were put into the tree or taken out of it
 * by hand, judges each anew, and drops what has expired. It rests between two batches, so that it
 * is in nobody's way. For one thread.
 */
final class Review {

  private static final Logger LOG = LoggerFactory.getLogger(Review.class);

  private static final int BATCH = 256;

  /** A change of priority below this share isn't worth writing. */
  private static final double NOTEWORTHY = 0.01;

  private final Store store;
  private final Judge judge;
  private final Listings listings;
  private final Supplier<Config> config;
  private final DoubleSupplier inflation;
  private final Clock clock;

  /** Rests for the nanoseconds that a batch has taken; false to stop. */
  private final LongPredicate rest;

  Review(
      Store store,
      Judge judge,
      Listings listings,
      Supplier<Config> config,
      DoubleSupplier inflation,
      Clock clock,
      LongPredicate rest) {
    this.store = store;
    this.judge = judge;
    this.listings = listings;
    this.config = config;
    this.inflation = inflation;
    this.clock = clock;
    this.rest = rest;
  }

  /** Finds files that came by hand; returns how many. */
  int discover() {
    int news = 0;
    Set<RepoId> repos = config.get().served().keySet();
    for (RepoId repo : repos) {
      Iterator<EntryKey> walk = store.walk(repo, "", null);
      while (walk.hasNext()) {
        long begin = System.nanoTime();
        List<EntryKey> batch = new ArrayList<>(BATCH);
        while (walk.hasNext() && batch.size() < BATCH) {
          batch.add(walk.next());
        }
        news += store.files().discover(batch, clock.instant());
        if (!rest.test(System.nanoTime() - begin)) {
          return news;
        }
      }
    }
    if (news > 0) {
      LOG.info("{} files were found that came or changed by hand", news);
    }
    return news;
  }

  /** Judges all files anew; returns how many. */
  long judgeAll() {
    long last = 0;
    long count = 0;
    long missing = 0;
    while (true) {
      long begin = System.nanoTime();
      List<FileRecord> batch = store.files().after(last, BATCH);
      if (batch.isEmpty()) {
        break;
      }
      missing += judge(batch);
      count += batch.size();
      last = batch.get(batch.size() - 1).id();
      if (!rest.test(System.nanoTime() - begin)) {
        return count;
      }
    }
    if (missing > 0) {
      LOG.info("{} files were found to have been removed by hand", missing);
    }
    return count;
  }

  /** Returns how many of them aren't there any more. */
  int judge(List<FileRecord> batch) {
    Instant now = clock.instant();
    List<FileRecord> gone = new ArrayList<>();
    List<FileRecord> changed = new ArrayList<>();
    int dropped = 0;
    for (FileRecord file : batch) {
      Judgement judged = judge.judge(file, now);
      Evicted look = store.lookAtEviction(judged.names());
      if (look == Evicted.GONE) {
        gone.add(file);
        continue;
      }
      if (judged.expired() && drop(file)) {
        dropped++;
        continue;
      }
      boolean stays = look == Evicted.LINKED || look == Evicted.FOREIGN;
      FileRecord result =
          stays
              ? file.judged(Rank.NEVER.code(), judged.file().priority(), judged.file().demand())
              : judged.file();
      if (isNews(file, result)) {
        changed.add(result);
      }
    }
    if (!gone.isEmpty()) {
      store.files().gone(gone);
    }
    if (dropped > 0) {
      store.settle();
    }
    if (!changed.isEmpty()) {
      store.files().judged(changed, inflation.getAsDouble());
    }
    return gone.size();
  }

  /** What other names the file has may stay. */
  private boolean drop(FileRecord file) {
    EntryKey key = file.key();
    boolean dropped =
        !listings.isBusy(key)
            && (file.inode() == null ? store.evict(key) : store.evictName(key)) == Evicted.YES;
    if (dropped) {
      LOG.debug("{}: {}", file.key(), Reason.EXPIRED.sentence());
    }
    return dropped;
  }

  private static boolean isNews(FileRecord before, FileRecord after) {
    return before.rank() != after.rank()
        || Math.abs(after.priority() - before.priority()) > NOTEWORTHY * before.priority();
  }
}
