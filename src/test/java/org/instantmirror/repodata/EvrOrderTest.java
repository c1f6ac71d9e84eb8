package org.instantmirror.repodata;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EvrOrderTest {

  @Test
  void theEpochDecidesBeforeTheVersionAndThatBeforeTheRelease() {
    assertThat(EvrOrder.OLDEST_FIRST.compare(new Evr(1, "1", "1"), new Evr(0, "9", "9")))
        .isPositive();
    assertThat(EvrOrder.OLDEST_FIRST.compare(new Evr(0, "1", "9"), new Evr(0, "2", "1")))
        .isNegative();
    assertThat(EvrOrder.OLDEST_FIRST.compare(new Evr(0, "1", "2"), new Evr(0, "1", "10")))
        .isNegative();
  }
}
