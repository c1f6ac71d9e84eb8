package org.instantmirror.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.instantmirror.upstream.UpstreamException.Kind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedirectTargetTest {

  private static final URI ASKED = URI.create("https://up.example/a/b.rpm?x=1");

  @ParameterizedTest
  @CsvSource({
    "http://m.example/c, http://m.example/c",
    "https://m.example:8443/c?d, https://m.example:8443/c?d",
    "//m.example/c, https://m.example/c",
    "/c/d, https://up.example/c/d",
    "c, https://up.example/a/c",
    "../c, https://up.example/c",
    "?y=2, https://up.example/a/b.rpm?y=2",
    "/c#part, https://up.example/c",
    "/a^b c.rpm, https://up.example/a%5Eb%20c.rpm",
    "/a%2Bb%5Ec.rpm, https://up.example/a%2Bb%5Ec.rpm",
    "/a+b~c.rpm, https://up.example/a+b~c.rpm",
    "/\u00c3\u00a9.rpm, https://up.example/%C3%A9.rpm",
    "http://my_host/c, http://my_host/c",
    "http://[2600::1]:8080/c, http://[2600::1]:8080/c",
    "HTTP://m.example/c, HTTP://m.example/c",
  })
  void locationIsResolved(String location, String target) throws UpstreamException {
    assertThat(RedirectTarget.resolve(ASKED, location)).isEqualTo(URI.create(target));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ftp://m.example/c",
        "file:///etc/passwd",
        "jar:http://m.example/c!/d",
        "gopher://127.0.0.1:70/",
        "mailto:a@b",
        "http://user:secret@m.example/c",
        "http://user@m.example/c",
        "http:///c",
        "http:c",
        "http://m.example:0/",
        "http://m.example:65536/",
        "http://m.example:-1/",
        "http://m.example:abc/",
        "http://m.example\\@other/",
        "http://m.example/a\rb",
        "http://m.example/a\0b",
        "http://m.example/%zz",
        "http://[::1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://127.1/",
      })
  void unfitLocationIsRefused(String location) {
    assertThatThrownBy(() -> RedirectTarget.resolve(ASKED, location))
        .isInstanceOfSatisfying(
            UpstreamException.class, e -> assertThat(e.kind()).isEqualTo(Kind.REDIRECT))
        .hasMessageStartingWith("https://up.example/a/b.rpm?x=1: ");
  }

  @ParameterizedTest
  @CsvSource({
    "301, true",
    "302, true",
    "303, true",
    "307, true",
    "308, true",
    "200, false",
    "300, false",
    "304, false",
    "305, false",
    "306, false",
    "404, false"
  })
  void onlyTheFiveRedirectsAreFollowed(int status, boolean followed) {
    assertThat(RedirectTarget.isRedirect(status)).isEqualTo(followed);
  }
}
