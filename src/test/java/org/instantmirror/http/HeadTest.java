package org.instantmirror.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9110 section 8.8.2.2. */
class HeadTest {

  @ParameterizedTest
  @CsvSource({
    "2026-01-01T00:00:00Z, 2026-01-01T00:00:01Z, true",
    "2026-01-01T00:00:00Z, 2026-02-01T00:00:00Z, true",
    "2026-01-01T00:00:00Z, 2026-01-01T00:00:00Z, false",
    "2026-01-01T00:00:01Z, 2026-01-01T00:00:00Z, false",
    "2026-01-01T00:00:00Z,                     , false",
    "                    , 2026-01-01T00:00:00Z, false",
  })
  void lastModifiedIsStrongASecondBeforeDate(
      @Nullable Instant lastModified, @Nullable Instant date, boolean strong) {
    assertThat(new Head(null, lastModified, date, null).hasStrongLastModified()).isEqualTo(strong);
  }

  @Test
  void onlyAStrongEtagThatIsThereIsStrong() {
    assertThat(new Head(new EntityTag("a", false), null, null, null).hasStrongEtag()).isTrue();
    assertThat(new Head(new EntityTag("a", true), null, null, null).hasStrongEtag()).isFalse();
    assertThat(Head.UNKNOWN.hasStrongEtag()).isFalse();
  }
}
