package org.instantmirror.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalTime;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DailyWindowTest {

  @ParameterizedTest
  @CsvSource({
    "'', 12:00, true",
    "01:00-06:00, 00:59:59, false",
    "01:00-06:00, 01:00, true",
    "1:00-6:00, 05:59:59, true",
    "01:00-06:00, 06:00, false",
    "22:00-06:00, 23:00, true",
    "22:00-06:00, 05:00, true",
    "22:00-06:00, 12:00, false",
    "20:00-24:00, 23:59:59, true",
    "20:00-24:00, 00:00, false",
    "20:00-00:00, 00:00, false",
    "'01:00-02:00, 12:00-13:00', 12:30, true",
    "'01:00-02:00 12:00-13:00', 02:30, false"
  })
  void aTimeIsWithinOrNot(String text, LocalTime time, boolean expected) {
    assertThat(DailyWindow.parse(text).contains(time)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"01:00", "25:00-26:00", "01:00-01:00", "1-6", "01:60-02:00", "24:00-01:00"})
  void whatIsNoWindowIsRefused(String text) {
    assertThatThrownBy(() -> DailyWindow.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "01:00-06:00", "20:00-24:00 01:00-02:00"})
  void itIsWrittenAsItIsRead(String text) {
    assertThat(DailyWindow.parse(text)).hasToString(text);
  }
}
