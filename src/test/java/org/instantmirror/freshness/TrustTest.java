package org.instantmirror.freshness;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.instantmirror.freshness.Decision.Reason;
import org.instantmirror.http.Head;
import org.instantmirror.repodata.Checksum;
import org.instantmirror.repodata.ChecksumType;
import org.instantmirror.repodata.ListedFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What repodata says against what is stored. */
class TrustTest {

  private static @Nullable Checksum checksum(@Nullable String text) {
    if (text == null) {
      return null;
    }
    ChecksumType type = text.startsWith("MD5") ? ChecksumType.MD5 : ChecksumType.SHA256;
    return new Checksum(type, text.substring(text.length() - 1).repeat(2 * type.length()));
  }

  @ParameterizedTest
  @CsvSource({
    "10, SHA256-a, 10, SHA256-a, true, LISTED",
    "10, SHA256-a, -1, SHA256-a, true, LISTED",
    "10, SHA256-a, 10, SHA256-a, false, LISTED",
    "10, SHA256-a, 10, SHA256-b, true, SUPERSEDED",
    "10, SHA256-a, 11, SHA256-a, true, SUPERSEDED",
    "10,         , 11, SHA256-a, true, SUPERSEDED",
    "10,         , 10, SHA256-a, true, NOT_VERIFIED",
    "10,         , -1, SHA256-a, true, NOT_VERIFIED",
    "10,         , 10, SHA256-a, false, NOT_VERIFIED",
    "10, MD5-a,    10, SHA256-a, true, NOT_VERIFIED",
  })
  void decides(
      long length,
      @Nullable String known,
      long listedSize,
      String listed,
      boolean confirmed,
      Reason reason) {
    StoredResponse stored =
        new StoredResponse(
            new Head(null, null, null, null),
            length,
            confirmed,
            Instant.EPOCH,
            Instant.EPOCH,
            null,
            checksum(known));
    Checksum must = checksum(listed);
    assertThat(must).isNotNull();
    assertThat(Trust.decide(stored, new ListedFile(must, listedSize)).reason()).isEqualTo(reason);
  }
}
