package org.instantmirror.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShownUrlTest {

  @ParameterizedTest
  @CsvSource({
    "http://up.example/a/b.rpm, http://up.example/a/b.rpm",
    "https://user:secret@up.example:8443/a/, https://up.example:8443/a/",
    "https://user@up.example/a/, https://up.example/a/",
    "http://up.example/metalink?repo=fedora-40&arch=x86_64,"
        + " http://up.example/metalink?repo=fedora-40&arch=x86_64",
    "http://up.example/metalink?repo=f&token=secret, http://up.example/metalink?repo=f&token=***",
    "http://up.example/a?X-Signature=secret&secret, http://up.example/a?X-Signature=***&***",
    "http://up.example/a#secret, http://up.example/a",
    "http://up.example/$releasever/, http://up.example/$releasever/",
    "secret, ***",
  })
  void whatMayBeASecretIsLeftOut(String url, String shown) {
    assertThat(ShownUrl.of(url)).isEqualTo(shown);
  }

  @Test
  void urlsWithinATextAreCleaned() {
    assertThat(ShownUrl.inText("a loop over http://u:p@x.example/a?key=secret, and http://y/"))
        .isEqualTo("a loop over http://x.example/a?key=*** and http://y/");
  }
}
