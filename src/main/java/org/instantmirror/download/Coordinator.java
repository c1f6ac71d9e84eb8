package org.instantmirror.download;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.Repo;
import org.instantmirror.store.Store;
import org.instantmirror.upstream.UpstreamClient;
import org.instantmirror.upstream.UpstreamPool;

/**
 * Sees to it that there is at most one transfer per file, whoever asks for it and whenever. A
 * client that asks joins the running download of its file, or begins one. Thread-safe.
 */
public final class Coordinator implements Ahead, AutoCloseable {

  private final Function<Repo, UpstreamPool> pools;
  private final Transfer.Surroundings around;
  private final Clock clock;
  private final DownloadQueue queue;
  private final HeadRequests heads;
  private final UpstreamClient client;
  private final AheadPlaces places;
  private final ScheduledExecutorService timer;
  private final Map<EntryKey, Running> active = new ConcurrentHashMap<>();
  private final CorruptSources corruptSources = new CorruptSources();
  private volatile boolean closed;

  private record Running(Download download, Transfer transfer, UpstreamPool pool) {}

  /**
   * @param pools the upstreams of a repository, also of one that is no longer configured so
   */
  public Coordinator(
      Store store,
      UpstreamClient client,
      Function<Repo, UpstreamPool> pools,
      Planner planner,
      Limits limits,
      Clock clock) {
    this.pools = pools;
    this.clock = clock;
    this.timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "download-timer");
              thread.setDaemon(true);
              return thread;
            });
    this.queue = new DownloadQueue(limits, timer);
    this.client = client;
    this.places = new AheadPlaces(limits.maxDownloads());
    this.heads = new HeadRequests(client, queue, planner, clock);
    this.around =
        new Transfer.Surroundings(
            store,
            client,
            planner,
            queue,
            clock,
            corruptSources,
            limits.abandonedLimit(),
            this::remove);
  }

  /**
   * Joins the download of a file, beginning it if there is none. The caller closes the attachment.
   */
  public Attachment join(Order order) {
    while (true) {
      Running[] begun = new Running[1];
      Running running = active.computeIfAbsent(order.key(), key -> begun[0] = create(order));
      boolean first = begun[0] != null;
      if (running.download.join()) {
        if (first) {
          begin(running);
        }
        return attachment(running, first);
      }
      // It is being given up. Its successor begins when it has let go of its partial entry.
      Running successor = create(order);
      successor.download.join();
      if (active.replace(order.key(), running, successor)) {
        running.download.ended().thenRun(() -> begin(successor));
        return attachment(successor, true);
      }
    }
  }

  @Override
  public CompletableFuture<Void> fetch(Order order, double saving) {
    Attachment attachment = join(order);
    return attachment.ended().whenComplete((ended, fault) -> attachment.close());
  }

  /** A file that came from there isn't what it should be: others are asked for it first. */
  public void distrust(URI source) {
    corruptSources.record(source, clock.instant());
  }

  /**
   * Asks upstream for the head of a file that isn't stored; all who ask at once share one request.
   */
  public SharedHead head(Order order) {
    return heads.ask(order, pools.apply(order.repo()));
  }

  /** The running download of a file. */
  public Optional<Download> running(EntryKey key) {
    return Optional.ofNullable(active.get(key)).map(Running::download);
  }

  /** How many downloads there are, those that wait for a place included. */
  public int running() {
    return active.size();
  }

  private Running create(Order order) {
    Download download = new Download(order, clock.instant(), this::later);
    UpstreamPool pool = pools.apply(order.repo());
    return new Running(download, new Transfer(download, pool, around), pool);
  }

  private void later(Runnable wakeUp, Duration delay) {
    try {
      timer.schedule(wakeUp, delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException stopping) {
      wakeUp.run();
    }
  }

  private Attachment attachment(Running running, boolean first) {
    AheadRequest.Asking asking = new AheadRequest.Asking(running.pool, client, clock);
    Foray.Surroundings far =
        new Foray.Surroundings(asking, places, this::unlessStopping, System::nanoTime);
    return new Attachment(running.download, first, far, () -> left(running));
  }

  private void unlessStopping(Runnable task, Duration delay) {
    if (!timer.isShutdown()) {
      later(task, delay);
    }
  }

  private void begin(Running running) {
    if (closed) {
      running.transfer.abandon();
      return;
    }
    queue.submit(running.download.order().repo(), running.transfer, running.transfer::refuse);
    // Whoever came first may have left before there was anything to reconsider.
    running
        .download
        .opening()
        .thenRun(
            () -> {
              if (running.download.isAbandoned()) {
                running.transfer.reconsider();
              }
            });
  }

  private void left(Running running) {
    if (running.download.isAbandoned()) {
      running.transfer.reconsider();
    }
  }

  private void remove(Download download) {
    active.computeIfPresent(
        download.order().key(), (key, running) -> running.download == download ? null : running);
  }

  /**
   * Ends all downloads, with their bytes kept for the next start.
   *
   * @param patience for those that clients are attached to
   */
  public void close(Duration patience) {
    closed = true;
    queue.close();
    heads.stop();
    boolean idle = active.isEmpty() || queue.awaitEnd(patience);
    if (!idle) {
      active.values().forEach(running -> running.transfer.stop());
      queue.awaitEnd(Duration.ofSeconds(5));
    }
    active.values().forEach(running -> running.transfer.abandon());
    places.close();
    timer.shutdownNow();
  }

  @Override
  public void close() {
    close(Duration.ZERO);
  }
}
