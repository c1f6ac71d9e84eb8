package org.instantmirror.eviction;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.instantmirror.repo.RepoId;

/**
 * Who is about to store files that don't fit, and waits until the {@link Evictor} has made room.
 * Thread-safe.
 */
final class RoomQueue implements AutoCloseable {

  private static final long TICK_MILLIS = 1_000;

  /** Well below the 25 s that a client waits for its status line. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

  // All guarded by this.
  private final Map<Object, Wanted> waiting = new HashMap<>();

  /** How often somebody has looked what must go, and seen to it. */
  private long rounds;

  /** Somebody has come to wait since the last round ended. */
  private boolean asked;

  private boolean closed;

  private record Wanted(RepoId repo, long bytes) {}

  synchronized boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** How many bytes are waited for. */
  synchronized Map<RepoId, Long> wanted() {
    Map<RepoId, Long> sums = new HashMap<>();
    waiting.values().forEach(each -> sums.merge(each.repo, each.bytes, Long::sum));
    return sums;
  }

  /**
   * Waits for room; 5 s at most.
   *
   * @param levels as they are when it is asked
   * @return why there is none; empty if there is
   */
  Optional<String> await(RepoId repo, long bytes, Supplier<Levels> levels) {
    Object ticket = new Object();
    synchronized (this) {
      waiting.put(ticket, new Wanted(repo, bytes));
    }
    try {
      long deadline = System.nanoTime() + PATIENCE_NANOS;
      Levels now;
      int round = 0;
      do {
        awaitRound(deadline);
        now = levels.get();
        round++;
        // The first may have begun before we wanted it.
      } while (round < 2 && !now.fits(repo, bytes) && System.nanoTime() - deadline < 0);
      return now.fits(repo, bytes) ? Optional.empty() : now.refusal(repo, bytes);
    } finally {
      synchronized (this) {
        waiting.remove(ticket);
      }
    }
  }

  private synchronized void awaitRound(long deadline) {
    long before = rounds;
    asked = true;
    notifyAll();
    while (rounds == before && !closed) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        return;
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** A round has ended: who waits looks again. Returns when the next one is due. */
  synchronized void pause() throws InterruptedException {
    rounds++;
    notifyAll();
    asked = false;
    // Not at once again if somebody waits: he gets his turn, and what was deleted its time.
    long millis = waiting.isEmpty() ? TICK_MILLIS : TICK_MILLIS / 20;
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    for (long left = millis; left > 0 && !asked && !closed; ) {
      wait(left);
      left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    }
  }

  /** Nobody waits any more. */
  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
  }
}
