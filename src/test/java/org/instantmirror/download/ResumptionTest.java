package org.instantmirror.download;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import org.instantmirror.http.ByteRange;
import org.instantmirror.http.EntityTag;
import org.instantmirror.http.Head;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When bytes of two answers are of one file. */
class ResumptionTest {

  private static final Instant MODIFIED = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant LATER = MODIFIED.plusSeconds(60);
  private static final EntityTag STRONG = new EntityTag("1", false);
  private static final EntityTag WEAK = new EntityTag("1", true);
  private static final EntityTag OTHER = new EntityTag("2", false);
  private static final String RANGE = "bytes 100-299/300";

  private static Head head(@Nullable EntityTag etag, @Nullable Instant lastModified) {
    return new Head(etag, lastModified, LATER, null);
  }

  private static boolean continues(Head partial, boolean sameServer, Head answer) {
    return Resumption.continues(partial, 100, 300, sameServer, false, RANGE, answer);
  }

  @Test
  void strongEntityTagIsAskedByWhereItComesFrom() {
    assertThat(Resumption.ifRange(head(STRONG, MODIFIED), true)).contains("\"1\"");
  }

  @Test
  void otherServerIsAskedByLastModified() {
    assertThat(Resumption.ifRange(head(STRONG, MODIFIED), false))
        .contains("Thu, 01 Jan 2026 00:00:00 GMT");
    assertThat(Resumption.ifRange(head(STRONG, null), false)).isEmpty();
  }

  @Test
  void weakEntityTagIsNeverAskedBy() {
    assertThat(Resumption.ifRange(head(WEAK, MODIFIED), true))
        .contains("Thu, 01 Jan 2026 00:00:00 GMT");
    assertThat(Resumption.ifRange(head(WEAK, null), true)).isEmpty();
  }

  @Test
  void lastModifiedOfTheSecondOfTheAnswerIsNeverAskedBy() {
    Head fresh = new Head(null, MODIFIED, MODIFIED, null);
    assertThat(Resumption.ifRange(fresh, true)).isEmpty();
    Head withoutDate = new Head(null, MODIFIED, null, null);
    assertThat(Resumption.ifRange(withoutDate, true)).isEmpty();
  }

  @Test
  void sameValidatorsContinue() {
    assertThat(continues(head(STRONG, MODIFIED), true, head(STRONG, MODIFIED))).isTrue();
    assertThat(continues(head(STRONG, null), true, head(STRONG, null))).isTrue();
    assertThat(continues(head(null, MODIFIED), true, head(null, MODIFIED))).isTrue();
    assertThat(continues(head(WEAK, MODIFIED), true, head(WEAK, MODIFIED))).isTrue();
  }

  @Test
  void answerMayLeaveOutOneOfTwoValidators() {
    assertThat(continues(head(STRONG, MODIFIED), true, head(STRONG, null))).isTrue();
    assertThat(continues(head(STRONG, MODIFIED), true, head(null, MODIFIED))).isTrue();
  }

  @Test
  void anyValidatorThatDiffersForbids() {
    assertThat(continues(head(STRONG, MODIFIED), true, head(OTHER, MODIFIED))).isFalse();
    assertThat(continues(head(STRONG, MODIFIED), true, head(STRONG, LATER))).isFalse();
    assertThat(continues(head(STRONG, MODIFIED), true, head(WEAK, LATER))).isFalse();
    assertThat(continues(head(null, MODIFIED), true, head(null, LATER))).isFalse();
  }

  @Test
  void answerThatSaysNothingOfTheFileForbids() {
    assertThat(continues(head(STRONG, MODIFIED), true, Head.UNKNOWN)).isFalse();
    assertThat(continues(head(STRONG, MODIFIED), false, Head.UNKNOWN)).isFalse();
    assertThat(continues(head(WEAK, null), true, head(WEAK, null))).isFalse();
  }

