package org.instantmirror.upstream;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The health of one repository's base URLs, numbered in their configured order. One that failed
 * rests, longer each time it fails again, 5 s at most, and comes back by itself; a success ends its
 * rest. Thread-safe; does no I/O and reads no clock.
 */
public final class UpstreamPool {

  private static final List<Duration> PAUSES =
      List.of(
          Duration.ofMillis(500),
          Duration.ofSeconds(1),
          Duration.ofSeconds(2),
          Duration.ofSeconds(4),
          Duration.ofSeconds(5));

  /** No rest is longer. */
  public static final Duration LONGEST_REST = PAUSES.get(PAUSES.size() - 1);

  // Guarded by this.
  private final List<Health> healths = new ArrayList<>();

  /** Why the last download that used up its retries failed. Guarded by this. */
  private @Nullable Exhaustion exhaustion;

  /**
   * A pool in which nothing has failed yet.
   *
   * @param size how many base URLs there are, at least 1
   */
  public UpstreamPool(int size) {
    if (size < 1) {
      throw new IllegalArgumentException("a pool of " + size + " upstreams");
    }
    for (int i = 0; i < size; i++) {
      healths.add(Health.GOOD);
    }
  }

  /** Whether that upstream is not to be asked at {@code now}. */
  public synchronized boolean resting(int index, Instant now) {
    return healths.get(index).restingAt(now);
  }

  /** The upstreams that may be asked at {@code now}, best first; empty while all of them rest. */
  public synchronized List<Integer> candidates(Instant now) {
    List<Integer> candidates = new ArrayList<>();
    for (int i = 0; i < healths.size(); i++) {
      if (!healths.get(i).restingAt(now)) {
        candidates.add(i);
      }
    }
    return candidates;
  }

  /** When the first upstream comes back, if all of them rest at {@code now}; else empty. */
  public synchronized Optional<Instant> earliestReturn(Instant now) {
    if (!candidates(now).isEmpty()) {
      return Optional.empty();
    }
    return healths.stream().map(Health::restsUntil).min(Instant::compareTo);
  }

  /** As {@link #failed(int, Instant, Instant)}, for an attempt that failed as soon as it began. */
  public void failed(int index, Instant now) {
    failed(index, now, now);
  }

  /**
   * Records a failed attempt. Attempts that were under way together fail together: one that began
   * before the last failure or success that was recorded here says nothing new, and neither does
   * one while the upstream rests. So 200 downloads that break at once are one step of the pauses.
   *
   * @param started when the attempt began
   */
  public synchronized void failed(int index, Instant started, Instant now) {
    Health health = healths.get(index);
    boolean knownAlready =
        started.isBefore(health.lastVerdict()) && !health.lastVerdict().isAfter(now);
    if (!health.restingAt(now) && !knownAlready) {
      healths.set(index, health.worse(now));
    }
  }

  /** As {@link #succeeded(int, Instant)}, where older attempts may still fail and then count. */
  public void succeeded(int index) {
    succeeded(index, Instant.MIN);
  }

  /** Records that the upstream answered: it doesn't rest, and its pauses begin anew. */
  public synchronized void succeeded(int index, Instant now) {
    healths.set(index, new Health(0, Instant.MIN, now));
    exhaustion = null;
  }

  /**
   * Why a download failed that had used up its retries.
   *
   * @param reason names no file: others will be told it
   */
  public record Exhaustion(UpstreamException.Kind kind, String reason) {}

  /** Records why a download that used up all its retries failed. */
  public synchronized void markExhausted(Exhaustion why) {
    exhaustion = why;
  }

  /**
   * Why a new download would be in vain: all upstreams rest at {@code now}, and a download has used
   * up its retries on them since the last success.
   */
  public synchronized Optional<Exhaustion> exhausted(Instant now) {
    return candidates(now).isEmpty() ? Optional.ofNullable(exhaustion) : Optional.empty();
  }

  /**
   * The health of one upstream.
   *
   * @param failures in a row, as far as they count
   * @param restsUntil the end of its rest; long ago if it never failed
   * @param lastVerdict when a failure or success was last recorded
   */
  private record Health(int failures, Instant restsUntil, Instant lastVerdict) {

    static final Health GOOD = new Health(0, Instant.MIN, Instant.MIN);

    /** A rest that would end later than the longest means that the clock was set back. */
    boolean restingAt(Instant now) {
      return now.isBefore(restsUntil) && !restsUntil.isAfter(now.plus(LONGEST_REST));
    }

    Health worse(Instant now) {
      Duration pause = PAUSES.get(Math.min(failures, PAUSES.size() - 1));
      return new Health(Math.min(failures + 1, PAUSES.size()), now.plus(pause), now);
    }
  }
}
