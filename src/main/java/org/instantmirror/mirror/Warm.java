package org.instantmirror.mirror;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.instantmirror.download.Ahead;
import org.instantmirror.download.Order;
import org.instantmirror.mirror.WarmJob.File;
import org.instantmirror.mirror.WarmJob.FileState;
import org.instantmirror.repo.FileClass;
import org.instantmirror.repo.Repo;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.store.Store;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches what an administrator names before a client asks: neither budget nor window bound it, but
 * clients that wait come first all the same. Thread-safe; nothing blocks the caller.
 */
public final class Warm implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Warm.class);

  /** Whoever warms up expects many: before what is merely likely. */
  private static final double CLIENTS = 1000;

  /** Of one job: the download queue puts them in order, and survives a restart. */
  private static final int MOST_AT_ONCE = 10_000;

  /** Jobs that are remembered. */
  private static final int MOST_JOBS = 50;

  /** Jobs that may wait to be planned. */
  private static final int MOST_WAITING = 16;

  private final WarmPlanner planner;
  private final Store store;
  private final Repositories repositories;
  private final Ahead ahead;
  private final Clock clock;
  private final ThreadPoolExecutor thread;
  private volatile boolean closed;

  // Guarded by jobs.
  private final Map<String, WarmJob> jobs = new LinkedHashMap<>();
  private long lastId;

  Warm(WarmPlanner planner, Store store, Repositories repositories, Ahead ahead, Clock clock) {
    this.planner = planner;
    this.store = store;
    this.repositories = repositories;
    this.ahead = ahead;
    this.clock = clock;
    this.thread =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_WAITING),
            task -> {
              Thread created = new Thread(task, "warm");
              created.setDaemon(true);
              return created;
            });
  }

  /**
   * Begins.
   *
   * @return empty if too many wait already
   */
  public Optional<WarmJob> start(WarmJob.Request request) {
    WarmJob job;
    synchronized (jobs) {
      job = new WarmJob(Long.toString(++lastId), request, clock.instant());
      jobs.put(job.id(), job);
      if (jobs.size() > MOST_JOBS) {
        jobs.values().stream()
            .filter(WarmJob::hasEnded)
            .findFirst()
            .ifPresent(oldest -> jobs.remove(oldest.id()));
      }
    }
    try {
      thread.execute(() -> run(job));
      return Optional.of(job);
    } catch (RejectedExecutionException full) {
      synchronized (jobs) {
        jobs.remove(job.id());
      }
      return Optional.empty();
    }
  }

  /** A job by its id; empty if it is unknown, or forgotten. */
  public Optional<WarmJob> job(String id) {
    synchronized (jobs) {
      return Optional.ofNullable(jobs.get(id));
    }
  }

  /** Those that are remembered, the oldest first. */
  public Collection<WarmJob> jobs() {
    synchronized (jobs) {
      return List.copyOf(jobs.values());
    }
  }

  void wentLive(Generation generation) {
    planner.wentLive(generation);
  }

  private void run(WarmJob job) {
    try {
      WarmJob.Plan plan = planner.plan(job.request());
      job.plan(plan);
      LOG.info(
          "warm {}: {} packages are fetched, {} are here, {} wishes fit nothing",
          job.id(),
          plan.files().size(),
          plan.here(),
          plan.notFound().size());
      new Fetching(job, plan).pump();
    } catch (IOException e) {
      LOG.info("warm {}: {}", job.id(), e.getMessage());
      job.fail(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      job.fail("the server stops");
    } catch (RuntimeException e) {
      LOG.error("warm {}", job.id(), e);
      job.fail("an internal fault; see the log");
    }
  }

  /** The files of one job on their way to the download queue, a few at a time. */
  private final class Fetching {
    private final WarmJob job;

    // Guarded by this.
    private final Deque<File> waiting;
    private int running;

    Fetching(WarmJob job, WarmJob.Plan plan) {
      this.job = job;
      this.waiting = new ArrayDeque<>(plan.files());
    }

    void pump() {
      while (true) {
        File next;
        synchronized (this) {
          next = running < MOST_AT_ONCE ? waiting.poll() : null;
          if (next == null) {
            return;
          }
          running++;
        }
        fetch(next);
      }
    }

    private void fetch(File file) {
      Optional<Repo> repo = repositories.repo(file.key().repo());
      if (repo.isEmpty()) {
        ended(file);
        return;
      }
      job.change(file, FileState.FETCHING);
      // What is live says what it must be: a new generation may have come since.
      Order order = new Order(repo.get(), file.key(), FileClass.PACKAGE, false, null);
      RepositoryFolder any = new RepositoryFolder(file.key().repo(), "");
      double seconds =
          PrefetchLine.of(repositories.pool(repo.get()), any, clock.instant()).seconds(file.size());
      // On another thread, so that files that are here already don't pile up on this stack.
      var unused =
          ahead
              .fetch(order, CLIENTS * seconds)
              .whenCompleteAsync((done, fault) -> endedAndOn(file));
    }

    private void endedAndOn(File file) {
      if (!closed) {
        ended(file);
        pump();
      }
    }

    private void ended(File file) {
      boolean here = store.peek(file.key(), clock.instant()).isPresent();
      job.change(file, here ? FileState.FETCHED : FileState.FAILED);
      synchronized (this) {
        running--;
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.shutdownNow();
  }
}
