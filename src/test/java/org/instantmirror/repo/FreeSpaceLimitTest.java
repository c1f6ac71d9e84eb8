package org.instantmirror.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class FreeSpaceLimitTest {

  private static final long GIB = 1L << 30;

  @Test
  void theSmallerOfShareAndSizeCounts() {
    FreeSpaceLimit limit = new FreeSpaceLimit(GIB, 5);
    assertThat(limit.on(1000 * GIB)).isEqualTo(GIB);
    assertThat(limit.on(10 * GIB)).isEqualTo(10 * GIB / 100 * 5);
  }

  @Test
  void eachMayStandAlone() {
    assertThat(FreeSpaceLimit.ofBytes(GIB).on(1000 * GIB)).isEqualTo(GIB);
    assertThat(FreeSpaceLimit.ofPercent(10).on(1000)).isEqualTo(100);
    assertThat(FreeSpaceLimit.ofBytes(0).on(1000)).isZero();
  }

  @Test
  void numbersOutOfRangeAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> FreeSpaceLimit.ofBytes(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> FreeSpaceLimit.ofPercent(101));
    assertThatIllegalArgumentException().isThrownBy(() -> FreeSpaceLimit.ofPercent(-1));
  }
}