  @Test
  void entityTagsOfDifferentServersSayNothing() {
    assertThat(continues(head(STRONG, MODIFIED), false, head(OTHER, MODIFIED))).isTrue();
    assertThat(continues(head(STRONG, null), false, head(STRONG, null))).isFalse();
    assertThat(continues(head(STRONG, MODIFIED), false, head(STRONG, LATER))).isFalse();
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "",
        "garbage",
        "bytes 99-299/300",
        "bytes 101-299/300",
        "bytes 100-298/300",
        "bytes 100-299/301",
        "bytes 100-299/*",
        "bytes */300",
        "items 100-299/300"
      })
  void anyOtherRangeForbids(@Nullable String contentRange) {
    Head head = head(STRONG, MODIFIED);
    assertThat(Resumption.continues(head, 100, 300, true, false, contentRange, head)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"0,bytes 0-299/300", "299,bytes 299-299/300"})
  void anyOffsetCanBeGoneOnAt(long offset, String contentRange) {
    Head head = head(STRONG, MODIFIED);
    assertThat(Resumption.continues(head, offset, 300, true, false, contentRange, head)).isTrue();
  }

  private static boolean continuesByChecksum(Head partial, boolean sameServer, Head answer) {
    return Resumption.continues(partial, 100, 300, sameServer, true, RANGE, answer);
  }

  @Test
  void aKnownChecksumNeedsNoValidatorOnAnotherServer() {
    Head partial = head(STRONG, MODIFIED);
    assertThat(continuesByChecksum(partial, false, head(OTHER, LATER))).isTrue();
    assertThat(continuesByChecksum(partial, false, Head.UNKNOWN)).isTrue();
    assertThat(continuesByChecksum(Head.UNKNOWN, false, Head.UNKNOWN)).isTrue();
    assertThat(Resumption.fields(partial, 100, false, true))
        .containsExactly(Map.entry("Range", "bytes=100-"));
  }

  @Test
  void aKnownChecksumStillLetsTheSameServerSayThatItsFileHasChanged() {
    Head partial = head(STRONG, MODIFIED);
    assertThat(continuesByChecksum(partial, true, head(STRONG, MODIFIED))).isTrue();
    assertThat(continuesByChecksum(partial, true, head(OTHER, MODIFIED))).isFalse();
    assertThat(continuesByChecksum(partial, true, head(null, LATER))).isFalse();
    assertThat(continuesByChecksum(head(WEAK, null), true, head(WEAK, null))).isTrue();
    assertThat(continuesByChecksum(Head.UNKNOWN, true, Head.UNKNOWN)).isTrue();
    assertThat(Resumption.fields(partial, 100, true, true))
        .containsExactly(Map.entry("Range", "bytes=100-"), Map.entry("If-Range", "\"1\""));
    assertThat(Resumption.fields(Head.UNKNOWN, 100, true, true))
        .containsExactly(Map.entry("Range", "bytes=100-"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bytes 99-299/300",
        "bytes 100-298/300",
        "bytes 100-299/301",
        "bytes 100-300/301",
        "bytes 100-299/*"
      })
  void aKnownChecksumDoesNotMakeUpForAnotherRangeOrLength(String contentRange) {
    Head head = head(STRONG, MODIFIED);
    assertThat(Resumption.continues(head, 100, 300, false, true, contentRange, head)).isFalse();
  }

  @Test
  void withoutChecksumAndValidatorNobodyIsAskedToGoOn() {
    assertThat(Resumption.fields(Head.UNKNOWN, 100, true, false)).isEmpty();
    assertThat(Resumption.fields(head(STRONG, null), 100, false, false)).isEmpty();
    assertThat(Resumption.fields(head(STRONG, null), 100, true, false))
        .containsExactly(Map.entry("Range", "bytes=100-"), Map.entry("If-Range", "\"1\""));
  }

  @Test
  void whatIsHereAheadOfAGapIsNotAskedForAgain() {
    Head partial = head(STRONG, null);
    assertThat(Resumption.fields(partial, new ByteRange(100, 199), 300, true, false))
        .containsExactly(Map.entry("Range", "bytes=100-199"), Map.entry("If-Range", "\"1\""));
    assertThat(Resumption.fields(partial, new ByteRange(200, 299), 300, true, false))
        .isEqualTo(Resumption.fields(partial, 200, true, false));
  }
}
