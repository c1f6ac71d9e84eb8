package org.instantmirror.mirror;

import java.nio.ByteBuffer;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.instantmirror.download.ByteSource;
import org.jspecify.annotations.Nullable;

/**
 * A bounded pipe between the thread that reads an upstream and the one client it reads for. The
 * client reads strictly forward; upstream is read no faster than the client.
 */
final class PassThroughSource implements ByteSource {

  private static final int CAPACITY = 128 * 1024;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();

  // All guarded by lock.
  private final byte[] ring = new byte[CAPACITY];
  private long written;
  private long taken;
  private State state = State.GROWING;
  private boolean closed;
  private @Nullable Runnable wake;

  /**
   * @param begin the position of the first byte that will be put
   */
  PassThroughSource(long begin) {
    this.written = begin;
    this.taken = begin;
  }

  /**
   * Gives bytes to the client, waiting until it has taken enough of the earlier ones.
   *
   * @return false if it has left
   */
  boolean put(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      lock.lock();
      try {
        while (!closed && written - taken == CAPACITY) {
          room.awaitUninterruptibly();
        }
        if (closed) {
          return false;
        }
        while (bytes.hasRemaining() && written - taken < CAPACITY) {
          int at = (int) (written % CAPACITY);
          int free = (int) (CAPACITY - (written - taken));
          int n = Math.min(Math.min(bytes.remaining(), CAPACITY - at), free);
          bytes.get(ring, at, n);
          written += n;
        }
      } finally {
        lock.unlock();
      }
      signal();
    }
    return true;
  }

  /** Says that no more will come. */
  void end(State last) {
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

  @Override
  public long available() {
    lock.lock();
    try {
      return written;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int read(ByteBuffer target, long position) {
    lock.lock();
    try {
      if (position != taken) {
        throw new IllegalArgumentException("a passed-through body is read forward only");
      }
      int total = 0;
      while (target.hasRemaining() && taken < written) {
        int at = (int) (taken % CAPACITY);
        int n = (int) Math.min(Math.min(target.remaining(), CAPACITY - at), written - taken);
        target.put(ring, at, n);
        taken += n;
        total += n;
      }
      room.signal();
      return total;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void whenChanged(Runnable newWake) {
    lock.lock();
    try {
      wake = newWake;
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
      room.signal();
    } finally {
      lock.unlock();
    }
  }
}
