package org.instantmirror.testing;

import java.time.Duration;

/**
 * Holds a fake upstream's answer until a test releases it, byte by byte if it likes. The budget
 * belongs to the gate: several answers behind one gate share it. Thread-safe.
 */
public final class Gate {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  // All guarded by this.
  private long budget;
  private boolean open;
  private int arrivals;

  /** Lets {@code bytes} more body bytes through; with a held head, any release lets the head go. */
  public synchronized void release(long bytes) {
    budget += bytes;
    notifyAll();
  }

  /** Lets everything through from now on. */
  public synchronized void releaseAll() {
    open = true;
    notifyAll();
  }

  /** Waits until an answer has come to this gate. */
  public void awaitRequest() {
    awaitRequests(1);
  }

  /**
   * Waits until that many answers have come to this gate.
   *
   * @throws AssertionError if they don't within 20 seconds
   */
  public synchronized void awaitRequests(int count) {
    Waiting.until(
        this, PATIENCE, () -> arrivals >= count, () -> arrivals + " of " + count + " at the gate");
  }

  synchronized void arrive() {
    arrivals++;
    notifyAll();
  }

  /** Blocks for budget, and takes at most {@code wanted} of it; at least 1. */
  synchronized int take(int wanted) throws InterruptedException {
    while (!open && budget == 0) {
      wait();
    }
    if (open) {
      return wanted;
    }
    int taken = (int) Math.min(wanted, budget);
    budget -= taken;
    return taken;
  }

  /** Blocks until something was released, and takes nothing. */
  synchronized void pass() throws InterruptedException {
    while (!open && budget == 0) {
      wait();
    }
  }
}
