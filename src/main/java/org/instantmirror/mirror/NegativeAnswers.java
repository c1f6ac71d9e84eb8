package org.instantmirror.mirror;

import java.time.Duration;
import java.time.Instant;
import org.ehcache.Cache;
import org.ehcache.CacheManager;
import org.ehcache.config.builders.CacheConfigurationBuilder;
import org.ehcache.config.builders.CacheManagerBuilder;
import org.ehcache.config.builders.ResourcePoolsBuilder;
import org.instantmirror.repo.EntryKey;

/**
 * Files that upstream has just said it doesn't have, for a short while: a flood of requests for
 * them stops here, and leaves a bounded trace. Thread-safe.
 */
final class NegativeAnswers implements AutoCloseable {

  private static final int MOST = 10_000;

  private final CacheManager manager;
  private final Cache<EntryKey, Instant> since;

  NegativeAnswers() {
    manager =
        CacheManagerBuilder.newCacheManagerBuilder()
            .withCache(
                "negative",
                CacheConfigurationBuilder.newCacheConfigurationBuilder(
                    EntryKey.class, Instant.class, ResourcePoolsBuilder.heap(MOST)))
            .build(true);
    since = manager.getCache("negative", EntryKey.class, Instant.class);
  }

  /** Remembers a 404 or 410. */
  void record(EntryKey key, Instant now) {
    since.put(key, now);
  }

  /**
   * Whether a remembered answer still holds.
   *
   * @param lifetime how long it holds; an answer from the future was made by a clock that was wrong
   */
  boolean holds(EntryKey key, Instant now, Duration lifetime) {
    Instant made = since.get(key);
    return made != null && !made.isAfter(now) && now.isBefore(made.plus(lifetime));
  }

  void forget(EntryKey key) {
    since.remove(key);
  }

  @Override
  public void close() {
    manager.close();
  }
}
