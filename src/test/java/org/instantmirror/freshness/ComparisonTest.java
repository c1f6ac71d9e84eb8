package org.instantmirror.freshness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instantmirror.freshness.StoredCopy.FETCHED;
import static org.instantmirror.freshness.StoredCopy.LENGTH;
import static org.instantmirror.freshness.StoredCopy.MODIFIED;

import java.time.Duration;
import java.time.Instant;
import org.instantmirror.http.EntityTag;
import org.instantmirror.http.Head;
import org.instantmirror.repo.FileClass;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Is upstream's the same, older or newer? By Last-Modified, then entity tag, then length. */
class ComparisonTest {

  private static final Instant EARLIER = MODIFIED.minusSeconds(1);
  private static final Instant LATER = MODIFIED.plusSeconds(1);
  private static final long OTHER_LENGTH = LENGTH + 1;

  private static Head head(@Nullable String etag, @Nullable Instant lastModified) {
    return new Head(EntityTag.parse(etag).orElse(null), lastModified, FETCHED, null);
  }

  private static Comparison compare(
      StoredCopy stored, FileClass fileClass, Head upstream, long length, boolean sameServer) {
    return Comparison.of(stored.response(), fileClass, upstream, length, sameServer);
  }

  private static Comparison metadata(StoredCopy stored, Head upstream, long length) {
    return compare(stored, FileClass.METADATA, upstream, length, true);
  }

  @ParameterizedTest
  @EnumSource(names = {"PACKAGE", "METADATA"})
  void lastModifiedDecidesFirst(FileClass fileClass) {
    StoredCopy ours = StoredCopy.fetched().withEtag("\"1\"");
    assertThat(compare(ours, fileClass, head("\"1\"", LATER), LENGTH, true))
        .isEqualTo(Comparison.NEWER);
    assertThat(compare(ours, fileClass, head("\"2\"", MODIFIED), OTHER_LENGTH, true))
        .isEqualTo(Comparison.SAME);
    assertThat(compare(ours, fileClass, head("\"2\"", EARLIER), OTHER_LENGTH, true))
        .isEqualTo(Comparison.OLDER);
  }

  @Test
  void lastModifiedIsComparedAcrossServers() {
    StoredCopy ours = StoredCopy.fetched();
    for (FileClass fileClass : new FileClass[] {FileClass.PACKAGE, FileClass.METADATA}) {
      assertThat(compare(ours, fileClass, head(null, LATER), LENGTH, false))
          .isEqualTo(Comparison.NEWER);
      assertThat(compare(ours, fileClass, head(null, MODIFIED), LENGTH, false))
          .isEqualTo(Comparison.SAME);
      assertThat(compare(ours, fileClass, head(null, EARLIER), LENGTH, false))
          .isEqualTo(Comparison.OLDER);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'\"1\"', 1000, true, SAME",
    "'W/\"1\"', 1000, true, SAME",
    "'\"2\"', 1000, true, NEWER",
    "'\"2\"', 1000, false, SAME", // another server's tag says nothing
    "'\"1\"', 1001, true, NEWER",
    "'\"2\"', 1001, false, NEWER",
    "'\"1\"', -1, true, SAME",
    ", 1000, true, SAME",
    ", 1001, true, NEWER",
    ", -1, true, SAME",
  })
  void aFileThatChangedAgainWithinItsSecondIsToldByTagOrLength(
      @Nullable String etag, long length, boolean sameServer, Comparison expected) {
    for (Instant date : new Instant[] {MODIFIED, MODIFIED.minusSeconds(5)}) {
      StoredCopy weak = StoredCopy.fetched().withDate(date).withEtag("\"1\"");
      assertThat(compare(weak, FileClass.METADATA, head(etag, MODIFIED), length, sameServer))
          .isEqualTo(expected);
    }
  }

  @Test
  void withoutDateTheLastModifiedIsWeak() {
    StoredCopy undated = StoredCopy.fetched().withDate(null).withEtag("\"1\"");
    assertThat(metadata(undated, head("\"2\"", MODIFIED), LENGTH)).isEqualTo(Comparison.NEWER);
    assertThat(metadata(undated, head("\"1\"", MODIFIED), LENGTH)).isEqualTo(Comparison.SAME);
  }

  @Test
  void aLastModifiedThatLayInTheServersFutureGivesWayToAnEarlierOne() {
    Instant future = FETCHED.plus(Duration.ofDays(300));
    StoredCopy ahead = StoredCopy.fetched().withLastModified(future);
    assertThat(metadata(ahead, head(null, MODIFIED), LENGTH)).isEqualTo(Comparison.NEWER);
    assertThat(metadata(ahead, head(null, future), LENGTH)).isEqualTo(Comparison.SAME);
    assertThat(metadata(ahead, head(null, future.plusSeconds(1)), LENGTH))
        .isEqualTo(Comparison.NEWER);
  }

