package org.instantmirror.upstream;

import java.net.URI;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.instantmirror.upstream.UpstreamException.Kind;

/**
 * The line to one upstream host, or that of the whole server: whoever reads from it waits here for
 * its turn, in the order of {@link Turnstile}. Thread-safe.
 */
final class Line {

  /** Servers that write give a client that reads nothing a minute or so. */
  static final long PATIENCE_NANOS = 20_000_000_000L;

  /** A limit that changes with the hour is noticed after so long. */
  private static final long LONGEST_PAUSE_NANOS = 1_000_000_000L;

  private final LongSupplier rate;
  private final LongSupplier nanoClock;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Turnstile turnstile = new Turnstile(); // guarded by lock

  /**
   * @param rate bytes a second at this moment; 0 for no limit
   * @param nanoClock as {@link System#nanoTime}
   */
  Line(LongSupplier rate, LongSupplier nanoClock) {
    this.rate = rate;
    this.nanoClock = nanoClock;
  }

  /** A client's turn begins: from now on it comes first, until {@link #clientEnds}. */
  void clientBegins() {
    lock.lock();
    try {
      turnstile.clientBegins();
    } finally {
      lock.unlock();
    }
  }

  /** Upstream has brought it something, or doesn't any more. */
  void clientEnds() {
    lock.lock();
    try {
      turnstile.clientEnds(nanoClock.getAsLong());
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for a turn. A client comes first also while it waits here; one that has left doesn't, or
   * what goes on without it would give way to itself.
   *
   * @return how many bytes may be read
   * @throws UpstreamException if it is given up
   */
  int await(Rider rider, int wanted, Cancellation cancellation, URI uri) throws UpstreamException {
    long since = nanoClock.getAsLong();
    boolean told = false;
    boolean counted = false;
    lock.lock();
    try {
      while (true) {
        if (cancellation.isCancelled()) {
          throw new UpstreamException(Kind.BROKEN, uri, "given up");
        }
        long now = nanoClock.getAsLong();
        long limit = rate.getAsLong();
        Urgency urgency = rider.urgency();
        int granted = turnstile.pass(urgency, wanted, limit, now);
        if (granted > 0) {
          return granted;
        }
        boolean isClient = urgency == Urgency.INTERACTIVE;
        if (isClient && !counted) {
          turnstile.clientBegins();
        } else if (!isClient && counted) {
          turnstile.clientEnds(now);
          changed.signalAll();
        }
        counted = isClient;
        if (!told && !isClient && now - since >= PATIENCE_NANOS) {
          told = true;
          unlocked(rider::keptWaiting);
          continue;
        }
        pause(turnstile.pauseNanos(urgency, limit, now), uri);
      }
    } finally {
      if (counted) {
        turnstile.clientEnds(nanoClock.getAsLong());
      }
      lock.unlock();
    }
  }

  /** What it does may take other locks, and cancel. */
  private void unlocked(Runnable task) {
    lock.unlock();
    try {
      task.run();
    } finally {
      lock.lock();
    }
  }

  @SuppressWarnings("WaitNotInLoop") // The caller's.
  private void pause(long nanos, URI uri) throws UpstreamException {
    try {
      // The loop looks at everything again, however this ends.
      var unused = changed.awaitNanos(Math.min(nanos, LONGEST_PAUSE_NANOS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UpstreamException(Kind.BROKEN, uri, "interrupted", e);
    }
  }

  /** What has come of a turn. */
  void brought(Urgency urgency, int granted, int bytes) {
    lock.lock();
    try {
      turnstile.brought(urgency, granted, bytes, rate.getAsLong());
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Has those who wait look again. */
  void wake() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
