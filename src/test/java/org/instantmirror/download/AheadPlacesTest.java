package org.instantmirror.download;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.FileClass;
import org.instantmirror.repo.Repo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How many requests far ahead there are at once. */
class AheadPlacesTest {

  /** With 8 connections to a host, hence two places. */
  private static final Repo REPO = DownloadFixture.repo("repo", 8);

  private static final long PATIENCE_SECONDS = 20;

  private final List<Wanted> all = new ArrayList<>();
  private AheadPlaces places = new AheadPlaces(10);

  @AfterEach
  void stop() {
    all.forEach(Wanted::stop);
    places.close();
  }

  /** Keeps its place until it is told to end. */
  private final class Wanted implements AheadPlaces.Wish {
    private final Order order;
    final Semaphore used = new Semaphore(0);
    private final CountDownLatch end = new CountDownLatch(1);

    Wanted(String path) {
      order = new Order(REPO, new EntryKey(REPO.id(), path), FileClass.PACKAGE, false, null);
      all.add(this);
    }

    @Override
    public Order order() {
      return order;
    }

    @Override
    public void use() {
      used.release();
      try {
        end.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void stop() {
      end.countDown();
    }

    void awaitUse() throws InterruptedException {
      assertThat(used.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    }
  }

  private Wanted submitted(String path) {
    Wanted wish = new Wanted(path);
    places.submit(wish);
    return wish;
  }

  private void assertWaited(Wanted wish) {
    assertThat(wish.used.availablePermits()).isZero();
  }

  @Test
  void theThirdForAFileWaitsUntilOneHasEnded() throws Exception {
    Wanted one = submitted("a");
    Wanted two = submitted("a");
    Wanted three = submitted("a");
    one.awaitUse();
    two.awaitUse();
    assertWaited(three);
    one.stop();
    three.awaitUse();
  }

  @Test
  void aQuarterOfTheConnectionsToAHostIsTheMost() throws Exception {
    Wanted one = submitted("a");
    Wanted two = submitted("b");
    Wanted three = submitted("c");
    one.awaitUse();
    two.awaitUse();
    assertWaited(three);
    two.stop();
    three.awaitUse();
  }

  @Test
  void thereAreSoManyInAll() throws Exception {
    places = new AheadPlaces(1);
    Wanted one = submitted("a");
    Wanted two = submitted("b");
    one.awaitUse();
    assertWaited(two);
    one.stop();
    two.awaitUse();
  }

  @Test
  void theyAreServedInTheirOrder() throws Exception {
    Wanted one = submitted("a");
    Wanted two = submitted("a");
    Wanted three = submitted("b");
    Wanted four = submitted("a");
    one.awaitUse();
    two.awaitUse();
    two.stop();
    three.awaitUse();
    assertWaited(four);
    one.stop();
    four.awaitUse();
  }

  @Test
  void whatIsWithdrawnGetsNoPlace() throws Exception {
    Wanted one = submitted("a");
    Wanted two = submitted("a");
    Wanted three = submitted("a");
    Wanted four = submitted("a");
    one.awaitUse();
    two.awaitUse();
    places.withdraw(three);
    one.stop();
    four.awaitUse();
    assertWaited(three);
  }

  @Test
  void atTheEndAllAreStoppedAndNobodyComesAfter() throws Exception {
    Wanted one = submitted("a");
    Wanted two = submitted("a");
    Wanted three = submitted("a");
    one.awaitUse();
    two.awaitUse();
    places.close();
    assertThat(one.end.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(two.end.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    Wanted late = submitted("a");
    assertWaited(three);
    assertWaited(late);
  }
}
