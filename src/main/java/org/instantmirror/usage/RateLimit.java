package org.instantmirror.usage;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How often each of many may do something: so many times at once, and one more each time an
 * interval has passed. Those who did it last are remembered, a bounded number, in memory only.
 * Thread-safe.
 */
public final class RateLimit {

  private final int burst;
  private final Duration interval;

  /** When the one that takes its place had all of its tokens again. Guarded by this. */
  private final Map<String, Instant> fullAt;

  /**
   * @param burst at least 1
   * @param interval longer than none
   * @param most how many are remembered
   */
  public RateLimit(int burst, Duration interval, int most) {
    this.burst = burst;
    this.interval = interval;
    this.fullAt =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
            return size() > most;
          }
        };
  }

  /**
   * Takes one, if there is one.
   *
   * @return zero if there was; else how long there won't be
   */
  public synchronized Duration take(String who, Instant now) {
    Instant full = fullAt.get(who);
    // A clock that was set back must not lock anybody out.
    Instant latest = now.plus(interval.multipliedBy(burst));
    Instant begin = full == null || full.isBefore(now) ? now : full.isAfter(latest) ? latest : full;
    Instant next = begin.plus(interval);
    if (next.isAfter(latest)) {
      fullAt.put(who, begin);
      return Duration.between(latest, next);
    }
    fullAt.put(who, next);
    return Duration.ZERO;
  }
}
