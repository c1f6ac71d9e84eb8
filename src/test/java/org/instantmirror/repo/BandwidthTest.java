package org.instantmirror.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How much of a line may be used, and when. */
class BandwidthTest {

  private static final long M = 1024 * 1024;

  private static Bandwidth bandwidth(String bandwidth, String throttle) throws ConfigException {
    Map<ConfigKey, Setting> own = new EnumMap<>(ConfigKey.class);
    put(own, ConfigKey.BANDWIDTH, bandwidth);
    put(own, ConfigKey.THROTTLE, throttle);
    return Bandwidth.of(new Settings(own, null));
  }

  private static void put(Map<ConfigKey, Setting> own, ConfigKey key, String text) {
    if (!text.isEmpty()) {
      own.put(key, new Setting("a.conf:1", Path.of("/"), "main", key.key(), text));
    }
  }

  @ParameterizedTest
  @CsvSource({
    // bandwidth, throttle, bytes a second
    "'', '', 0",
    "0, '', 0",
    "2M, '', 2097152",
    "1000, '', 1000",
    "5.5k, '', 5632",
    "1G, '', 1073741824",
    "2M, 50%, 1048576",
    "2M, 100 %, 2097152",
    "2M, 0, 0",
    "2M, 0%, 0",
    "'', 50%, 0",
    "0, 50%, 0",
    // A rate takes the place of bandwidth.
    "2M, 300k, 307200",
    "'', 300k, 307200",
  })
  void throttleIsARateOrAShareOfBandwidth(String bandwidth, String throttle, long limit)
      throws ConfigException {
    assertThat(bandwidth(bandwidth, throttle).at(LocalTime.NOON)).isEqualTo(limit);
  }

  @ParameterizedTest
  @CsvSource({
    // bandwidth, time, M a second
    "2M 08:00-18:00, 07:59:59, 0",
    "2M 08:00-18:00, 08:00, 2",
    "2M 08:00-18:00, 17:59:59, 2",
    "2M 08:00-18:00, 18:00, 0",
    "'2M 8:00-18:00, 10M', 12:00, 2",
    "'2M 08:00-18:00, 10M', 18:00, 10",
    // Whichever stands first.
    "'10M, 2M 08:00-18:00', 12:00, 2",
    "'1M 12:00-13:00, 2M 08:00-18:00', 12:30, 1",
    "'1M 12:00-13:00, 2M 08:00-18:00', 13:00, 2",
    "'2M 08:00-18:00, 1M 12:00-13:00', 12:30, 2",
    // Over midnight.
    "5M 22:00-06:00, 21:59, 0",
    "5M 22:00-06:00, 22:00, 5",
    "5M 22:00-06:00, 00:00, 5",
    "5M 22:00-06:00, 05:59, 5",
    "5M 22:00-06:00, 06:00, 0",
    "5M 18:00-24:00, 23:59:59, 5",
    "5M 18:00-24:00, 00:00, 0",
    "5M 00:00-24:00, 00:00, 5",
    "5M 00:00-24:00, 23:59, 5",
  })
  void eachTimeOfDayHasItsRate(String bandwidth, String time, long rate) throws ConfigException {
    assertThat(bandwidth(bandwidth, "").at(LocalTime.parse(time))).isEqualTo(rate * M);
  }

  @Test
  void throttleHasHoursOfItsOwn() throws ConfigException {
    Bandwidth both = bandwidth("10M 08:00-18:00, 20M", "50% 12:00-13:00, 1M 20:00-21:00");
    assertThat(both.at(LocalTime.of(11, 0))).isEqualTo(10 * M);
    assertThat(both.at(LocalTime.of(12, 0))).isEqualTo(5 * M);
    assertThat(both.at(LocalTime.of(19, 0))).isEqualTo(20 * M);
    assertThat(both.at(LocalTime.of(20, 0))).isEqualTo(M);
  }

  @ParameterizedTest
  @CsvSource({
    // In winter Berlin is one hour ahead of UTC, in summer two.
    "2026-01-15T06:59:59Z, 0",
    "2026-01-15T07:00:00Z, 2",
    "2026-07-15T05:59:59Z, 0",
    "2026-07-15T06:00:00Z, 2",
    // The days on which the clocks change: 02:00 becomes 03:00, and 03:00 becomes 02:00.
    "2026-03-29T05:59:59Z, 0",
    "2026-03-29T06:00:00Z, 2",
    "2026-03-29T16:00:00Z, 0",
    "2026-10-25T06:59:59Z, 0",
    "2026-10-25T07:00:00Z, 2",
    "2026-10-25T17:00:00Z, 0",
  })
  void hoursAreThoseOnTheWall(Instant now, long rate) throws ConfigException {
    Bandwidth working = bandwidth("2M 08:00-18:00", "");
    assertThat(working.at(now, ZoneId.of("Europe/Berlin"))).isEqualTo(rate * M);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-03-29T00:59:59Z, 0",
    // There is no 02:30 that night: it is 03:00 at once.
    "2026-03-29T01:00:00Z, 0",
    // There are two of them in autumn.
    "2026-10-25T00:29:59Z, 0",
    "2026-10-25T00:30:00Z, 2",
    "2026-10-25T01:00:00Z, 0",
    "2026-10-25T01:30:00Z, 2",
    "2026-10-25T02:00:00Z, 0",
  })
  void anHourThatIsSkippedOrComesTwiceHarmsNothing(Instant now, long rate) throws ConfigException {
    Bandwidth night = bandwidth("2M 02:30-03:00", "");
    assertThat(night.at(now, ZoneId.of("Europe/Berlin"))).isEqualTo(rate * M);
  }

  @Test
  void whatLimitsNothingIsNoLimit() throws ConfigException {
    assertThat(bandwidth("0", "50%")).isEqualTo(Bandwidth.UNLIMITED);
    assertThat(bandwidth("0 08:00-18:00", "")).isEqualTo(Bandwidth.UNLIMITED);
    assertThat(bandwidth("", "")).isEqualTo(Bandwidth.UNLIMITED);
    assertThat(bandwidth("1 08:00-18:00", "").isUnlimited()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "x, '', x",
    "50%, '', 50%",
    "-1, '', -1",
    "'', 101%, 101%",
    "'', x, x",
    "2M 08:00, '', 08:00",
    "2M 8-18, '', 8-18",
    "2M 25:00-18:00, '', 25:00",
    "2M 08:60-18:00, '', 08:60",
    "2M 24:00-08:00, '', 24:00",
    "2M 08:00-24:01, '', 24:01",
    "2M 08:00-08:00, '', 00:00-24:00",
    "'2M, 3M', '', only one",
    "'2M,,3M', '', no rate",
  })
  void whatIsNoRateIsRefused(String bandwidth, String throttle, String said) {
    assertThatThrownBy(() -> bandwidth(bandwidth, throttle))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(said)
        .hasMessageStartingWith("a.conf:1: [main]");
  }
}
