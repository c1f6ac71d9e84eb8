package org.instantmirror.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.instantmirror.http.Preconditions.Outcome;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 sections 13.1 and 13.2.2. */
class PreconditionsTest {

  private static final String BEFORE = "Sun, 06 Nov 1994 08:49:36 GMT";
  private static final String MODIFIED = "Sun, 06 Nov 1994 08:49:37 GMT";
  private static final String AFTER = "Sun, 06 Nov 1994 08:49:38 GMT";
  private static final Instant LAST_MODIFIED = Instant.parse("1994-11-06T08:49:37Z");

  @Test
  void requestWithoutConditionsProceeds() {
    assertThat(ConditionalRequest.NONE.isEmpty()).isTrue();
    assertThat(evaluate(ConditionalRequest.NONE, "\"a\"")).isEqualTo(Outcome.PROCEED);
  }

  @Test
  void requestWithAnyFieldIsConditional() {
    assertThat(new ConditionalRequest("", null, null, null, null).isEmpty()).isFalse();
    assertThat(new ConditionalRequest(null, "", null, null, null).isEmpty()).isFalse();
    assertThat(new ConditionalRequest(null, null, "", null, null).isEmpty()).isFalse();
    assertThat(new ConditionalRequest(null, null, null, "", null).isEmpty()).isFalse();
    assertThat(new ConditionalRequest(null, null, null, null, "").isEmpty()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      nullValues = "-",
      value = {
        // etag   | If-None-Match           | outcome
        "\"a\"    | *                       | NOT_MODIFIED",
        "\"a\"    | ` * `                   | NOT_MODIFIED",
        "-        | *                       | NOT_MODIFIED",
        "\"a\"    | \"a\"                   | NOT_MODIFIED",
        "\"a\"    | W/\"a\"                 | NOT_MODIFIED",
        "W/\"a\"  | \"a\"                   | NOT_MODIFIED",
        "W/\"a\"  | W/\"a\"                 | NOT_MODIFIED",
        "\"a\"    | \"x\", W/\"y\", \"a\"   | NOT_MODIFIED",
        "\"a,b\"  | \"x\",\"a,b\"           | NOT_MODIFIED",
        "\"a\"    | \"b\"                   | PROCEED",
        "\"a\"    | \"b\", \"aa\"           | PROCEED",
        "-        | \"a\"                   | PROCEED",
        "\"a\"    | a                       | PROCEED",
        "\"a\"    | ``                      | PROCEED",
        "\"a\"    | \"b\", *                | PROCEED",
        "\"b\"    | \"a,\"b\",c\"           | NOT_MODIFIED",
      })
  void ifNoneMatchComparesWeakly(@Nullable String etag, String field, Outcome expected) {
    var request = new ConditionalRequest(null, field, null, null, null);
    assertThat(evaluate(request, etag)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      nullValues = "-",
      value = {
        // etag   | If-Match                | outcome
        "\"a\"    | *                       | PROCEED",
        "-        | *                       | PROCEED",
        "\"a\"    | \"a\"                   | PROCEED",
        "\"a\"    | \"x\", \"a\"            | PROCEED",
        "\"a\"    | W/\"a\"                 | PRECONDITION_FAILED",
        "W/\"a\"  | \"a\"                   | PRECONDITION_FAILED",
        "W/\"a\"  | W/\"a\"                 | PRECONDITION_FAILED",
        "\"a\"    | \"b\"                   | PRECONDITION_FAILED",
        "-        | \"a\"                   | PRECONDITION_FAILED",
        "\"a\"    | a                       | PRECONDITION_FAILED",
        "\"a\"    | ``                      | PRECONDITION_FAILED",
      })
  void ifMatchComparesStrongly(@Nullable String etag, String field, Outcome expected) {
    var request = new ConditionalRequest(field, null, null, null, null);
    assertThat(evaluate(request, etag)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        BEFORE + " | PROCEED             | PRECONDITION_FAILED",
        MODIFIED + " | NOT_MODIFIED      | PROCEED",
        AFTER + " | NOT_MODIFIED         | PROCEED",
        "Sunday, 06-Nov-94 08:49:37 GMT | NOT_MODIFIED | PROCEED",
        "Sun Nov 06 08:49:36 1994 | PROCEED | PRECONDITION_FAILED",
        "garbage | PROCEED               | PROCEED",
        "0 | PROCEED                     | PROCEED",
        "Wed, 30 Feb 2094 08:49:37 GMT | PROCEED | PROCEED",
        BEFORE + ", " + BEFORE + " | PROCEED | PROCEED",
        AFTER + ", " + AFTER + " | PROCEED | PROCEED",
      })
  void datesAreComparedAndInvalidOnesIgnored(
      String date, Outcome ifModifiedSince, Outcome ifUnmodifiedSince) {
    assertThat(evaluate(new ConditionalRequest(null, null, date, null, null), null))
        .isEqualTo(ifModifiedSince);
    assertThat(evaluate(new ConditionalRequest(null, null, null, date, null), null))
        .isEqualTo(ifUnmodifiedSince);
  }

  @ParameterizedTest
  @ValueSource(strings = {BEFORE, AFTER})
  void datesAreIgnoredWhereTheRepresentationHasNone(String date) {
    Head undated = new Head(new EntityTag("a", false), null, LAST_MODIFIED, null);
    assertThat(
            Preconditions.evaluate(
                new ConditionalRequest(null, null, date, null, null), undated, true))
        .isEqualTo(Outcome.PROCEED);
    assertThat(
            Preconditions.evaluate(
                new ConditionalRequest(null, null, null, date, null), undated, true))
        .isEqualTo(Outcome.PROCEED);
  }

  @Test
  void fractionsOfASecondDoNotMakeACopyNewer() {
    Head precise = new Head(null, LAST_MODIFIED.plusNanos(1), null, null);
    assertThat(
            Preconditions.evaluate(
                new ConditionalRequest(null, null, MODIFIED, MODIFIED, null), precise, true))
        .isEqualTo(Outcome.NOT_MODIFIED);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      nullValues = "-",
      value = {
        // If-Match | If-Unmodified-Since | If-None-Match | If-Modified-Since | outcome
        "\"b\" | -                | \"a\" | -                | PRECONDITION_FAILED",
        "\"a\" | -                | \"a\" | -                | NOT_MODIFIED",
        "\"a\" | -                | \"b\" | -                | PROCEED",
        "\"a\" | -                | -     | " + MODIFIED + " | NOT_MODIFIED",
        "\"b\" | -                | -     | " + MODIFIED + " | PRECONDITION_FAILED",
        // If-Match hides If-Unmodified-Since, whichever way either goes.
        "\"a\" | " + BEFORE + "   | -     | -                | PROCEED",
        "\"b\" | " + AFTER + "    | -     | -                | PRECONDITION_FAILED",
        "-     | " + BEFORE + "   | \"a\" | -                | PRECONDITION_FAILED",
        "-     | " + AFTER + "    | \"a\" | -                | NOT_MODIFIED",
        "-     | " + AFTER + "    | -     | " + AFTER + "    | NOT_MODIFIED",
        "-     | " + AFTER + "    | -     | " + BEFORE + "   | PROCEED",
        // If-None-Match hides If-Modified-Since, whichever way either goes.
        "-     | -                | \"b\" | " + AFTER + "    | PROCEED",
        "-     | -                | \"a\" | " + BEFORE + "   | NOT_MODIFIED",
        "-     | -                | a     | " + AFTER + "    | PROCEED",
      })
  void fieldsAreEvaluatedInOrder(
      @Nullable String ifMatch,
      @Nullable String ifUnmodifiedSince,
      @Nullable String ifNoneMatch,
      @Nullable String ifModifiedSince,
      Outcome expected) {
    var request =
        new ConditionalRequest(ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince, null);
    assertThat(evaluate(request, "\"a\"")).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      nullValues = "-",
      value = {
        "\"a\" | -              | PRECONDITION_FAILED",
        "*     | -              | PRECONDITION_FAILED",
        "\"b\" | -              | PROCEED",
        "-     | " + AFTER + "  | PROCEED",
      })
  void otherMethodsFailOnIfNoneMatchAndIgnoreIfModifiedSince(
      @Nullable String ifNoneMatch, @Nullable String ifModifiedSince, Outcome expected) {
    var request = new ConditionalRequest(null, ifNoneMatch, ifModifiedSince, null, null);
    assertThat(Preconditions.evaluate(request, head("\"a\""), false)).isEqualTo(expected);
  }

  @Test
  void ifRangeIsNoPrecondition() {
    var request = new ConditionalRequest(null, null, null, null, "\"b\"");
    assertThat(evaluate(request, "\"a\"")).isEqualTo(Outcome.PROCEED);
  }

  private static Outcome evaluate(ConditionalRequest request, @Nullable String etag) {
    return Preconditions.evaluate(request, head(etag), true);
  }

  private static Head head(@Nullable String etag) {
    return new Head(EntityTag.parse(etag).orElse(null), LAST_MODIFIED, null, null);
  }
}
