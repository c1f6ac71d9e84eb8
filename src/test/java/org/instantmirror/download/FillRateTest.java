package org.instantmirror.download;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How fast a download grows. */
class FillRateTest {

  private long nanos = Long.MAX_VALUE - 1000; // it wraps around
  private final FillRate rate = new FillRate(() -> nanos);

  private void pass(long millis) {
    nanos += TimeUnit.MILLISECONDS.toNanos(millis);
  }

  @Test
  void nothingIsKnownBeforeABodyHasBegun() {
    rate.reached(1000);
    pass(10_000);
    assertThat(rate.bytesPerSecond()).isEmpty();
  }

  @Test
  void theFirstTenthOfASecondSaysNothing() {
    rate.begin(0);
    rate.reached(1_000_000);
    pass(99);
    assertThat(rate.bytesPerSecond()).isEmpty();
    pass(1);
    assertThat(rate.bytesPerSecond()).hasValue(10_000_000);
  }

  @Test
  void bytesOfAnEarlierRunDoNotCount() {
    rate.begin(5_000_000);
    pass(500);
    rate.reached(5_100_000);
    assertThat(rate.bytesPerSecond()).hasValue(200_000);
  }

  @Test
  void whatWasBeforeTheLastTwoSecondsIsForgotten() {
    rate.begin(0);
    long bytes = 0;
    for (int second = 0; second < 4; second++) {
      pass(1000);
      bytes += second < 2 ? 1_000_000 : 10_000;
      rate.reached(bytes);
    }
    assertThat(rate.bytesPerSecond()).hasValue(10_000);
  }

  @Test
  void aStandstillTells() {
    rate.begin(0);
    pass(100);
    rate.reached(1_000_000);
    pass(900);
    assertThat(rate.bytesPerSecond()).hasValue(1_000_000);
    pass(9000);
    assertThat(rate.bytesPerSecond()).hasValue(100_000);
  }

  @Test
  void anotherBodyIsMeasuredAnew() {
    rate.begin(0);
    pass(1000);
    rate.reached(1_000_000);
    rate.begin(1_000_000);
    assertThat(rate.bytesPerSecond()).isEmpty();
    pass(200);
    assertThat(rate.bytesPerSecond()).hasValue(0);
  }
}
