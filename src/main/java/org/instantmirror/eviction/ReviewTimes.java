package org.instantmirror.eviction;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.instantmirror.repo.Config;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repo.Retention;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When files are reviewed: the tree once a day, and what is known of files after generations have
 * changed, at most once an hour, at once when the configuration says other things of them, and soon
 * when nothing more may go. The first time is a minute after the start: nobody waits for it.
 * Thread-safe.
 */
final class ReviewTimes implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ReviewTimes.class);

  private static final Duration TREE = Duration.ofDays(1);
  private static final Duration GENERATIONS = Duration.ofHours(1);
  private static final Duration ASKED = Duration.ofMinutes(10);
  private static final long LOOK_SECONDS = 60;

  private final Listings listings;
  private final Supplier<Config> config;
  private final Clock clock;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread created = new Thread(task, "eviction-review");
            created.setDaemon(true);
            return created;
          });

  // Confined to the thread.
  private Instant treeAt = Instant.MIN;
  private Instant rowsAt = Instant.MIN;
  private long version;
  private Map<RepoId, Retention> rules = Map.of();

  private volatile boolean asked;
  private volatile @Nullable Instant last;

  ReviewTimes(Listings listings, Supplier<Config> config, Clock clock) {
    this.listings = listings;
    this.config = config;
    this.clock = clock;
  }

  /**
   * Begins.
   *
   * @param tree a whole review; returns how many files there are
   * @param rows one of what is known
   */
  void start(LongSupplier tree, LongSupplier rows) {
    rules = rules();
    var unused =
        thread.scheduleWithFixedDelay(
            () -> look(tree, rows), LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
  }

  private void look(LongSupplier tree, LongSupplier rows) {
    try {
      Instant now = clock.instant();
      long versionNow = listings.version();
      Map<RepoId, Retention> rulesNow = rules();
      boolean whole = isPast(treeAt, TREE, now);
      boolean due =
          !rulesNow.equals(rules)
              || (versionNow != version && isPast(rowsAt, GENERATIONS, now))
              || (asked && isPast(rowsAt, ASKED, now));
      if (!whole && !due) {
        return;
      }
      asked = false;
      long files = whole ? tree.getAsLong() : rows.getAsLong();
      rules = rulesNow;
      version = versionNow;
      rowsAt = now;
      treeAt = whole ? now : treeAt;
      last = now;
      LOG.debug("{} files were reviewed", files);
    } catch (RuntimeException fault) {
      // A scheduled task that throws would never run again.
      LOG.error("files could not be reviewed", fault);
    }
  }

  private static boolean isPast(Instant before, Duration time, Instant now) {
    return before.equals(Instant.MIN) || !before.plus(time).isAfter(now);
  }

  /** Somebody needs one soon. */
  void ask() {
    asked = true;
  }

  private Map<RepoId, Retention> rules() {
    Map<RepoId, Retention> now = new HashMap<>();
    config.get().repos().forEach((id, repo) -> now.put(id, repo.retention()));
    return now;
  }

  /** When the last one began; null if there was none. */
  @Nullable Instant last() {
    return last;
  }

  /** Rests as long as a batch took; false if it is time to stop. */
  boolean rest(long nanos) {
    try {
      return !stopped.await(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    stopped.countDown();
    thread.shutdown();
    try {
      if (!thread.awaitTermination(30, TimeUnit.SECONDS)) {
        LOG.warn("a review of files takes long to end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
