package org.instantmirror.download;

import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.instantmirror.repo.Transport;

/**
 * Gives requests far ahead of running downloads their threads: two at once for a file, a quarter of
 * the connections to a host, so many in all; the rest waits in order of arrival, until it is
 * withdrawn. Apart from {@link DownloadQueue}, so that no download waits for a place that such a
 * request holds, or the other way round. Thread-safe.
 */
final class AheadPlaces implements AutoCloseable {

  /** Promise 2. */
  static final int PER_FILE = 2;

  /** One in so many connections to a host may be taken from the downloads, which need them more. */
  static final int CONNECTIONS_PER_PLACE = 4;

  private static final AtomicInteger THREADS = new AtomicInteger();

  private final int most;
  private final ExecutorService workers;

  private final Object lock = new Object();
  // All guarded by lock.
  private final Set<Wish> waiting = new LinkedHashSet<>();
  private final Set<Wish> running = new HashSet<>();
  private boolean closed;

  /** Who wants a place; compared by identity. */
  interface Wish {
    /** Which file it is for. */
    Order order();

    /** Uses the place, until it returns. */
    void use();

    /** Has {@link #use} end soon. */
    void stop();
  }

  /**
   * @param most places in all
   */
  AheadPlaces(int most) {
    this.most = most;
    this.workers =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "ahead-" + THREADS.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Has the wish use a place as soon as there is one. */
  void submit(Wish wish) {
    boolean start;
    synchronized (lock) {
      if (closed) {
        return;
      }
      start = hasPlace(wish);
      (start ? running : waiting).add(wish);
    }
    if (start) {
      execute(wish);
    }
  }

  /** Takes back a wish that waits; nothing if it doesn't. */
  void withdraw(Wish wish) {
    synchronized (lock) {
      waiting.remove(wish);
    }
  }

  private void execute(Wish wish) {
    workers.execute(
        () -> {
          try {
            wish.use();
          } finally {
            release(wish);
          }
        });
  }

  private void release(Wish wish) {
    Set<Wish> next = new LinkedHashSet<>();
    synchronized (lock) {
      running.remove(wish);
      for (Iterator<Wish> i = waiting.iterator(); i.hasNext() && next.isEmpty() && !closed; ) {
        Wish candidate = i.next();
        if (hasPlace(candidate)) {
          i.remove();
          running.add(candidate);
          next.add(candidate);
        }
      }
    }
    next.forEach(this::execute);
  }

  private boolean hasPlace(Wish wish) {
    Order order = wish.order();
    Transport transport = order.repo().transport();
    int ofFile = 0;
    int ofTransport = 0;
    for (Wish other : running) {
      ofFile += other.order().key().equals(order.key()) ? 1 : 0;
      // Equal transports share connections.
      ofTransport += other.order().repo().transport().equals(transport) ? 1 : 0;
    }
    return running.size() < most
        && ofFile < PER_FILE
        && ofTransport < transport.maxConnectionsPerHost() / CONNECTIONS_PER_PLACE;
  }

  /** Gives nobody a place any more, and has those who use one end. */
  @Override
  public void close() {
    Set<Wish> last;
    synchronized (lock) {
      closed = true;
      waiting.clear();
      last = Set.copyOf(running);
    }
    last.forEach(Wish::stop);
    workers.shutdown();
  }
}
