package org.instantmirror.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.instantmirror.upstream.UpstreamException.Kind;
import org.instantmirror.upstream.UpstreamPool.Exhaustion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpstreamPoolTest {

  private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void candidatesComeInConfiguredOrderWithoutTheRestingOnes() {
    UpstreamPool pool = new UpstreamPool(3);
    assertThat(pool.candidates(T0)).containsExactly(0, 1, 2);

    pool.failed(1, T0);

    assertThat(pool.candidates(T0)).containsExactly(0, 2);
    assertThat(pool.resting(1, T0)).isTrue();
    assertThat(pool.resting(0, T0)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"1, 500", "2, 1000", "3, 2000", "4, 4000", "5, 5000", "6, 5000", "100, 5000"})
  void restGrowsWithEachFailureInARow(int failures, long restMillis) {
    UpstreamPool pool = new UpstreamPool(1);
    Instant now = T0;
    for (int i = 1; i < failures; i++) {
      pool.failed(0, now);
      now = now.plusSeconds(5);
    }
    pool.failed(0, now);

    assertThat(pool.resting(0, now.plusMillis(restMillis - 1))).isTrue();
    assertThat(pool.resting(0, now.plusMillis(restMillis))).isFalse();
    assertThat(pool.earliestReturn(now)).contains(now.plusMillis(restMillis));
  }

  @Test
  void manyDownloadsThatBreakAtOnceAreOneStep() {
    UpstreamPool pool = new UpstreamPool(1);
    for (int i = 0; i < 200; i++) {
      pool.failed(0, T0.plusMillis(i));
    }
    assertThat(pool.earliestReturn(T0.plusMillis(200))).contains(T0.plusMillis(500));
  }

  @Test
  void attemptsThatBeganBeforeTheLastFailureSayNothingNew() {
    UpstreamPool pool = new UpstreamPool(1);
    pool.failed(0, T0, T0.plusSeconds(10));

    pool.failed(0, T0.plusSeconds(1), T0.plusSeconds(11));

    assertThat(pool.resting(0, T0.plusSeconds(11))).isFalse();
  }

  @Test
  void attemptsThatBeganBeforeTheLastSuccessSayNothingNew() {
    UpstreamPool pool = new UpstreamPool(1);
    pool.succeeded(0, T0.plusSeconds(5));

    pool.failed(0, T0, T0.plusSeconds(10));

    assertThat(pool.resting(0, T0.plusSeconds(10))).isFalse();
  }

  @Test
  void successEndsTheRestAndBeginsThePausesAnew() {
    UpstreamPool pool = new UpstreamPool(1);
    pool.failed(0, T0);
    pool.failed(0, T0.plusSeconds(5));
    pool.succeeded(0);
    assertThat(pool.candidates(T0.plusSeconds(5))).containsExactly(0);

    pool.failed(0, T0.plusSeconds(6));

    assertThat(pool.earliestReturn(T0.plusSeconds(6))).contains(T0.plusMillis(6500));
  }

  @Test
  void earliestReturnIsEmptyWhileAnyUpstreamMayBeAsked() {
    UpstreamPool pool = new UpstreamPool(2);
    pool.failed(0, T0);
    assertThat(pool.earliestReturn(T0)).isEmpty();

    pool.failed(1, T0.plusMillis(100));

    assertThat(pool.earliestReturn(T0.plusMillis(100))).contains(T0.plusMillis(500));
  }

  @Test
  void clockSetBackDoesNotLengthenARest() {
    UpstreamPool pool = new UpstreamPool(1);
    pool.failed(0, T0);

    assertThat(pool.resting(0, T0.minus(Duration.ofHours(1)))).isFalse();
    pool.failed(0, T0.minus(Duration.ofHours(1)));
    assertThat(pool.resting(0, T0.minus(Duration.ofHours(1)))).isTrue();
  }

  @Test
  void exhaustionIsToldWhileAllUpstreamsRest() {
    UpstreamPool pool = new UpstreamPool(2);
    pool.failed(0, T0);
    Exhaustion why = new Exhaustion(Kind.TIMEOUT, "http://up: no byte within 10000 ms");
    pool.markExhausted(why);
    assertThat(pool.exhausted(T0)).as("one may still be asked").isEmpty();

    pool.failed(1, T0);

    assertThat(pool.exhausted(T0)).contains(why);
    assertThat(pool.exhausted(T0.plusMillis(500))).as("the rest has ended").isEmpty();
  }

  @Test
  void successForgetsExhaustion() {
    UpstreamPool pool = new UpstreamPool(1);
    pool.failed(0, T0);
    pool.markExhausted(new Exhaustion(Kind.UNREACHABLE, "x"));
    pool.succeeded(0);
    pool.failed(0, T0.plusSeconds(1));

    assertThat(pool.exhausted(T0.plusSeconds(1))).isEmpty();
  }

  @Test
  void emptyPoolIsRefused() {
    assertThatThrownBy(() -> new UpstreamPool(0)).isInstanceOf(IllegalArgumentException.class);
  }

  /** Each step: 0 to 2 a failure of that upstream, 3 to 5 a success, each some time later. */
  @Property(tries = 200)
  void whateverHappensEveryUpstreamIsBackWithinTheLongestRest(
      @ForAll @Size(max = 40) List<@IntRange(min = 0, max = 5) Integer> steps,
      @ForAll @IntRange(min = 0, max = 6000) int stepMillis) {
    UpstreamPool pool = new UpstreamPool(3);
    Instant now = T0;
    for (int step : steps) {
      now = now.plusMillis(stepMillis);
      int index = step % 3;
      if (step < 3) {
        pool.failed(index, now);
        assertThat(pool.resting(index, now)).isTrue();
      } else {
        pool.succeeded(index, now);
        assertThat(pool.resting(index, now)).isFalse();
      }
      assertThat(pool.candidates(now)).isSorted().doesNotHaveDuplicates();
      assertThat(pool.candidates(now.plus(UpstreamPool.LONGEST_REST))).containsExactly(0, 1, 2);
      assertThat(pool.earliestReturn(now).isPresent()).isEqualTo(pool.candidates(now).isEmpty());
    }
  }
}
