package org.instantmirror.download;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A bounded pipe between the thread that reads an upstream and the one client it reads for. The
 * client reads forward only; upstream is read no faster than the client.
 */
public final class Pipe implements ByteSource {

  private static final int CAPACITY = 128 * 1024;
  private static final Duration FOR_EVER = Duration.ofDays(36_500);

  private final int capacity;
  private final long patienceNanos;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition taking = lock.newCondition();

  // All guarded by lock.
  private final byte[] ring;
  private long written;
  private long taken; // beyond written where the client passes over bytes that are to come
  private State state = State.GROWING;
  private boolean closed;
  private @Nullable Runnable wake;

  /**
   * One whose writer waits for the client for ever.
   *
   * @param begin the position of the first byte that will be put
   */
  public Pipe(long begin) {
    this(begin, CAPACITY, FOR_EVER);
  }

  /**
   * One whose writer gives a client up.
   *
   * @param begin the position of the first byte that will be put
   * @param most how many will be put at most: no more room is made than for these
   * @param patience how long the client may take nothing while there is something
   */
  public Pipe(long begin, long most, Duration patience) {
    this.written = begin;
    this.taken = begin;
    this.capacity = (int) Math.max(1, Math.min(CAPACITY, most));
    this.patienceNanos = patience.toNanos();
    this.ring = new byte[capacity];
  }

  /**
   * Gives bytes to the client, waiting until it has taken enough of the earlier ones.
   *
   * @return false if it has left, or was given up
   */
  public boolean put(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      lock.lock();
      try {
        passOver(bytes);
        if (!awaitTaken(capacity - 1)) {
          return false;
        }
        passOver(bytes);
        fill(bytes);
      } finally {
        lock.unlock();
      }
      signal();
    }
    return true;
  }

  /** Drops what the client doesn't want. */
  private void passOver(ByteBuffer bytes) {
    int n = (int) Math.max(0, Math.min(bytes.remaining(), taken - written));
    bytes.position(bytes.position() + n);
    written += n;
  }

  private void fill(ByteBuffer bytes) {
    while (bytes.hasRemaining() && written - taken < capacity) {
      int at = (int) (written % capacity);
      int free = (int) (capacity - (written - taken));
      int n = Math.min(Math.min(bytes.remaining(), capacity - at), free);
      bytes.get(ring, at, n);
      written += n;
    }
  }

  /** Waits until at most that many bytes are left to take; false if the client has left. */
  private boolean awaitTaken(int left) {
    long before = taken;
    long remaining = patienceNanos;
    while (!closed && written - taken > left) {
      try {
        remaining = taking.awaitNanos(remaining);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        closed = true;
      }
      if (taken > before) {
        before = taken;
        remaining = patienceNanos;
      } else if (remaining <= 0) {
        closed = true;
      }
    }
    return !closed;
  }

  /** Waits until the client has taken everything; false if it has left, or was given up. */
  boolean awaitDrained() {
    lock.lock();
    try {
      return awaitTaken(0);
    } finally {
      lock.unlock();
    }
  }

  /** Says that no more will come. */
  public void end(State last) {
    lock.lock();
    try {
      state = last;
    } finally {
      lock.unlock();
    }
    signal();
  }

  private void signal() {
    Runnable waiting;
    lock.lock();
    try {
      waiting = wake;
      wake = null;
    } finally {
      lock.unlock();
    }
    if (waiting != null) {
      waiting.run();
    }
  }

  @Override
  public State state() {
    lock.lock();
    try {
      return state;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public @Nullable Break reason() {
    return state() == State.BROKEN ? Break.UPSTREAM : null;
  }

  /** Nothing any more once the client has left or was given up. */
  @Override
  public long available(long position) {
    lock.lock();
    try {
      return closed || position < taken ? position : written;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes bytes; those before {@code position} are passed over.
   *
   * @throws IllegalArgumentException if it lies before what has been taken
   */
  @Override
  public int read(ByteBuffer target, long position) {
    lock.lock();
    try {
      if (position < taken) {
        throw new IllegalArgumentException("a pipe is read forward only");
      }
      if (closed) {
        return 0;
      }
      taken = position;
      int total = 0;
      while (target.hasRemaining() && taken < written) {
        int at = (int) (taken % capacity);
        int n = (int) Math.min(Math.min(target.remaining(), capacity - at), written - taken);
        target.put(ring, at, n);
        taken += n;
        total += n;
      }
      taking.signal();
      return total;
    } finally {
      lock.unlock();
    }
  }

  /** Also passes over what lies before {@code position}. */
  @Override
  public void whenChanged(long position, Runnable newWake) {
    lock.lock();
    try {
      wake = newWake;
      if (position > taken) {
        taken = position;
        taking.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      wake = null;
      taking.signal();
    } finally {
      lock.unlock();
    }
  }
}
