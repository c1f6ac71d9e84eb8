package org.instantmirror.download;

import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.Repo;
import org.instantmirror.repo.RepoId;
import org.instantmirror.store.Store;
import org.instantmirror.upstream.UpstreamClient;
import org.instantmirror.upstream.UpstreamPool;
import org.instantmirror.upstream.Urgency;

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
  private final Fetching fetching;
  private final Contents contents = new Contents();
  private final CorruptSources corruptSources = new CorruptSources();
  private volatile boolean closed;

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
            contents,
            this::later,
            this::remove);
    this.fetching = new Fetching(active, queue, new Begun());
  }

  /** What fetching ahead has done here. */
  private final class Begun implements Fetching.Downloads {
    @Override
    public Running create(Order order) {
      return Coordinator.this.create(order);
    }

    @Override
    public void begun(Running running) {
      reconsiderWhenOpened(running);
      stopIfClosed(running);
    }

    @Override
    public void left(Running running) {
      Coordinator.this.left(running);
    }

    @Override
    public boolean canBeStored() {
      return around.store().fault().isEmpty();
    }

    @Override
    public boolean isInVain(Order order) {
      return pools.apply(order.repo()).exhausted(order.key().path(), clock.instant()).isPresent();
    }
  }

  /**
   * Joins the download of a file, beginning it if there is none. The caller closes the attachment.
   */
  public Attachment join(Order order) {
    while (true) {
      Running[] begun = new Running[1];
      Running running = active.computeIfAbsent(order.key(), key -> begun[0] = create(order));
      boolean first = begun[0] != null;
      if (running.download().join()) {
        if (first) {
          begin(running);
        } else {
          running.transfer().judge();
        }
        return attachment(running, first);
      }
      // It is being given up. Its successor begins when it has let go of its partial entry.
      Running successor = create(order);
      successor.download().join();
      if (active.replace(order.key(), running, successor)) {
        running.download().ended().thenRun(() -> begin(successor));
        return attachment(successor, true);
      }
    }
  }

  @Override
  public CompletableFuture<Boolean> fetch(Order order, double saving) {
    return fetching.fetch(order, saving);
  }

  @Override
  public CompletableFuture<Boolean> fetchForNow(Order order, double saving) {
    return fetching.fetchForNow(order, saving);
  }

  @Override
  public boolean waits(EntryKey key) {
    return fetching.waits(key);
  }

  /**
   * Takes back what waits to be fetched ahead.
   *
   * @return false if there is no such wish, or its download has begun
   */
  public boolean withdraw(EntryKey key) {
    return fetching.withdraw(key);
  }

  /**
   * Goes on with what was to be fetched ahead when the server stopped, and keeps that file up to
   * date. To be called once.
   *
   * @param repos those that are configured; what is of others is forgotten
   */
  public void keepWishes(Path file, Function<RepoId, Optional<Repo>> repos) {
    fetching.keep(new WishFile(file), repos);
  }

  /** What wasn't fetched, since it was here under another name. */
  public SharedContent sharedContent() {
    return contents.totals();
  }

  /** The downloads that have begun, the oldest first. */
  public List<DownloadStanding> downloads() {
    return active.values().stream()
        .filter(running -> !running.waits())
        .map(Running::standing)
        .sorted(Comparator.comparing(DownloadStanding::began))
        .toList();
  }

  /**
   * Those that wait for a place, in the order in which they would get one.
   *
   * @param shown others are left out, and not counted
   */
  public List<QueueStanding> queue(Predicate<Repo> shown, int skip, int most) {
    return queue.look(
        waiting -> {
          int[] position = {skip};
          return waiting
              .filter(claim -> !claim.helps() && shown.test(claim.repo()))
              .skip(skip)
              .limit(most)
              .map(
                  claim ->
                      new QueueStanding(
                          ++position[0],
                          claim.repo(),
                          claim.key(),
                          claim.urgency(),
                          claim.urgency() == Urgency.AHEAD ? claim.saving : 0))
              .toList();
        });
  }

  /** How many wait: clients' downloads, and others. */
  public QueueLengths queueLengths() {
    return queue.lengths();
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
    Claim claim = fetching.claim(order);
    return new Running(download, new Transfer(download, pool, around, claim), pool, claim);
  }

  private void later(Runnable wakeUp, Duration delay) {
    try {
      timer.schedule(wakeUp, delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException stopping) {
      wakeUp.run();
    }
  }

  private Attachment attachment(Running running, boolean first) {
    AheadRequest.Asking asking = new AheadRequest.Asking(running.pool(), client, clock);
    Foray.Surroundings far =
        new Foray.Surroundings(asking, places, this::unlessStopping, System::nanoTime);
    return new Attachment(running.download(), first, far, () -> left(running));
  }

  private void unlessStopping(Runnable task, Duration delay) {
    if (!timer.isShutdown()) {
      later(task, delay);
    }
  }

  private void begin(Running running) {
    if (closed) {
      running.transfer().abandon();
      return;
    }
    fetching.join(running);
    queue.submit(running.claim(), running.transfer());
    reconsiderWhenOpened(running);
  }

  private void reconsiderWhenOpened(Running running) {
    // Whoever came first may have left before there was anything to reconsider.
    running
        .download()
        .opening()
        .thenRun(
            () -> {
              if (running.download().isAbandoned()) {
                running.transfer().reconsider();
              }
            });
  }

  private void left(Running running) {
    running.transfer().judge();
    stopIfClosed(running);
  }

  /** A server that stops waits for clients only. */
  private void stopIfClosed(Running running) {
    if (closed && running.download().urgency() == Urgency.AHEAD) {
      running.transfer().stop();
    }
  }

  private void remove(Download download) {
    contents.end(download);
    active.computeIfPresent(
        download.order().key(), (key, running) -> running.download() == download ? null : running);
  }

  /**
   * Ends all downloads, with their bytes kept for the next start.
   *
   * @param patience for those that clients are attached to
   */
  public void close(Duration patience) {
    closed = true;
    fetching.freeze();
    queue.close();
    heads.stop();
    active.values().forEach(this::stopIfClosed);
    boolean idle = active.isEmpty() || queue.awaitEnd(patience);
    if (!idle) {
      active.values().forEach(running -> running.transfer().stop());
      queue.awaitEnd(Duration.ofSeconds(5));
    }
    active.values().forEach(running -> running.transfer().abandon());
    places.close();
    timer.shutdownNow();
    fetching.close();
  }

  @Override
  public void close() {
    close(Duration.ZERO);
  }
}
