package org.instantmirror.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9110 section 13.1.5. */
class IfRangeTest {

  private static final Instant LAST_MODIFIED = Instant.parse("1994-11-06T08:49:37Z");
  private static final Instant LATER = LAST_MODIFIED.plusSeconds(3600);

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      nullValues = "-",
      value = {
        "\"a\"   | -                               | true",
        "-       | -                               | true",
        "\"a\"   | \"a\"                           | true",
        "\"a\"   | \"b\"                           | false",
        "\"a\"   | W/\"a\"                         | false",
        "W/\"a\" | \"a\"                           | false",
        "W/\"a\" | W/\"a\"                         | false",
        "-       | \"a\"                           | false",
        // A date must be this one: a later one isn't good enough.
        "-       | Sun, 06 Nov 1994 08:49:37 GMT   | true",
        "\"a\"   | Sun, 06 Nov 1994 08:49:37 GMT   | true",
        "-       | Sunday, 06-Nov-94 08:49:37 GMT  | true",
        "-       | Sun, 06 Nov 1994 08:49:36 GMT   | false",
        "-       | Sun, 06 Nov 1994 08:49:38 GMT   | false",
        // Neither a tag nor a date, or more than one.
        "\"a\"   | a                               | false",
        "\"a\"   | *                               | false",
        "\"a\"   | ``                              | false",
        "\"a\"   | \"a\", \"b\"                    | false",
        "\"a\"   | Sun, 31 Nov 1994 08:49:37 GMT   | false",
      })
  void rangesAreServedOfTheSameRepresentationOnly(
      @Nullable String etag, @Nullable String field, boolean holds) {
    Head head = new Head(EntityTag.parse(etag).orElse(null), LAST_MODIFIED, LATER, null);
    assertThat(IfRange.holds(field, head)).isEqualTo(holds);
  }

  @Test
  void dateDoesNotHoldForAWeakLastModified() {
    String field = HttpDate.format(LAST_MODIFIED);
    assertThat(IfRange.holds(field, new Head(null, LAST_MODIFIED, LAST_MODIFIED, null))).isFalse();
    assertThat(IfRange.holds(field, new Head(null, LAST_MODIFIED, null, null))).isFalse();
  }

  @Test
  void nothingButAnAbsentFieldHoldsWhereNothingIsKnown() {
    assertThat(IfRange.holds("\"a\"", Head.UNKNOWN)).isFalse();
    assertThat(IfRange.holds(HttpDate.format(LAST_MODIFIED), Head.UNKNOWN)).isFalse();
    assertThat(IfRange.holds(null, Head.UNKNOWN)).isTrue();
  }
}
