package org.instantmirror.download;

import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.Repo;
import org.instantmirror.repo.RepoId;
import org.jspecify.annotations.Nullable;

/**
 * Fetches what nobody waits for. A wish waits in the queue without a download of its own, until it
 * gets a place, or a client comes: the client's download takes over its place in the queue, and
 * does for the wish as well. Thread-safe.
 */
final class Fetching implements Ahead, AutoCloseable {

  private static final Duration WHILE_UPSTREAM_RESTS = Duration.ofSeconds(10);

  private final Map<EntryKey, Running> active;
  private final DownloadQueue queue;
  private final Downloads downloads;
  private final Wishes wishes = new Wishes(Wishes.MOST);
  private volatile @Nullable WishKeeping keeping;
  private volatile Function<Repo, Optional<Repo>> repos = Optional::of;

  /** Those of the {@link Coordinator}. */
  interface Downloads {

    /** Makes one, and begins nothing. */
    Running create(Order order);

    /** One that was made runs from now on. */
    void begun(Running running);

    /** Somebody doesn't want it any more. */
    void left(Running running);

    /** Whether the disk takes anything. */
    boolean canBeStored();

    /** Whether it would be asked for in vain: all upstreams rest after failures. */
    boolean isInVain(Order order);
  }

  /**
   * @param active all downloads that are under way or wait to be
   */
  Fetching(Map<EntryKey, Running> active, DownloadQueue queue, Downloads downloads) {
    this.active = active;
    this.queue = queue;
    this.downloads = downloads;
  }

  @Override
  public CompletableFuture<Boolean> fetch(Order order, double saving) {
    return fetch(order, saving, true);
  }

  @Override
  public CompletableFuture<Boolean> fetchForNow(Order order, double saving) {
    return fetch(order, saving, false);
  }

  @Override
  public boolean waits(EntryKey key) {
    Wish wish = wishes.of(key);
    return wish != null && waits(wish);
  }

  /** A download that has just ended isn't active any more, but known to the wish. */
  private boolean waits(Wish wish) {
    return wishes.waits(wish) && !active.containsKey(wish.claim().key());
  }

  private CompletableFuture<Boolean> fetch(Order order, double saving, boolean lasting) {
    CompletableFuture<Boolean> handle = new CompletableFuture<>();
    Optional<Wish> added = wishes.add(order, saving, lasting, this::beginAhead);
    if (added.isEmpty()) {
      handle.complete(false);
      return handle;
    }
    Wish wish = added.get();
    wish.ended().thenAccept(handle::complete);
    handle.whenComplete(
        (ended, fault) -> {
          if (handle.isCancelled()) {
            release(wish);
          }
        });
    pursue(wish);
    return handle;
  }

  private void pursue(Wish wish) {
    Running running = active.get(wish.claim().key());
    if (running != null && running.download().wish()) {
      attach(wish, running);
    } else if (wishes.waits(wish)) {
      queue.judge(wish.claim(), wishes.savingOf(wish));
      queue.submit(wish.claim());
    }
  }

  /** The download will do for the wish, whoever began it. */
  private void attach(Wish wish, Running running) {
    if (wishes.begins(wish, running.download())) {
      running.download().ended().thenRun(() -> wishes.end(wish));
    }
    queue.judge(running.claim());
  }

  /** A place has come: on its thread. */
  private void beginAhead(Wish wish) {
    if (!wishes.waits(wish)) {
      return;
    }
    if (!downloads.canBeStored()) {
      // It would only be found out, at the cost of a request upstream.
      wishes.end(wish);
      return;
    }
    Optional<Order> current = current(wishes.orderOf(wish));
    if (current.isEmpty()) {
      wishes.end(wish);
      return;
    }
    Order order = current.get();
    if (!active.containsKey(order.key()) && downloads.isInVain(order)) {
      // Or all that is wished for would be gone within a moment.
      queue.resubmit(wish.claim(), WHILE_UPSTREAM_RESTS);
      return;
    }
    Running[] begun = new Running[1];
    Running running =
        active.computeIfAbsent(order.key(), key -> begun[0] = downloads.create(order));
    if (begun[0] != null) {
      running.download().wish();
      queue.handOver(running.claim(), running.transfer());
      attach(wish, running);
      downloads.begun(running);
      running.transfer().run();
    } else if (running.claim() == wish.claim()) {
      // A client has just come: what it began will have a place by this claim.
      return;
    } else if (running.download().wish()) {
      queue.withdraw(wish.claim(), wish);
      attach(wish, running);
    } else {
      running
          .download()
          .ended()
          .thenRun(
              () -> {
                if (wishes.waits(wish)) {
                  queue.resubmit(wish.claim(), Duration.ZERO);
                }
              });
    }
  }

  /** As the repository is configured now; empty if it isn't any more. */
  private Optional<Order> current(Order order) {
    return repos
        .apply(order.repo())
        .map(
            repo ->
                new Order(
                    repo,
                    order.key(),
                    order.fileClass(),
                    order.noCache(),
                    order.listed(),
                    order.preference()));
  }

  private void release(Wish wish) {
    if (!wishes.release(wish)) {
      return;
    }
    queue.withdraw(wish.claim(), wish);
    Running running = active.get(wish.claim().key());
    if (running != null) {
      running.download().unwish();
      downloads.left(running);
    }
  }

  /**
   * Takes back what waits to be fetched ahead.
   *
   * @return false if there is no such wish, or its download has begun
   */
  boolean withdraw(EntryKey key) {
    Wish wish = wishes.of(key);
    if (wish == null || !waits(wish)) {
      return false;
    }
    wishes.end(wish);
    queue.withdraw(wish.claim(), wish);
    return true;
  }

  /** The claim for a new download: who comes for what waits already takes over its place. */
  Claim claim(Order order) {
    Wish wish = wishes.of(order.key());
    return wish != null && wishes.waits(wish)
        ? wish.claim()
        : new Claim(order.repo(), order.key(), Claim.Work.NONE);
  }

  /**
   * A client's download is about to begin: it will do for whoever wishes for that file. Not later,
   * or it may be over: the wish would have lost its claim, and wait for ever.
   */
  void join(Running running) {
    Wish wish = wishes.of(running.claim().key());
    if (wish != null && running.download().wish()) {
      attach(wish, running);
    }
  }

  /** Goes on with what is in the file, and keeps it up to date. */
  void keep(WishFile file, Function<RepoId, Optional<Repo>> configured) {
    repos = repo -> configured.apply(repo.id());
    // Places are given away as they come.
    file.read(configured, Wishes.MOST).stream()
        .sorted(Comparator.comparingDouble(kept -> -kept.saving()))
        .forEach(kept -> fetch(kept.order(), kept.saving()));
    keeping = new WishKeeping(wishes, file);
  }

  /** From now on nothing is begun, and nothing forgotten. */
  void freeze() {
    wishes.freeze();
  }

  /** Writes down what is left, and tells those who have a wish. */
  @Override
  public void close() {
    WishKeeping last = keeping;
    if (last != null) {
      last.close();
    }
    wishes.giveUp();
  }
}
