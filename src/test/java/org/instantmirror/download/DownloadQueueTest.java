package org.instantmirror.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.Repo;
import org.instantmirror.upstream.Urgency;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who gets a thread, and when. */
class DownloadQueueTest {

  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Repo ONE = DownloadFixture.repo("one", 2);
  private static final Repo OTHER = DownloadFixture.repo("other", 2);

  private ScheduledExecutorService timer;

  /** Names of tasks, as they begin to run and are refused. */
  private final List<String> ran = new CopyOnWriteArrayList<>();

  private final List<String> refused = new CopyOnWriteArrayList<>();
  private final CountDownLatch end = new CountDownLatch(1);

  @BeforeEach
  void start() {
    timer = Executors.newSingleThreadScheduledExecutor();
  }

  @AfterEach
  void stop() {
    end.countDown();
    timer.shutdownNow();
  }

  private DownloadQueue queue(int maxDownloads, int length, Duration timeout) {
    return new DownloadQueue(new Limits(maxDownloads, 2, length, timeout, 0), timer);
  }

  private DownloadQueue queue() {
    return queue(3, 10, LONG);
  }

  /** A task that keeps its place until {@code until} is released. */
  private Runnable task(String name, CountDownLatch until) {
    return () -> {
      ran.add(name);
      try {
        until.await(20, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    };
  }

  private void submit(DownloadQueue queue, Repo repo, String name) {
    submit(queue, repo, name, end);
  }

  private void submit(DownloadQueue queue, Repo repo, String name, CountDownLatch until) {
    queue.submit(claim(repo, task(name, until), name));
  }

  private Claim claim(Repo repo, Runnable task, String name) {
    return claim(repo, task, name, Urgency.INTERACTIVE);
  }

  private Claim claim(Repo repo, Runnable task, String name, Urgency urgency) {
    return claim(repo, task, name, urgency, new AtomicInteger(1));
  }

  private Claim claim(
      Repo repo, Runnable task, String name, Urgency urgency, AtomicInteger waiting) {
    Claim.Work work =
        new Claim.Work() {
          @Override
          public void run() {
            task.run();
          }

          @Override
          public void refuse() {
            refused.add(name);
          }

          @Override
          public void giveWay() {}

          @Override
          public Urgency urgency() {
            return urgency;
          }

          @Override
          public int clients() {
            return waiting.get();
          }
        };
    return new Claim(repo, new EntryKey(repo.id(), name), work);
  }

  private void awaitRan(String... names) {
    await().untilAsserted(() -> assertThat(ran).containsExactlyInAnyOrder(names));
  }

  @Test
  void repositoryHasItsOwnPlacesOnly() {
    try (DownloadQueue queue = queue()) {
      submit(queue, ONE, "a");
      submit(queue, ONE, "b");
      submit(queue, ONE, "c");
      // Submitted last: had "c" a place, it would have run by now.
      submit(queue, OTHER, "d");
      awaitRan("a", "b", "d");
    }
  }

  @Test
  void placesInAllAreSharedByTheRepositories() {
    try (DownloadQueue queue = queue(3, 10, LONG)) {
      CountDownLatch first = new CountDownLatch(1);
      submit(queue, ONE, "a", first);
      submit(queue, ONE, "b");
      submit(queue, OTHER, "c");
      submit(queue, OTHER, "d");
      awaitRan("a", "b", "c");
      first.countDown();
      awaitRan("a", "b", "c", "d");
    }
  }

  @Test
  void whoWaitsIsServedInOrderOfArrival() {
    try (DownloadQueue queue = queue(1, 10, LONG)) {
      CountDownLatch first = new CountDownLatch(1);
      submit(queue, ONE, "a", first);
      CountDownLatch none = new CountDownLatch(0);
      submit(queue, ONE, "b", none);
      submit(queue, OTHER, "c", none);
      submit(queue, ONE, "d", none);
      first.countDown();
      await().untilAsserted(() -> assertThat(ran).containsExactly("a", "b", "c", "d"));
    }
  }

  @Test
  void whatSeveralClientsWaitForComesSoonerButOvertakesNobodyForLong() {
    AtomicLong nanos = new AtomicLong();
    Limits limits = new Limits(1, 2, 10, LONG, 0);
    try (DownloadQueue queue = new DownloadQueue(limits, timer, nanos::get)) {
      CountDownLatch first = new CountDownLatch(1);
      CountDownLatch none = new CountDownLatch(0);
      submit(queue, ONE, "a", first);
      submit(queue, ONE, "of one, long ago", none);
      nanos.addAndGet(TimeUnit.SECONDS.toNanos(11));
      submit(queue, OTHER, "of one", none);
      nanos.addAndGet(TimeUnit.SECONDS.toNanos(2));
      AtomicInteger clients = new AtomicInteger(1);
      Claim popular = claim(OTHER, task("of many", none), "of many", Urgency.INTERACTIVE, clients);
      queue.submit(popular);
      clients.set(100);
      queue.judge(popular);
      first.countDown();
      await()
          .untilAsserted(
              () -> assertThat(ran).containsExactly("a", "of one, long ago", "of many", "of one"));
    }
  }

  @Test
  void busyRepositoryHoldsUpNobodyElse() {
    try (DownloadQueue queue = queue()) {
      CountDownLatch last = new CountDownLatch(1);
      submit(queue, ONE, "a");
      submit(queue, ONE, "b");
      submit(queue, OTHER, "c", last);
      submit(queue, ONE, "waits for its repository");
      submit(queue, OTHER, "waits for any place");
      last.countDown();
      awaitRan("a", "b", "c", "waits for any place");
    }
  }

  @Test
  void fullQueueRefusesAtOnce() {
    try (DownloadQueue queue = queue(1, 1, LONG)) {
      submit(queue, ONE, "runs");
      submit(queue, ONE, "waits");
      submit(queue, OTHER, "too many");
      assertThat(refused).containsExactly("too many");
    }
  }

  @Test
  void whoWaitsTooLongIsRefusedAndNeverRuns() {
    try (DownloadQueue queue = queue(1, 10, Duration.ofMillis(50))) {
      CountDownLatch first = new CountDownLatch(1);
      submit(queue, ONE, "a", first);
      submit(queue, ONE, "impatient");
      await().untilAsserted(() -> assertThat(refused).containsExactly("impatient"));
      first.countDown();
      await()
          .untilAsserted(
              () -> {
                submit(queue, ONE, "next", new CountDownLatch(0));
                assertThat(ran).contains("next");
              });
      assertThat(ran).doesNotContain("impatient");
    }
  }

  @Test
  void placeIsGivenBackWhenATaskFails() {
    try (DownloadQueue queue = queue(1, 10, LONG)) {
      Runnable failing =
          () -> {
            // An error would be printed by the thread's handler.
            Thread.currentThread().setUncaughtExceptionHandler((thread, fault) -> {});
            throw new IllegalStateException("on purpose");
          };
      queue.submit(claim(ONE, failing, "failing"));
      submit(queue, ONE, "a");
      awaitRan("a");
    }
  }

  @Test
  void pausingTaskLeavesItsPlaceToOthersAndComesBack() {
    try (DownloadQueue queue = queue(1, 10, LONG)) {
      CountDownLatch meanwhile = new CountDownLatch(1);
      AtomicInteger runs = new AtomicInteger();
      Claim[] pausing = new Claim[1];
      Runnable twice =
          () -> {
            if (runs.incrementAndGet() == 1) {
              queue.resubmit(pausing[0], Duration.ofMillis(20));
            }
          };
      pausing[0] = claim(ONE, twice, "pausing");
      queue.submit(pausing[0]);
      submit(queue, ONE, "meanwhile", meanwhile);
      awaitRan("meanwhile");
      meanwhile.countDown();
      await().until(() -> runs.get() == 2);
      assertThat(refused).isEmpty();
    }
  }

  @Test
  void returningTaskWaitsAsLongAsItTakesAndComesBeforeNewOnes() {
    try (DownloadQueue queue = queue(1, 1, Duration.ofMillis(50))) {
      CountDownLatch first = new CountDownLatch(1);
      submit(queue, ONE, "a", first);
      awaitRan("a");
      queue.resubmit(claim(ONE, task("returning", end), "returning"), Duration.ofMillis(1));
      // It takes up the queue's only place when the timer has put it there.
      await()
          .until(
              () -> {
                submit(queue, ONE, "new");
                return refused.size() >= 2;
              });
      first.countDown();
      await().untilAsserted(() -> assertThat(ran).contains("returning"));
      assertThat(ran.get(1)).isEqualTo("returning");
    }
  }

  @Test
  void whoTakesAWishBackLeavesTheClientItsPlaceThatHasTakenItOver() {
    try (DownloadQueue queue = queue(1, 10, LONG)) {
      CountDownLatch first = new CountDownLatch(1);
      submit(queue, ONE, "a", first);
      Claim claim = claim(OTHER, task("wish", end), "wish", Urgency.AHEAD);
      Claim.Work wish = claim.work;
      queue.submit(claim);
      queue.submit(claim, claim(OTHER, task("client", end), "client").work);
      assertThat(queue.withdraw(claim, wish)).isFalse();
      first.countDown();
      awaitRan("a", "client");
    }
  }

  @Test
  void closedQueueRefusesAndLetsRunningTasksEnd() {
    DownloadQueue queue = queue(1, 10, LONG);
    submit(queue, ONE, "running");
    submit(queue, ONE, "waiting");
    awaitRan("running");
    queue.close();
    submit(queue, ONE, "late");
    assertThat(refused).containsExactly("late");
    assertThat(queue.awaitEnd(Duration.ofMillis(20))).isFalse();
    end.countDown();
    assertThat(queue.awaitEnd(LONG)).isTrue();
    assertThat(ran).containsExactly("running");
  }
}
