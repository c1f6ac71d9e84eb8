package org.instantmirror.download;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * Wakes the readers of a download: after a quiet time at once, else together, after an interval
 * that grows with their number. Upstream's bytes come in small pieces; hundreds of readers that
 * were woken for each would spend their time on being woken. Thread-safe.
 */
final class WakeUps {

  static final Duration PER_READER = Duration.ofNanos(250_000);
  static final Duration LONGEST = Duration.ofMillis(50);

  private final IntSupplier readers;
  private final Runnable wakeAll;
  private final Later later;
  private final LongSupplier nanoClock;
  private final AtomicBoolean due = new AtomicBoolean();
  private volatile long lastNanos;

  /** Runs something on another thread. */
  @FunctionalInterface
  interface Later {
    /**
     * Runs it once.
     *
     * @param delay zero for soon
     */
    void run(Runnable task, Duration delay);
  }

  /**
   * @param readers how many there are
   * @param wakeAll wakes those who wait
   * @param later runs it, so that the transfer isn't held up by their number
   * @param nanoClock as {@link System#nanoTime}
   */
  WakeUps(IntSupplier readers, Runnable wakeAll, Later later, LongSupplier nanoClock) {
    this.readers = readers;
    this.wakeAll = wakeAll;
    this.later = later;
    this.nanoClock = nanoClock;
    this.lastNanos = nanoClock.getAsLong() - LONGEST.toNanos();
  }

  /** There are more bytes: whoever waits for some will be woken, soon. */
  void moreArrived() {
    int count = readers.getAsInt();
    if (count == 0 || !due.compareAndSet(false, true)) {
      return;
    }
    long interval = Math.min(LONGEST.toNanos(), count * PER_READER.toNanos());
    long wait = lastNanos + interval - nanoClock.getAsLong();
    later.run(this::round, Duration.ofNanos(Math.max(0, wait)));
  }

  private void round() {
    // First, so that bytes that arrive during the round make another one due.
    due.set(false);
    lastNanos = nanoClock.getAsLong();
    wakeAll.run();
  }
}
