package org.instantmirror.testing;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits on a monitor for a condition, with a limit so that a broken test ends. */
final class Waiting {
  private Waiting() {}

  /** The caller holds {@code monitor}, which is notified on each change. */
  @SuppressWarnings("WaitNotInLoop")
  static void until(
      Object monitor, Duration patience, BooleanSupplier condition, Supplier<String> state) {
    long deadlineNanos = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean()) {
      long leftMillis = (deadlineNanos - System.nanoTime()) / 1_000_000;
      if (leftMillis <= 0) {
        throw new AssertionError("gave up waiting: " + state.get());
      }
      try {
        monitor.wait(leftMillis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while waiting: " + state.get(), e);
      }
    }
  }
}
