package org.instantmirror.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ByteRangeTest {

  @Test
  void bothEndsBelongToTheRange() {
    assertThat(new ByteRange(0, 0).length()).isEqualTo(1);
    assertThat(new ByteRange(500, 999).length()).isEqualTo(500);
    assertThat(new ByteRange(0, Long.MAX_VALUE - 1).length()).isEqualTo(Long.MAX_VALUE);
  }

  @ParameterizedTest
  @CsvSource({"-1, 0", "1, 0", "0, -1", "0, 9223372036854775807"})
  void emptyAndUncountableRangesAreRefused(long first, long last) {
    assertThatThrownBy(() -> new ByteRange(first, last))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
