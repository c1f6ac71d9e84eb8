package org.instantmirror.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9111 sections 5.2.1 and 5.4. */
class CacheDirectivesTest {

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      nullValues = "-",
      value = {
        // Cache-Control | Pragma | forces a check
        "-                       | -               | false",
        "no-cache                | no-cache        | true", // dnf's repomd.xml
        "no-cache                | -               | true",
        "No-Cache                | -               | true",
        "foo , no-cache          | -               | true",
        "no-cache=\"x\"          | -               | true",
        "max-age=0               | -               | true",
        "Max-Age=0, no-transform | -               | true",
        "max-age=\"0\"           | -               | true",
        "max-age=00              | -               | true",
        "max-age=1               | -               | false",
        "max-age=10              | -               | false",
        "max-age                 | -               | false",
        "max-age=                | -               | false",
        "max-age=-1              | -               | false",
        "s-maxage=0              | -               | false",
        "max-stale=0             | -               | false",
        "no-store                | -               | false",
        "only-if-cached          | -               | false",
        "x-no-cache              | -               | false",
        "no-cached               | -               | false",
        "foo=\"no-cache\"        | -               | false",
        "foo=\"a, no-cache, b\"  | -               | false",
        "foo=\"a\\\", no-cache, b\" | -           | false",
        "foo=\"a\\\\\", no-cache | -               | true",
        // Pragma counts only where there is no Cache-Control.
        "-                       | no-cache        | true",
        "-                       | NO-CACHE        | true",
        "-                       | foo, no-cache   | true",
        "-                       | foo             | false",
        "-                       | max-age=0       | false",
        "max-age=60              | no-cache        | false",
        "no-store                | no-cache        | false",
        "``                      | no-cache        | false",
      })
  void clientForcesACheck(
      @Nullable String cacheControl, @Nullable String pragma, boolean expected) {
    assertThat(CacheDirectives.noCache(cacheControl, pragma)).isEqualTo(expected);
  }
}
