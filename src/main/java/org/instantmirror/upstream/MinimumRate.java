package org.instantmirror.upstream;

import java.time.Duration;

/**
 * Judges whether a transfer is too slow: fewer than so many bytes a second, over windows of the
 * time-out. Only time spent waiting for upstream counts, so that a slow disk or a bandwidth limit
 * of our own isn't taken for a slow upstream. One thread.
 */
final class MinimumRate {

  private static final double NANOS_PER_SECOND = 1e9;

  private final long bytesPerSecond;
  private final long windowNanos;
  private long waitedNanos;
  private long bytes;

  /**
   * @param bytesPerSecond 0 for no limit
   * @param window over which the rate is averaged
   */
  MinimumRate(long bytesPerSecond, Duration window) {
    this.bytesPerSecond = bytesPerSecond;
    this.windowNanos = window.toNanos();
  }

  /**
   * Takes note of bytes that came.
   *
   * @param waited nanoseconds spent waiting for them
   * @return whether the transfer is too slow
   */
  boolean isTooSlowAfter(long waited, int received) {
    waitedNanos += Math.max(0, waited);
    bytes += received;
    if (bytesPerSecond == 0 || waitedNanos < windowNanos) {
      return false;
    }
    boolean tooSlow = bytes < bytesPerSecond * (waitedNanos / NANOS_PER_SECOND);
    waitedNanos = 0;
    bytes = 0;
    return tooSlow;
  }
}
