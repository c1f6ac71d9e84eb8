package org.instantmirror.download;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.instantmirror.download.Claim.State;
import org.instantmirror.upstream.Urgency;
import org.jspecify.annotations.Nullable;

/**
 * Gives downloads their threads, in the order of {@link Places}; clients wait for one for a while,
 * what nobody waits for as long as it takes. Thread-safe.
 */
final class DownloadQueue implements AutoCloseable {

  private static final AtomicInteger THREADS = new AtomicInteger();

  private final Limits limits;
  private final ScheduledExecutorService timer;
  private final LongSupplier nanoClock;
  private final long began;
  private final ThreadPoolExecutor workers;

  private final Object lock = new Object();
  // All guarded by lock.
  private final Places places;
  private long arrivals;
  private boolean closed;

  DownloadQueue(Limits limits, ScheduledExecutorService timer) {
    this(limits, timer, System::nanoTime);
  }

  /**
   * @param nanoClock as {@link System#nanoTime}
   */
  DownloadQueue(Limits limits, ScheduledExecutorService timer, LongSupplier nanoClock) {
    this.limits = limits;
    this.timer = timer;
    this.nanoClock = nanoClock;
    this.began = nanoClock.getAsLong();
    this.places = new Places(limits.maxDownloads(), limits.maxAheadPerHost());
    // Places are counted before a task is handed over, so there is always a thread for it. A few
    // more than places: a thread gives its place back a moment before it is free itself.
    this.workers =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            30,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> {
              Thread thread = new Thread(task, "download-" + THREADS.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Runs the claim's work when there is a place. */
  void submit(Claim claim) {
    submitTo(claim, null);
  }

  /**
   * Runs that work when there is a place for the claim. If it has one in which something else runs,
   * it gets another one after that.
   *
   * <p>The work is refused if it is a client's and the queue is full, or it has waited for {@code
   * queueTimeout}; or if the queue is closed.
   */
  void submit(Claim claim, Claim.Work work) {
    submitTo(claim, work);
  }

  /**
   * @param other in place of what it had; null for that
   */
  private void submitTo(Claim claim, Claim.@Nullable Work other) {
    boolean refuse;
    Claim.Work work;
    synchronized (lock) {
      refuse = closed;
      work = other == null ? claim.work : other;
      claim.work = work;
      claim.returns |= claim.hasPlace() && claim.running != work;
      if (!closed && claim.state == State.AWAY) {
        boolean isNew = claim.arrival < 0;
        arrive(claim);
        places.change(claim, work.urgency(), work.clients(), claim.saving);
        places.add(claim);
        if (isNew && claim.urgency == Urgency.INTERACTIVE) {
          claim.timeout = later(limits.queueTimeout(), () -> expire(claim));
        }
      } else {
        places.change(claim, work.urgency(), work.clients(), claim.saving);
      }
    }
    if (!refuse) {
      claim.wake();
      fill();
      refuse = isTooMany(claim);
    }
    if (refuse) {
      work.refuse();
    }
  }

  /** Goes on in the claim's place with other work, which the caller runs. */
  void handOver(Claim claim, Claim.Work work) {
    boolean leaving;
    synchronized (lock) {
      claim.work = work;
      claim.running = work;
      leaving = claim.state == State.LEAVING;
    }
    if (leaving) {
      work.giveWay();
    }
    judge(claim);
  }

  /** Whether there is neither a place for a client nor one to wait at; it waits no more then. */
  private boolean isTooMany(Claim claim) {
    synchronized (lock) {
      return claim.timeout != null
          && claim.urgency == Urgency.INTERACTIVE
          && places.clientsWaiting() > limits.queueLength()
          && places.remove(claim);
    }
  }

  private void arrive(Claim claim) {
    if (claim.arrival < 0) {
      claim.arrival = arrivals++;
      claim.arrivedNanos = nanoClock.getAsLong() - began;
    }
  }

  /**
   * Runs the claim's work again after a pause, when there is a place; it waits however long that
   * takes. May be called while it has a place: it gets another one after that.
   */
  void resubmit(Claim claim, Duration pause) {
    Claim.Work work;
    synchronized (lock) {
      arrive(claim);
      work = claim.work;
    }
    if (pause.isZero()) {
      comeBack(claim, work);
    } else {
      later(pause, () -> comeBack(claim, work));
    }
  }

  private void comeBack(Claim claim, Claim.Work work) {
    boolean waits = false;
    synchronized (lock) {
      if (closed || claim.work != work) {
        // A client's download has taken the claim over, and sees to itself.
        return;
      }
      claim.returns = claim.hasPlace();
      if (claim.state == State.AWAY) {
        places.change(claim, work.urgency(), work.clients(), claim.saving);
        places.add(claim);
        waits = true;
      }
    }
    if (waits) {
      fill();
    }
  }

  /** Judges anew how urgent a claim is: somebody has come or left. */
  void judge(Claim claim) {
    judge(claim, claim.saving);
  }

  /** The same for what saves so much. */
  void judge(Claim claim, double saving) {
    synchronized (lock) {
      Urgency now = claim.work.urgency();
      int clients = claim.work.clients();
      // How many they are matters to who waits; whoever comes back is counted again.
      boolean sameTurn = clients == claim.clients || claim.state != State.WAITING;
      if (now == claim.urgency && saving == claim.saving && sameTurn) {
        return;
      }
      places.change(claim, now, clients, saving);
    }
    claim.wake();
    fill();
  }

  /**
   * Takes a claim back, unless it is for other work meanwhile; false if it doesn't wait for that.
   */
  boolean withdraw(Claim claim, Claim.Work work) {
    boolean removed;
    synchronized (lock) {
      removed = claim.work == work && places.remove(claim);
    }
    if (removed) {
      // It may have kept others from beginning.
      fill();
    }
    return removed;
  }

  private ScheduledFuture<?> later(Duration delay, Runnable task) {
    return timer.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void expire(Claim claim) {
    boolean removed;
    synchronized (lock) {
      // Where the client has left, somebody else who can wait may still want it.
      removed = claim.urgency == Urgency.INTERACTIVE && places.remove(claim);
    }
    if (removed) {
      claim.work.refuse();
      fill();
    }
  }

  /** Gives away what places there are, and makes way for clients who wait. */
  private void fill() {
    List<Claim> started;
    List<Claim> leaving;
    synchronized (lock) {
      if (closed) {
        return;
      }
      started = places.fill();
      leaving = places.makeWay();
      for (Claim claim : started) {
        claim.running = claim.work;
        if (claim.timeout != null) {
          claim.timeout.cancel(false);
          claim.timeout = null;
        }
      }
    }
    started.forEach(this::execute);
    leaving.forEach(claim -> claim.work.giveWay());
  }

  private void execute(Claim claim) {
    Claim.Work work = Objects.requireNonNull(claim.running);
    workers.execute(
        () -> {
          try {
            work.run();
          } finally {
            release(claim);
          }
        });
  }

  /**
   * Runs something that somebody who has a place doesn't do himself.
   *
   * @throws java.util.concurrent.RejectedExecutionException if the queue is closed
   */
  void runBeside(Runnable task) {
    workers.execute(task);
  }

  /** Whether nothing is begun any more. */
  boolean isClosed() {
    synchronized (lock) {
      return closed;
    }
  }

  private void release(Claim claim) {
    synchronized (lock) {
      places.release(claim);
      claim.running = null;
      if (claim.returns && !closed) {
        places.change(claim, claim.work.urgency(), claim.work.clients(), claim.saving);
        places.add(claim);
      }
      claim.returns = false;
    }
    fill();
  }

  /** A look at those who wait, in order. */
  <T> T look(Function<Stream<Claim>, T> eye) {
    synchronized (lock) {
      return eye.apply(places.waiting());
    }
  }

  /** How many wait for a place. */
  QueueLengths lengths() {
    synchronized (lock) {
      return new QueueLengths(places.clientsWaiting(), places.aheadWaiting());
    }
  }

  /** Takes nothing more; what waits is dropped (its owner ends it), what runs goes on. */
  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      places.clear();
    }
    workers.shutdown();
  }

  /**
   * Waits for running tasks after {@link #close}.
   *
   * @return whether all have ended
   */
  boolean awaitEnd(Duration patience) {
    try {
      return workers.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
