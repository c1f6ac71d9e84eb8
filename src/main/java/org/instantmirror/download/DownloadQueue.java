package org.instantmirror.download;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.instantmirror.repo.Repo;
import org.instantmirror.repo.RepoId;
import org.jspecify.annotations.Nullable;

/**
 * Gives downloads their threads: so many in all, so many for each repository (one whose upstream
 * hangs must not take the places of the others), the rest waits in order of arrival, for a while.
 * Thread-safe.
 */
final class DownloadQueue implements AutoCloseable {

  private static final AtomicInteger THREADS = new AtomicInteger();

  private final Limits limits;
  private final ScheduledExecutorService timer;
  private final ThreadPoolExecutor workers;

  private final Object lock = new Object();
  // All guarded by lock.
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final Map<RepoId, Integer> runningByRepo = new HashMap<>();
  private int running;
  private boolean closed;

  DownloadQueue(Limits limits, ScheduledExecutorService timer) {
    this.limits = limits;
    this.timer = timer;
    // Places are counted before a task is handed over, so there is always a thread for it. A few
    // more
    // than places: a thread gives its place back a moment before it is free itself.
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

  private static final class Waiting {
    final Repo repo;
    final Runnable task;
    @Nullable ScheduledFuture<?> timeout; // guarded by lock

    Waiting(Repo repo, Runnable task) {
      this.repo = repo;
      this.task = task;
    }
  }

  /**
   * Runs the task when there is a place.
   *
   * @param refused run instead if the queue is full, the task has waited for {@code queueTimeout},
   *     or the queue is closed
   */
  void submit(Repo repo, Runnable task, Runnable refused) {
    boolean start = false;
    boolean refuse = false;
    synchronized (lock) {
      if (closed) {
        refuse = true;
      } else if (hasPlace(repo)) {
        take(repo);
        start = true;
      } else if (waiting.size() >= limits.queueLength()) {
        refuse = true;
      } else {
        Waiting entry = new Waiting(repo, task);
        entry.timeout = later(limits.queueTimeout(), () -> expire(entry, refused));
        waiting.add(entry);
      }
    }
    if (refuse) {
      refused.run();
    } else if (start) {
      execute(repo, task);
    }
  }

  /** Runs the task after a pause, when there is a place; it waits however long that takes. */
  void resubmit(Repo repo, Runnable task, Duration pause) {
    later(
        pause,
        () -> {
          boolean start = false;
          synchronized (lock) {
            if (!closed && hasPlace(repo)) {
              take(repo);
              start = true;
            } else if (!closed) {
              waiting.addFirst(new Waiting(repo, task));
            }
          }
          if (start) {
            execute(repo, task);
          }
        });
  }

  private ScheduledFuture<?> later(Duration delay, Runnable task) {
    return timer.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void expire(Waiting entry, Runnable refused) {
    boolean removed;
    synchronized (lock) {
      removed = waiting.remove(entry);
    }
    if (removed) {
      refused.run();
    }
  }

  private void execute(Repo repo, Runnable task) {
    workers.execute(
        () -> {
          try {
            task.run();
          } finally {
            release(repo);
          }
        });
  }

  private void release(Repo repo) {
    Waiting next = null;
    synchronized (lock) {
      running--;
      runningByRepo.merge(repo.id(), -1, (a, b) -> a + b == 0 ? null : a + b);
      for (Iterator<Waiting> i = waiting.iterator(); i.hasNext() && next == null; ) {
        Waiting candidate = i.next();
        if (hasPlace(candidate.repo)) {
          i.remove();
          take(candidate.repo);
          if (candidate.timeout != null) {
            candidate.timeout.cancel(false);
          }
          next = candidate;
        }
      }
    }
    if (next != null) {
      execute(next.repo, next.task);
    }
  }

  private boolean hasPlace(Repo repo) {
    return running < limits.maxDownloads()
        && runningByRepo.getOrDefault(repo.id(), 0) < repo.maxParallelDownloads();
  }

  private void take(Repo repo) {
    running++;
    runningByRepo.merge(repo.id(), 1, Integer::sum);
  }

  /** Takes nothing more; what waits is dropped (its owner ends it), what runs goes on. */
  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      waiting.clear();
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
