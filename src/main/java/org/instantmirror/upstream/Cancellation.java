package org.instantmirror.upstream;

import org.jspecify.annotations.Nullable;

/**
 * By which a request is given up from another thread, whether or not its answer has come. For good:
 * whatever is executed with it later fails at once. Thread-safe.
 */
public final class Cancellation {

  // Both guarded by this.
  private boolean cancelled;
  private @Nullable Runnable abort;

  /** Breaks off what is running: it fails soon. Idempotent. */
  public void cancel() {
    Runnable running;
    synchronized (this) {
      cancelled = true;
      running = abort;
      abort = null;
    }
    if (running != null) {
      running.run();
    }
  }

  /** Whether it was called for. */
  public synchronized boolean isCancelled() {
    return cancelled;
  }

  /**
   * Says how to break off the exchange that begins now; the one before is over. For clients.
   *
   * @param newAbort run at most once, by the thread that cancels; at once if that has been
   */
  public void onCancel(Runnable newAbort) {
    synchronized (this) {
      if (!cancelled) {
        abort = newAbort;
        return;
      }
    }
    newAbort.run();
  }
}
