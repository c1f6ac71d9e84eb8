package org.instantmirror.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class MinimumRateTest {

  private static final long SECOND = 1_000_000_000L;

  @Test
  void transferIsTooSlowWhenAWholeWindowStaysBelowTheRate() {
    MinimumRate rate = new MinimumRate(1000, Duration.ofSeconds(10));

    assertThat(rate.isTooSlowAfter(5 * SECOND, 1)).isFalse();
    assertThat(rate.isTooSlowAfter(5 * SECOND, 1)).isTrue();
  }

  @Test
  void burstWithinTheWindowMakesUpForAPause() {
    MinimumRate rate = new MinimumRate(1000, Duration.ofSeconds(10));

    assertThat(rate.isTooSlowAfter(SECOND, 10_000)).isFalse();
    assertThat(rate.isTooSlowAfter(9 * SECOND, 1)).isFalse();
  }

  @Test
  void eachWindowIsJudgedByItself() {
    MinimumRate rate = new MinimumRate(1000, Duration.ofSeconds(10));

    assertThat(rate.isTooSlowAfter(10 * SECOND, 1_000_000)).isFalse();
    assertThat(rate.isTooSlowAfter(10 * SECOND, 9_999)).isTrue();
  }

  @Test
  void exactRateIsNotTooSlow() {
    assertThat(new MinimumRate(1000, Duration.ofSeconds(10)).isTooSlowAfter(10 * SECOND, 10_000))
        .isFalse();
  }

  @Test
  void noLimitMeansNone() {
    assertThat(new MinimumRate(0, Duration.ofSeconds(10)).isTooSlowAfter(1000 * SECOND, 0))
        .isFalse();
  }
}
