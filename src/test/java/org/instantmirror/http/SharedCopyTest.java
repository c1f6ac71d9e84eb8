package org.instantmirror.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9111 sections 3, 3.5 and 4.1. */
class SharedCopyTest {

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        // field | value | may be kept
        "Cache-Control | public, max-age=60        | true",
        "Cache-Control | max-age=0                 | true",
        "Cache-Control | no-cache                  | true",
        "Cache-Control | private                   | false",
        "cache-control | PRIVATE , max-age=60      | false",
        "Cache-Control | private=\"Set-Cookie\"    | false",
        "Cache-Control | private = \"x\"           | false",
        "Cache-Control | no-store                  | false",
        "Cache-Control | max-age=60, No-Store      | false",
        "Cache-Control | x=\"a, private, b\"       | true",
        "Cache-Control | privately                 | true",
        "Vary          | Accept-Encoding           | true",
        "vary          | accept-encoding           | true",
        "Vary          | `                        `| true",
        "Vary          | *                         | false",
        "Vary          | User-Agent                | false",
        "Vary          | Accept-Encoding, Cookie   | false",
        "Set-Cookie    | a=b                       | false",
        "SET-COOKIE2   | a=b                       | false",
        "ETag          | \"private\"               | true",
      })
  void anAnswerSaysWhetherOthersMayHaveIt(String field, String value, boolean shared) {
    assertThat(
            SharedCopy.objection(List.of(Map.entry("Date", "x"), Map.entry(field, value)))
                .isEmpty())
        .isEqualTo(shared);
  }

  @Test
  void oneOfSeveralLinesIsEnough() {
    assertThat(
            SharedCopy.objection(
                List.of(
                    Map.entry("Cache-Control", "public"), Map.entry("Cache-Control", "private"))))
        .contains("Cache-Control: private");
    assertThat(SharedCopy.objection(List.of(Map.entry("Set-Cookie", "secret"))).orElseThrow())
        .doesNotContain("secret");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "Authorization | Basic eDp5    | true",
        "Cookie        | a=b           | true",
        "Cache-Control | no-store      | true",
        "Cache-Control | no-cache      | false",
        "Accept        | text/html     | false",
      })
  void aRequestSaysWhetherItIsItsSendersOwn(String field, String value, boolean own) {
    Map<String, String> fields = Map.of(field, value);
    assertThat(SharedCopy.isOwn(fields::get)).isEqualTo(own);
  }
}
