package org.instantmirror.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DistinctCountTest {

  @Test
  void aFewAreCountedExactlyHoweverOftenTheyCome() {
    DistinctCount count = new DistinctCount();
    assertThat(count.estimate()).isZero();
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < DistinctCount.EXACT; i++) {
        assertThat(count.add(i * 0x9E3779B9)).isEqualTo(round == 0);
      }
    }
    assertThat(count.estimate()).isEqualTo(DistinctCount.EXACT);
  }

  /** Three standard errors of HyperLogLog with 512 registers are 14 %. */
  @ParameterizedTest
  @ValueSource(ints = {129, 200, 700, 1_300, 3_000, 10_000, 100_000})
  void manyAreCountedWithinThreeStandardErrors(int clients) {
    for (int seed = 1; seed <= 5; seed++) {
      Random random = new Random(seed);
      DistinctCount count = new DistinctCount();
      int[] hashes = random.ints(clients).toArray();
      for (int hash : hashes) {
        count.add(hash);
      }
      double once = count.estimate();
      for (int hash : hashes) {
        assertThat(count.add(hash)).isFalse();
      }
      assertThat(once).isCloseTo(clients, within(0.14 * clients));
    }
  }
}
