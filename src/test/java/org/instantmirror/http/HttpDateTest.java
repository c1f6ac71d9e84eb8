package org.instantmirror.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 section 5.6.7. */
class HttpDateTest {

  private static final long YEAR_0 = -62_167_219_200L;
  private static final long YEAR_1970 = 0;
  private static final long YEAR_2070 = 3_155_760_000L;
  private static final long YEAR_10000 = 253_402_300_800L;

  private static final String EXAMPLE = "Sun, 06 Nov 1994 08:49:37 GMT";

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "Sun, 06 Nov 1994 08:49:37 GMT  | 1994-11-06T08:49:37Z",
        "Sunday, 06-Nov-94 08:49:37 GMT | 1994-11-06T08:49:37Z",
        "`Sun Nov  6 08:49:37 1994`     | 1994-11-06T08:49:37Z",
        "Sun Nov 06 08:49:37 1994       | 1994-11-06T08:49:37Z",
        "`  Sun, 06 Nov 1994 08:49:37 GMT ` | 1994-11-06T08:49:37Z",
        "Thu, 01 Jan 1970 00:00:00 GMT  | 1970-01-01T00:00:00Z",
        "Wed, 31 Dec 1969 23:59:59 GMT  | 1969-12-31T23:59:59Z",
        "Thu, 29 Feb 2024 23:59:59 GMT  | 2024-02-29T23:59:59Z",
        "Tue, 29 Feb 2000 12:00:00 GMT  | 2000-02-29T12:00:00Z",
        "Fri, 31 Dec 9999 23:59:59 GMT  | 9999-12-31T23:59:59Z",
        "Sat, 31 Dec 2016 23:59:60 GMT  | 2016-12-31T23:59:59Z",
        // The day name is wrong, but the date is clear.
        "Mon, 06 Nov 1994 08:49:37 GMT  | 1994-11-06T08:49:37Z",
        "Thursday, 01-Jan-70 00:00:00 GMT | 1970-01-01T00:00:00Z",
        "Tuesday, 31-Dec-69 23:59:59 GMT  | 2069-12-31T23:59:59Z",
        "Saturday, 01-Jan-00 00:00:00 GMT | 2000-01-01T00:00:00Z",
      })
  void threeFormsAreParsed(String field, Instant expected) {
    assertThat(HttpDate.parse(field)).contains(expected);
  }

  @Test
  void absentFieldIsNoDate() {
    assertThat(HttpDate.parse(null)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0",
        "-1",
        "garbage",
        ",",
        ", ",
        "Sun,",
        "\"5f3-abc\"",
        "1994-11-06T08:49:37Z",
        // Impossible.
        "Wed, 30 Feb 1994 08:49:37 GMT",
        "Wed, 29 Feb 2023 08:49:37 GMT",
        "Thu, 29 Feb 1900 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 32 Oct 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:00 GMT",
        "Sun, 06 Nov 1994 08:49:60 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Wednesday, 30-Feb-94 08:49:37 GMT",
        "Wed Feb 30 08:49:37 1994",
        "Sun Nov  0 08:49:37 1994",
        // Another syntax.
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 PST",
        "Sun, 06 Nov 1994 08:49:37 gmt",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 94 08:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT",
        "Xyz, 06 Nov 1994 08:49:37 GMT",
        "unM, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 anF 1994 08:49:37 GMT",
        "Sun; 06 Nov 1994 08:49:37 GMT",
        "Sun, 06-Nov-1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08.49.37 GMT",
        "Sun, 06 Nov 1994 08:49:3x GMT",
        "Sun, 06 Nov +994 08:49:37 GMT",
        "Sun, 06 Nov \u0661\u0669\u0669\u0664 08:49:37 GMT",
        "Sun, 06-Nov-94 08:49:37 GMT",
        "Someday, 06-Nov-94 08:49:37 GMT",
        "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sunday, 06 Nov 94 08:49:37 GMT",
        "Sunday, 06-Nov-9x 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 EST",
        "Sun Nov 6 08:49:37 1994",
        "Sun Nov  6 08:49:37 94",
        "Sun Nov  6 08:49:37 GMT 1994",
        // Several fields, joined.
        "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT; length=100",
      })
  void anythingElseIsNoDate(String field) {
    assertThat(HttpDate.parse(field)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1994-11-06T08:49:37Z           | Sun, 06 Nov 1994 08:49:37 GMT",
        "1994-11-06T08:49:37.999999999Z | Sun, 06 Nov 1994 08:49:37 GMT",
        "1969-12-31T23:59:59.5Z         | Wed, 31 Dec 1969 23:59:59 GMT",
        "0000-01-01T00:00:00Z           | Sat, 01 Jan 0000 00:00:00 GMT",
        "9999-12-31T23:59:59Z           | Fri, 31 Dec 9999 23:59:59 GMT",
        // Beyond what the format can say.
        "+10000-01-01T00:00:00Z         | Fri, 31 Dec 9999 23:59:59 GMT",
        "-0001-12-31T23:59:59Z          | Sat, 01 Jan 0000 00:00:00 GMT",
      })
  void instantIsFormattedAsFixdate(Instant instant, String expected) {
    assertThat(HttpDate.format(instant)).isEqualTo(expected);
  }

  @Test
  void extremeInstantsAreFormattedToo() {
    assertThat(HttpDate.format(Instant.MAX)).isEqualTo("Fri, 31 Dec 9999 23:59:59 GMT");
    assertThat(HttpDate.format(Instant.MIN)).isEqualTo("Sat, 01 Jan 0000 00:00:00 GMT");
  }

  @Property
  void fixdateIsThatOfTheJdkAndParsesBack(
      @ForAll @LongRange(min = YEAR_0, max = YEAR_10000 - 1) long second) {
    Instant instant = Instant.ofEpochSecond(second);
    String field = HttpDate.format(instant);
    assertThat(field).isEqualTo(jdk("EEE, dd MMM uuuu HH:mm:ss 'GMT'", instant));
    assertThat(HttpDate.parse(field)).contains(instant);
  }

  @Property
  void asctimeParsesBack(@ForAll @LongRange(min = YEAR_0, max = YEAR_10000 - 1) long second) {
    Instant instant = Instant.ofEpochSecond(second);
    assertThat(HttpDate.parse(jdk("EEE MMM ppd HH:mm:ss uuuu", instant))).contains(instant);
  }

  @Property
  void rfc850ParsesBackWithinItsCentury(
      @ForAll @LongRange(min = YEAR_1970, max = YEAR_2070 - 1) long second) {
    Instant instant = Instant.ofEpochSecond(second);
    assertThat(HttpDate.parse(jdk("EEEE, dd-MMM-uu HH:mm:ss 'GMT'", instant))).contains(instant);
  }

  @Property
  void noFieldMakesTheParserFail(
      @ForAll @IntRange(max = 28) int at, @ForAll char odd, @ForAll boolean cut) {
    String field = EXAMPLE.substring(0, at) + odd + (cut ? "" : EXAMPLE.substring(at + 1));
    HttpDate.parse(field)
        .ifPresent(date -> assertThat(HttpDate.format(date)).hasSameSizeAs(EXAMPLE));
  }

  private static String jdk(String pattern, Instant instant) {
    return DateTimeFormatter.ofPattern(pattern, Locale.US).withZone(ZoneOffset.UTC).format(instant);
  }
}
