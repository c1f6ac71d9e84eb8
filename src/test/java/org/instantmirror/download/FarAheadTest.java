package org.instantmirror.download;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a byte is worth a request of its own. */
class FarAheadTest {

  private static final int KB = 1000;

  /**
   * @param lacking in kB
   * @param rate in kB/s; empty if it hasn't been measured
   * @param latency in milliseconds, as {@code waited} and {@code next}
   * @param next in how long it is judged anew; empty if it is asked for
   */
  @ParameterizedTest
  @CsvSource({
    // A download that is just beginning is thought to bring 10 MB/s.
    "999, , 0, 0, 100",
    "1001, , 0, 0, ",
    "2999, , 200, 0, 100",
    "3001, , 200, 0, ",
    // It brings 100 kB in 100 ms, and 300 kB in the time that upstream takes to answer.
    "99, 1000, 0, 0, 100",
    "101, 1000, 0, 0, ",
    "299, 1000, 200, 0, 100",
    "301, 1000, 200, 0, ",
    // Of the time that may be lost by waiting some has been.
    "249, 1000, 200, 50, 50",
    "251, 1000, 200, 50, ",
    "199, 1000, 200, 100, 200",
    "201, 1000, 200, 100, ",
    "99, 1000, 200, 200, 100",
    "101, 1000, 200, 200, ",
    // All of it.
    "1, 1000, 200, 300, ",
    "1, 1000, 0, 5000, ",
    // One that stands.
    "1, 0, 200, 0, ",
  })
  void aByteIsAskedForThatTheDownloadWillNotBringInTime(
      long lacking, @Nullable Double rate, long latency, long waited, @Nullable Long next) {
    OptionalDouble bytesPerSecond =
        rate == null ? OptionalDouble.empty() : OptionalDouble.of(rate * KB);
    assertThat(
            FarAhead.mayWait(
                lacking * KB,
                bytesPerSecond,
                Duration.ofMillis(latency),
                Duration.ofMillis(waited)))
        .isEqualTo(java.util.Optional.ofNullable(next).map(Duration::ofMillis));
  }
}
