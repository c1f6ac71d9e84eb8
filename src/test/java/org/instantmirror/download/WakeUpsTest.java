package org.instantmirror.download;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WakeUpsTest {

  private record Task(Runnable task, Duration delay) {}

  private final List<Task> tasks = new ArrayList<>();
  private final AtomicInteger rounds = new AtomicInteger();
  private int readers = 4;
  private long now = 7;
  private final WakeUps wakeUps =
      new WakeUps(
          () -> readers,
          rounds::incrementAndGet,
          (task, delay) -> tasks.add(new Task(task, delay)),
          () -> now);

  private void runOnly() {
    assertThat(tasks).hasSize(1);
    tasks.remove(0).task.run();
  }

  @Test
  void firstBytesWakeAtOnceAndOnAnotherThread() {
    wakeUps.moreArrived();
    assertThat(rounds).hasValue(0);
    assertThat(tasks.get(0).delay).isZero();
    runOnly();
    assertThat(rounds).hasValue(1);
  }

  @Test
  void piecesThatComeTogetherWakeOnce() {
    for (int i = 0; i < 5; i++) {
      wakeUps.moreArrived();
    }
    runOnly();
    assertThat(rounds).hasValue(1);
  }

  @Test
  void nextRoundWaitsForTheIntervalThatTheNumberOfReadersGives() {
    wakeUps.moreArrived();
    runOnly();
    now += WakeUps.PER_READER.toNanos();
    wakeUps.moreArrived();
    assertThat(tasks.get(0).delay).isEqualTo(WakeUps.PER_READER.multipliedBy(3));
    runOnly();
    readers = 1_000_000;
    wakeUps.moreArrived();
    assertThat(tasks.get(0).delay).isEqualTo(WakeUps.LONGEST);
  }

  @Test
  void quietTimeEndsTheWaiting() {
    wakeUps.moreArrived();
    runOnly();
    now += WakeUps.LONGEST.toNanos();
    wakeUps.moreArrived();
    assertThat(tasks.get(0).delay).isZero();
  }

  @Test
  void bytesThatArriveDuringARoundMakeAnotherOne() {
    WakeUps[] self = new WakeUps[1];
    self[0] =
        new WakeUps(
            () -> readers,
            () -> {
              if (rounds.incrementAndGet() == 1) {
                self[0].moreArrived();
              }
            },
            (task, delay) -> tasks.add(new Task(task, delay)),
            () -> now);
    self[0].moreArrived();
    runOnly();
    runOnly();
    assertThat(rounds).hasValue(2);
    assertThat(tasks).isEmpty();
  }

  @Test
  void withoutReadersNothingIsDone() {
    readers = 0;
    wakeUps.moreArrived();
    assertThat(tasks).isEmpty();
  }
}
