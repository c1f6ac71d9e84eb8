package org.instantmirror.mirror;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;
import org.ehcache.Cache;
import org.ehcache.CacheManager;
import org.ehcache.config.builders.CacheConfigurationBuilder;
import org.ehcache.config.builders.CacheManagerBuilder;
import org.ehcache.config.builders.ResourcePoolsBuilder;
import org.instantmirror.repo.EntryKey;

/**
 * What was asked of upstream in vain, for a short while: a flood of requests for it stops here, and
 * leaves a bounded trace. Thread-safe.
 */
final class NegativeAnswers implements AutoCloseable {

  private static final int MOST = 10_000;

  private final CacheManager manager;
  private final Cache<EntryKey, Negative> last;

  /** What came of it. */
  enum Kind {
    /** Upstream said that it has no such file: 404 or 410. */
    MISSING,
    /** Upstream was asked whether a stored file still holds, and gave no usable answer. */
    CHECK_FAILED,
    /** Upstream said that it is for each client by itself. */
    UNSHARED
  }

  /** What is remembered. */
  record Negative(Kind kind, Instant at, long version) {}

  NegativeAnswers() {
    manager =
        CacheManagerBuilder.newCacheManagerBuilder()
            .withCache(
                "negative",
                CacheConfigurationBuilder.newCacheConfigurationBuilder(
                    EntryKey.class, Negative.class, ResourcePoolsBuilder.heap(MOST)))
            .build(true);
    last = manager.getCache("negative", EntryKey.class, Negative.class);
  }

  /**
   * Remembers it, in place of what was before.
   *
   * @param version of what repositories list: upstream may well have what another one lists
   */
  void record(EntryKey key, Kind kind, Instant now, long version) {
    last.put(key, new Negative(kind, now, version));
  }

  /**
   * Whether the last thing that is remembered of a file is of that kind and still holds.
   *
   * @param lifetime how long it holds; an answer from the future was made by a clock that was wrong
   * @param version as it is now; with another one it doesn't hold any more
   */
  boolean holds(EntryKey key, Kind kind, Instant now, Duration lifetime, long version) {
    Negative known = last.get(key);
    return known != null
        && known.kind == kind
        && known.version == version
        && !known.at.isAfter(now)
        && now.isBefore(known.at.plus(lifetime));
  }

  /** What is remembered of a file, whether it still holds or not. */
  Optional<Negative> remembered(EntryKey key) {
    return Optional.ofNullable(last.get(key));
  }

  /** Forgets all that; returns whether there was something. */
  boolean forgetAll(Predicate<EntryKey> which) {
    boolean found = false;
    for (Cache.Entry<EntryKey, Negative> each : last) {
      if (which.test(each.getKey())) {
        last.remove(each.getKey());
        found = true;
      }
    }
    return found;
  }

  /** Forgets whatever it was. */
  void forget(EntryKey key) {
    last.remove(key);
  }

  /** Forgets it if it is of that kind. */
  void forget(EntryKey key, Kind kind) {
    Negative known = last.get(key);
    if (known != null && known.kind == kind) {
      last.remove(key, known);
    }
  }

  @Override
  public void close() {
    manager.close();
  }
}
