package org.instantmirror.download;

import java.time.Duration;
import java.util.OptionalDouble;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How fast a download has been growing over the last one or two seconds, a standstill included. One
 * thread writes, any may ask.
 */
final class FillRate {

  private static final long WINDOW_NANOS = Duration.ofSeconds(1).toNanos();

  /** Less says nothing: the first bytes have waited in buffers and come all at once. */
  private static final long LEAST_NANOS = Duration.ofMillis(100).toNanos();

  private final LongSupplier nanoClock;
  private volatile @Nullable Marks marks; // null before the first body

  /** Two moments, the earlier one being what is measured from, and how far it has got. */
  private record Marks(
      long fromNanos, long fromBytes, long laterNanos, long laterBytes, long nowBytes) {

    Marks reached(long bytes, long nanos) {
      return nanos - laterNanos < WINDOW_NANOS
          ? new Marks(fromNanos, fromBytes, laterNanos, laterBytes, bytes)
          : new Marks(laterNanos, laterBytes, nanos, bytes, bytes);
    }
  }

  /**
   * @param nanoClock as {@link System#nanoTime}
   */
  FillRate(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /**
   * A body begins to arrive; what was measured of one before doesn't count.
   *
   * @param bytes how many are here already
   */
  void begin(long bytes) {
    long now = nanoClock.getAsLong();
    marks = new Marks(now, bytes, now, bytes, bytes);
  }

  /**
   * More have arrived.
   *
   * @param bytes how many are here
   */
  void reached(long bytes) {
    Marks before = marks;
    if (before != null) {
      marks = before.reached(bytes, nanoClock.getAsLong());
    }
  }

  /** Bytes a second, 0 or more; empty while it hasn't been measured for long enough. */
  OptionalDouble bytesPerSecond() {
    Marks known = marks;
    long nanos = known == null ? 0 : nanoClock.getAsLong() - known.fromNanos;
    return known == null || nanos < LEAST_NANOS
        ? OptionalDouble.empty()
        : OptionalDouble.of((known.nowBytes - known.fromBytes) * 1e9 / nanos);
  }
}
