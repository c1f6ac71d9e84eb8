package org.instantmirror.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.instantmirror.download.Order;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.FileClass;
import org.instantmirror.repo.PrefetchPolicy;
import org.instantmirror.repo.Repo;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.testing.MutableClock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When repositories are looked at without being asked for. */
class BackgroundChecksTest {

  private static final RepositoryFolder FOLDER = new RepositoryFolder(new RepoId("repo"), "");

  private final MutableClock clock = new MutableClock(Instant.parse("2026-06-01T00:00:00Z"));
  private final List<Order> checked = new ArrayList<>();
  private @Nullable Repo configured;
  private final Timer timer = new Timer();
  private final BackgroundChecks checks =
      new BackgroundChecks(timer, id -> Optional.ofNullable(configured), checked::add, clock);

  /** Runs what is due on command only. */
  private static final class Timer extends ScheduledThreadPoolExecutor {
    private final Deque<Runnable> due = new ArrayDeque<>();
    private final List<Long> delays = new ArrayList<>();

    Timer() {
      super(0);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
      due.add(task);
      delays.add(unit.toMillis(delay));
      Callable<Object> nothing = () -> task;
      return (RunnableScheduledFuture<?>) super.schedule(nothing, 1, TimeUnit.DAYS);
    }

    void fire() {
      due.remove().run();
    }
  }

  @AfterEach
  void stop() {
    timer.shutdownNow();
  }

  private Order order(Duration interval) {
    Repo repo = CollapsedRequestTest.repo("http://up.example/", interval);
    configured = repo;
    return new Order(
        repo, new EntryKey(FOLDER.repo(), "repodata/repomd.xml"), FileClass.METADATA, false, null);
  }

  @Test
  void repositoryInUseIsLookedAtAgainAndAgain() {
    checks.used(FOLDER, order(Duration.ofMinutes(10)));
    checks.used(FOLDER, order(Duration.ofMinutes(10)));
    assertThat(timer.due).hasSize(1);
    for (int i = 1; i <= 3; i++) {
      timer.fire();
      assertThat(checked).hasSize(i);
    }
    assertThat(timer.delays).allMatch(millis -> millis >= 540_000 && millis <= 660_000);
  }

  @Test
  void repositoryThatNobodyUsesAnyMoreIsLetBeUntilSomebodyDoes() {
    checks.used(FOLDER, order(Duration.ofMinutes(10)));
    clock.advance(BackgroundChecks.IN_USE.plusSeconds(1));
    timer.fire();
    assertThat(checked).isEmpty();
    assertThat(timer.due).isEmpty();
    checks.used(FOLDER, order(Duration.ofMinutes(10)));
    timer.fire();
    assertThat(checked).hasSize(1);
  }

  @Test
  void intervalOfZeroMeansNeverUntilAnotherIsConfigured() {
    checks.used(FOLDER, order(Duration.ZERO));
    assertThat(timer.due).isEmpty();
    checks.used(FOLDER, order(Duration.ofMinutes(10)));
    assertThat(timer.due).hasSize(1);
  }

  @Test
  void repositoryIsLookedAtAsItIsConfiguredByThen() {
    checks.used(FOLDER, order(Duration.ofMinutes(10)));
    configured = CollapsedRequestTest.repo("http://other.example/", Duration.ofMinutes(20));
    timer.fire();
    assertThat(checked).extracting(Order::repo).containsExactly(configured);
    assertThat(timer.delays.get(1)).isGreaterThan(1_000_000);
  }

  @Test
  void repositoryThatIsNotConfiguredAnyMoreIsLetBe() {
    checks.used(FOLDER, order(Duration.ofMinutes(10)));
    configured = null;
    timer.fire();
    assertThat(checked).isEmpty();
    assertThat(timer.due).isEmpty();
  }

  private static Repo with(Repo repo, PrefetchPolicy.Mode mode) {
    return new Repo(
        repo.id(),
        repo.name(),
        repo.baseUrls(),
        repo.list(),
        repo.classifier(),
        repo.lifetimes(),
        repo.transport(),
        repo.retries(),
        repo.maxParallelDownloads(),
        repo.segmentation(),
        repo.bandwidth(),
        repo.signatures(),
        repo.access(),
        repo.client(),
        new PrefetchPolicy(mode, 1),
        repo.retention());
  }

  private Order orderWith(PrefetchPolicy.Mode mode) {
    Order order = order(Duration.ofMinutes(10));
    Repo repo = with(order.repo(), mode);
    configured = repo;
    return new Order(repo, order.key(), order.fileClass(), false, null);
  }

  @Test
  void repositoryOfWhichNothingIsFetchedAheadIsNotLookedAt() {
    checks.used(FOLDER, orderWith(PrefetchPolicy.Mode.OFF));
    assertThat(timer.due).isEmpty();
  }

  @Test
  void repositoryOfWhichPackagesAreFetchedAheadIsInUseFromOneWeekToTheNext() {
    checks.used(FOLDER, orderWith(PrefetchPolicy.Mode.POPULAR));
    clock.advance(Duration.ofDays(14));
    timer.fire();
    assertThat(checked).hasSize(1);
    clock.advance(Duration.ofDays(2));
    timer.fire();
    assertThat(checked).hasSize(1);
    assertThat(timer.due).isEmpty();
  }
}
