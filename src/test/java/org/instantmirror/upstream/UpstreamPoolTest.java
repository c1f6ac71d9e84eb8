package org.instantmirror.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.instantmirror.repo.BaseUrl;
import org.instantmirror.upstream.UpstreamException.Kind;
import org.instantmirror.upstream.UpstreamPool.Exhaustion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpstreamPoolTest {

  private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");

  /** Older attempts than that may still fail and then count. */
  private static final Instant LONG_AGO = Instant.MIN;

  private static final String PATH = "a.rpm";

  private static UpstreamPool pool(int size) {
    return new UpstreamPool(
        TestRepo.at(IntStream.range(0, size).mapToObj(UpstreamPoolTest::url).toArray(String[]::new))
            .build());
  }

  private static String url(int index) {
    return "http://up" + index + ".example/";
  }

  private static Upstream upstream(int index) {
    return Upstream.configured(new BaseUrl(url(index)));
  }

  /** The numbers of those that may be asked, best first. */
  private static List<Integer> asked(UpstreamPool pool, Instant now) {
    return pool.candidates(PATH, now).stream()
        .map(upstream -> Integer.valueOf(upstream.base().template().replaceAll("\\D", "")))
        .toList();
  }

  private static boolean resting(UpstreamPool pool, int index, Instant now) {
    return !asked(pool, now).contains(index);
  }

  @Test
  void candidatesComeInConfiguredOrderWithoutTheRestingOnes() {
    UpstreamPool pool = pool(3);
    assertThat(asked(pool, T0)).containsExactly(0, 1, 2);

    pool.failed(upstream(1), T0, T0);

    assertThat(asked(pool, T0)).containsExactly(0, 2);
    assertThat(resting(pool, 1, T0)).isTrue();
    assertThat(resting(pool, 0, T0)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"1, 500", "2, 1000", "3, 2000", "4, 4000", "5, 5000", "6, 5000", "100, 5000"})
  void restGrowsWithEachFailureInARow(int failures, long restMillis) {
    UpstreamPool pool = pool(1);
    Instant now = T0;
    for (int i = 1; i < failures; i++) {
      pool.failed(upstream(0), now, now);
      now = now.plusSeconds(5);
    }
    pool.failed(upstream(0), now, now);

    assertThat(resting(pool, 0, now.plusMillis(restMillis - 1))).isTrue();
    assertThat(resting(pool, 0, now.plusMillis(restMillis))).isFalse();
    assertThat(pool.earliestReturn(PATH, now)).contains(now.plusMillis(restMillis));
  }

  @Test
  void manyDownloadsThatBreakAtOnceAreOneStep() {
    UpstreamPool pool = pool(1);
    for (int i = 0; i < 200; i++) {
      pool.failed(upstream(0), T0.plusMillis(i), T0.plusMillis(i));
    }
    assertThat(pool.earliestReturn(PATH, T0.plusMillis(200))).contains(T0.plusMillis(500));
  }

  @Test
  void attemptsThatBeganBeforeTheLastFailureSayNothingNew() {
    UpstreamPool pool = pool(1);
    pool.failed(upstream(0), T0, T0.plusSeconds(10));

    pool.failed(upstream(0), T0.plusSeconds(1), T0.plusSeconds(11));

    assertThat(resting(pool, 0, T0.plusSeconds(11))).isFalse();
  }

  @Test
  void attemptsThatBeganBeforeTheLastSuccessSayNothingNew() {
    UpstreamPool pool = pool(1);
    pool.succeeded(upstream(0), T0.plusSeconds(5));

    pool.failed(upstream(0), T0, T0.plusSeconds(10));

    assertThat(resting(pool, 0, T0.plusSeconds(10))).isFalse();
  }

  @Test
  void successEndsTheRestAndBeginsThePausesAnew() {
    UpstreamPool pool = pool(1);
    pool.failed(upstream(0), T0, T0);
    pool.failed(upstream(0), T0.plusSeconds(5), T0.plusSeconds(5));
    pool.succeeded(upstream(0), LONG_AGO);
    assertThat(asked(pool, T0.plusSeconds(5))).containsExactly(0);

    pool.failed(upstream(0), T0.plusSeconds(6), T0.plusSeconds(6));

    assertThat(pool.earliestReturn(PATH, T0.plusSeconds(6))).contains(T0.plusMillis(6500));
  }

  @Test
  void earliestReturnIsEmptyWhileAnyUpstreamMayBeAsked() {
    UpstreamPool pool = pool(2);
    pool.failed(upstream(0), T0, T0);
    assertThat(pool.earliestReturn(PATH, T0)).isEmpty();

    pool.failed(upstream(1), T0.plusMillis(100), T0.plusMillis(100));

    assertThat(pool.earliestReturn(PATH, T0.plusMillis(100))).contains(T0.plusMillis(500));
  }

  @Test
  void clockSetBackDoesNotLengthenARest() {
    UpstreamPool pool = pool(1);
    pool.failed(upstream(0), T0, T0);

    assertThat(resting(pool, 0, T0.minus(Duration.ofHours(1)))).isFalse();
    pool.failed(upstream(0), T0.minus(Duration.ofHours(1)), T0.minus(Duration.ofHours(1)));
    assertThat(resting(pool, 0, T0.minus(Duration.ofHours(1)))).isTrue();
  }

  @Test
  void exhaustionIsToldWhileAllUpstreamsRest() {
    UpstreamPool pool = pool(2);
    pool.failed(upstream(0), T0, T0);
    Exhaustion why = new Exhaustion(Kind.TIMEOUT, "http://up: no byte within 10000 ms");
    pool.markExhausted(why);
    assertThat(pool.exhausted(PATH, T0)).as("one may still be asked").isEmpty();

    pool.failed(upstream(1), T0, T0);

    assertThat(pool.exhausted(PATH, T0)).contains(why);
    assertThat(pool.exhausted(PATH, T0.plusMillis(500))).as("the rest has ended").isEmpty();
  }

  @Test
  void successForgetsExhaustion() {
    UpstreamPool pool = pool(1);
    pool.failed(upstream(0), T0, T0);
    pool.markExhausted(new Exhaustion(Kind.UNREACHABLE, "x"));
    pool.succeeded(upstream(0), LONG_AGO);
    pool.failed(upstream(0), T0.plusSeconds(1), T0.plusSeconds(1));

    assertThat(pool.exhausted(PATH, T0.plusSeconds(1))).isEmpty();
  }

  /** Each step: 0 to 2 a failure of that upstream, 3 to 5 a success, each some time later. */
  @Property(tries = 200)
  void whateverHappensEveryUpstreamIsBackWithinTheLongestRest(
      @ForAll @Size(max = 40) List<@IntRange(min = 0, max = 5) Integer> steps,
      @ForAll @IntRange(min = 0, max = 6000) int stepMillis) {
    UpstreamPool pool = pool(3);
    Instant now = T0;
    for (int step : steps) {
      now = now.plusMillis(stepMillis);
      int index = step % 3;
      if (step < 3) {
        pool.failed(upstream(index), now, now);
        assertThat(resting(pool, index, now)).isTrue();
      } else {
        pool.succeeded(upstream(index), now);
        assertThat(resting(pool, index, now)).isFalse();
      }
      assertThat(asked(pool, now)).isSorted().doesNotHaveDuplicates();
      assertThat(asked(pool, now.plus(UpstreamPool.LONGEST_REST))).containsExactly(0, 1, 2);
      assertThat(pool.earliestReturn(PATH, now).isPresent()).isEqualTo(asked(pool, now).isEmpty());
    }
  }
}
