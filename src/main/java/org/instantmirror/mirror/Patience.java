package org.instantmirror.mirror;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** How long a client is let wait for its status line. Thread-safe. */
final class Patience {

  private final ScheduledExecutorService timer;
  private final Duration most;

  /**
   * @param timer not closed here. One of our own: CompletableFuture's would outlive a web
   *     application
   */
  Patience(ScheduledExecutorService timer, Duration most) {
    this.timer = timer;
    this.most = most;
  }

  /** The value, or another when the client has waited long enough. */
  <T> CompletableFuture<T> within(CompletableFuture<T> value, T tooLate) {
    if (!value.isDone()) {
      Future<?> timeout =
          timer.schedule(() -> value.complete(tooLate), most.toMillis(), TimeUnit.MILLISECONDS);
      value.whenComplete((known, fault) -> timeout.cancel(false));
    }
    return value;
  }
}
