package org.instantmirror.eviction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a file with two names is worth. */
class SharedWorthTest {

  private static final long SIZE = 1 << 20;

  @ParameterizedTest
  @CsvSource({"0, 0", "0.1, 0.3", "2, 0.01", "500, 500"})
  void itIsWorthWhatASingleOneIsThatIsAskedForByAllOfTheirClients(double one, double other) {
    assertThat(
            GreedyDual.together(GreedyDual.worth(one, SIZE), GreedyDual.worth(other, SIZE), SIZE))
        .isCloseTo(GreedyDual.worth(one + other, SIZE), within(1e-9));
  }
}
