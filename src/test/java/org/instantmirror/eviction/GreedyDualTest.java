package org.instantmirror.eviction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The worked examples of docs/prefetch.md. */
class GreedyDualTest {

  private static final Instant NOW = Instant.parse("2026-11-23T00:00:00Z");
  private static final long MEBIBYTE = 1 << 20;

  @Test
  void aCountHalvesInTwoWeeks() {
    assertThat(GreedyDual.count(80, NOW.minus(Duration.ofDays(14)), NOW)).isEqualTo(40);
    assertThat(GreedyDual.count(80, NOW.minus(Duration.ofDays(42)), NOW)).isEqualTo(10);
    assertThat(GreedyDual.count(80, NOW.plusSeconds(60), NOW)).isEqualTo(80);
  }

  @Test
  void whatIsExpectedIsTheRateOfBeforeAndTheDemandThatIsNotMetYet() {
    assertThat(GreedyDual.expected(10, 0, NOW, NOW)).isCloseTo(3.47, within(0.01));
    assertThat(GreedyDual.expected(0, 300, NOW, NOW)).isEqualTo(300);
    assertThat(GreedyDual.expected(200, 300, NOW, NOW)).isCloseTo(169.3, within(0.1));
    assertThat(GreedyDual.expected(1000, 300, NOW, NOW)).isCloseTo(346.6, within(0.1));
  }

  @Test
  void whoHasBeenServedIsNotExpectedAgainWhenTheCountFades() {
    Instant stored = NOW.minus(Duration.ofDays(28));
    double count = GreedyDual.count(300, stored, NOW);
    assertThat(GreedyDual.expected(count, 300, stored, NOW))
        .isEqualTo(GreedyDual.expected(count, 0, stored, NOW));
  }

  @Test
  void thePriorityIsTheWaitingSavedForEachMebibyte() {
    assertThat(GreedyDual.priority(0, 300, 100 * MEBIBYTE)).isCloseTo(0.084, within(0.001));
    assertThat(GreedyDual.priority(0, 1, MEBIBYTE)).isCloseTo(0.092, within(0.001));
    assertThat(GreedyDual.priority(0, 0.35, MEBIBYTE)).isCloseTo(0.071, within(0.001));
    assertThat(GreedyDual.priority(0, 1, 10_000)).isCloseTo(1.11, within(0.01));
    assertThat(GreedyDual.priority(7, 1, MEBIBYTE)).isCloseTo(7.092, within(0.001));
  }

  @Test
  void whatHundredsWantCostsOneFetchAsWhatAFewWant() {
    assertThat(GreedyDual.priority(0, 1000, MEBIBYTE))
        .isLessThan(1.02 * GreedyDual.priority(0, 1, MEBIBYTE));
    assertThat(GreedyDual.priority(0, 0, MEBIBYTE)).isZero();
  }
}
