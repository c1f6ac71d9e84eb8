package org.instantmirror.usage;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RateLimitTest {

  private static final Instant NOW = Instant.parse("2026-01-05T00:00:00Z");
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @Test
  void soManyAtOnceAndThenOneEachInterval() {
    RateLimit limit = new RateLimit(2, MINUTE, 10);
    assertThat(limit.take("a", NOW)).isZero();
    assertThat(limit.take("a", NOW)).isZero();
    assertThat(limit.take("a", NOW)).isEqualTo(MINUTE);
    assertThat(limit.take("b", NOW)).isZero();
    assertThat(limit.take("a", NOW.plusSeconds(40))).isEqualTo(Duration.ofSeconds(20));
    assertThat(limit.take("a", NOW.plusSeconds(60))).isZero();
    assertThat(limit.take("a", NOW.plusSeconds(60))).isEqualTo(MINUTE);
    assertThat(limit.take("a", NOW.plusSeconds(3600))).isZero();
    assertThat(limit.take("a", NOW.plusSeconds(3600))).isZero();
  }

  @Test
  void thoseThatCameLastAreRemembered() {
    RateLimit limit = new RateLimit(1, MINUTE, 2);
    assertThat(limit.take("a", NOW)).isZero();
    assertThat(limit.take("b", NOW)).isZero();
    assertThat(limit.take("c", NOW)).isZero();
    assertThat(limit.take("c", NOW)).isPositive();
    assertThat(limit.take("a", NOW)).isZero();
  }

  @Test
  void aClockThatIsSetBackLocksNobodyOut() {
    RateLimit limit = new RateLimit(1, MINUTE, 2);
    assertThat(limit.take("a", NOW)).isZero();
    Instant before = NOW.minus(Duration.ofDays(1));
    assertThat(limit.take("a", before)).isEqualTo(MINUTE);
    assertThat(limit.take("a", before.plusSeconds(120))).isZero();
  }
}