  @Test
  void aLastModifiedWithinAMinuteOfTheServersClockStillTellsTheOrder() {
    StoredCopy slightlyAhead = StoredCopy.fetched().withLastModified(FETCHED.plusSeconds(60));
    assertThat(metadata(slightlyAhead, head(null, FETCHED), LENGTH)).isEqualTo(Comparison.OLDER);
    StoredCopy tooFar = StoredCopy.fetched().withLastModified(FETCHED.plusSeconds(61));
    assertThat(metadata(tooFar, head(null, FETCHED), LENGTH)).isEqualTo(Comparison.NEWER);
  }

  @Test
  void withoutDateTheFutureBeginsAtTheTimeOfFetching() {
    StoredCopy ahead =
        StoredCopy.fetched().withDate(null).withLastModified(FETCHED.plusSeconds(61));
    assertThat(metadata(ahead, head(null, MODIFIED), LENGTH)).isEqualTo(Comparison.NEWER);
    StoredCopy past = StoredCopy.fetched().withDate(null);
    assertThat(metadata(past, head(null, EARLIER), LENGTH)).isEqualTo(Comparison.OLDER);
  }

  @ParameterizedTest
  @CsvSource({"true, true", "true, false", "false, true"})
  void withoutLastModifiedOnEitherSideTheTagOfTheSameServerDecides(boolean ours, boolean theirs) {
    StoredCopy stored =
        StoredCopy.fetched().withEtag("\"1\"").withLastModified(ours ? null : MODIFIED);
    Instant lastModified = theirs ? null : MODIFIED;
    for (FileClass fileClass : new FileClass[] {FileClass.PACKAGE, FileClass.METADATA}) {
      assertThat(compare(stored, fileClass, head("\"1\"", lastModified), OTHER_LENGTH, true))
          .isEqualTo(Comparison.SAME);
      assertThat(compare(stored, fileClass, head("W/\"1\"", lastModified), LENGTH, true))
          .isEqualTo(Comparison.SAME);
      assertThat(compare(stored, fileClass, head("\"2\"", lastModified), LENGTH, true))
          .isEqualTo(Comparison.NEWER);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "PACKAGE, 1000, SAME",
    "PACKAGE, -1, SAME",
    "PACKAGE, 1001, NEWER",
    "METADATA, 1000, NEWER",
    "METADATA, -1, NEWER",
    "METADATA, 1001, NEWER",
  })
  void withoutAnyValidatorOnlyAPackagesNameAndLengthAreBelieved(
      FileClass fileClass, long length, Comparison expected) {
    StoredCopy bare = StoredCopy.fetched().withLastModified(null);
    assertThat(compare(bare, fileClass, head(null, null), length, true)).isEqualTo(expected);
    assertThat(compare(bare.withEtag("\"1\""), fileClass, head(null, null), length, true))
        .isEqualTo(expected);
    assertThat(compare(bare.withEtag("\"1\""), fileClass, head("\"1\"", null), length, false))
        .as("another server's tag counts as none")
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-01-01T00:00:00Z, 1000, SAME",
    "2026-01-01T00:00:00Z, 999, NEWER", // Apache would answer 304 to a truncated file
    "2026-01-01T00:00:00Z, -1, NEWER",
    "2026-01-01T00:00:01Z, 1000, NEWER",
    "2025-12-31T23:59:59Z, 1000, NEWER", // a file touched by hand is not "newer than upstream's"
    ", 1000, NEWER",
  })
  void anUnconfirmedFileMustAgreeInBothLastModifiedAndLength(
      @Nullable Instant lastModified, long length, Comparison expected) {
    StoredCopy byHand = StoredCopy.putByHand();
    for (FileClass fileClass : new FileClass[] {FileClass.PACKAGE, FileClass.METADATA}) {
      assertThat(compare(byHand, fileClass, head("\"1\"", lastModified), length, true))
          .isEqualTo(expected);
      assertThat(compare(byHand, fileClass, head(null, lastModified), length, false))
          .isEqualTo(expected);
    }
  }

  @Test
  void anUnconfirmedFileWithoutAModificationTimeIsNeverUpstreams() {
    StoredCopy timeless = StoredCopy.putByHand().withLastModified(null);
    assertThat(compare(timeless, FileClass.PACKAGE, head(null, null), LENGTH, true))
        .isEqualTo(Comparison.NEWER);
  }
}
