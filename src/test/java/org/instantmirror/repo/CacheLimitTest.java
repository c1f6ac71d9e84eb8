package org.instantmirror.repo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CacheLimitTest {

  private static final long NONE = Long.MAX_VALUE;

  @Test
  void aShareIsOfTheWholeAndASizeIsWhatItIs() {
    assertThat(CacheLimit.ofPercent(80).of(1000)).isEqualTo(800);
    assertThat(CacheLimit.ofPercent(33).of(199)).isEqualTo(65);
    assertThat(CacheLimit.ofBytes(500).of(1000)).isEqualTo(500);
    assertThat(CacheLimit.ofBytes(500).of(NONE)).isEqualTo(500);
  }

  @Test
  void ofASizeAndAShareTheSmallerCounts() {
    CacheLimit both = new CacheLimit(500, 10);
    assertThat(both.of(1000)).isEqualTo(100);
    assertThat(both.of(100_000)).isEqualTo(500);
  }

  @Test
  void aShareOfAVeryLargeWholeDoesNotOverflow() {
    assertThat(CacheLimit.ofPercent(99).of(NONE - 1)).isBetween(NONE / 100 * 99, NONE - 1);
  }

  @Test
  void allOfSomethingAndAShareOfWhatHasNoLimitAreNoLimit() {
    assertThat(CacheLimit.ofPercent(100).of(1000)).isEqualTo(NONE);
    assertThat(CacheLimit.ofPercent(100).isUnlimited()).isTrue();
    assertThat(CacheLimit.ofPercent(10).of(NONE)).isEqualTo(NONE);
    assertThat(CacheLimit.UNLIMITED.of(1000)).isEqualTo(NONE);
  }
}
