package org.instantmirror.mirror;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.instantmirror.download.Order;
import org.instantmirror.repo.PrefetchPolicy;
import org.instantmirror.repo.Repo;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.RepositoryFolder;

/**
 * Looks at repositories in use every now and then, so that a new generation is here before a client
 * asks. Thread-safe.
 */
final class BackgroundChecks {

  /** A repository that nobody has asked for that long isn't in use: dnf's copies hold no longer. */
  static final Duration IN_USE = Duration.ofDays(2);

  /**
   * The same where packages are fetched ahead: clients that update once a week find them, also when
   * one week was a holiday. Over a weekend two days would have passed.
   */
  static final Duration IN_WEEKLY_USE = Duration.ofDays(15);

  /** So that repositories that were first asked for together aren't looked at together for ever. */
  private static final double SPREAD = 0.1;

  private final ScheduledExecutorService timer;
  private final Function<RepoId, Optional<Repo>> repos;
  private final Consumer<Order> check;
  private final Clock clock;
  private final Map<RepositoryFolder, Instant> lastUse = new ConcurrentHashMap<>();

  /**
   * @param timer not closed here
   * @param repos as they are configured when asked
   * @param check has upstream asked for a {@code repomd.xml}; doesn't block
   */
  BackgroundChecks(
      ScheduledExecutorService timer,
      Function<RepoId, Optional<Repo>> repos,
      Consumer<Order> check,
      Clock clock) {
    this.timer = timer;
    this.repos = repos;
    this.check = check;
    this.clock = clock;
  }

  /**
   * A client uses the repository.
   *
   * @param repomd its {@code repomd.xml}
   */
  void used(RepositoryFolder folder, Order repomd) {
    boolean known = lastUse.put(folder, clock.instant()) != null;
    if (!known) {
      schedule(folder, repomd);
    }
  }

  private void schedule(RepositoryFolder folder, Order repomd) {
    long interval = repomd.repo().lifetimes().checkInterval().toMillis();
    if (interval == 0 || repomd.repo().prefetch().mode() == PrefetchPolicy.Mode.OFF) {
      // Another configuration may want it: then it begins with the next use.
      lastUse.remove(folder);
      return;
    }
    double factor = 1 + SPREAD * (2 * ThreadLocalRandom.current().nextDouble() - 1);
    try {
      var unused =
          timer.schedule(
              () -> look(folder, repomd), (long) (interval * factor), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException stopping) {
      // No more checks.
    }
  }

  private void look(RepositoryFolder folder, Order repomd) {
    boolean ahead = repomd.repo().prefetch().mode().takesPackages();
    Instant oldest = clock.instant().minus(ahead ? IN_WEEKLY_USE : IN_USE);
    boolean unused =
        lastUse.computeIfPresent(folder, (same, at) -> at.isBefore(oldest) ? null : at) == null;
    if (unused) {
      return;
    }
    Optional<Repo> repo = repos.apply(folder.repo());
    if (repo.isEmpty()) {
      lastUse.remove(folder);
      return;
    }
    Order current =
        new Order(repo.get(), repomd.key(), repomd.fileClass(), repomd.noCache(), repomd.listed());
    try {
      check.accept(current);
    } finally {
      schedule(folder, current);
    }
  }
}
