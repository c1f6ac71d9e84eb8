package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A name is one file in each of its spellings, under its real name on disk. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SpellingTest {

  private final FakeUpstream upstream = FakeUpstream.start();
  private final RunningMirror mirror = RunningMirror.setup().repo(upstream).start();

  @AfterAll
  void stop() {
    mirror.close();
    upstream.close();
  }

  @ParameterizedTest
  @CsvSource({
    "gcc-c++.rpm, gcc-c++.rpm gcc-c%2b%2b.rpm gcc-c%2B+.rpm, gcc-c%2B%2B.rpm",
    "a-1^git1.rpm, a-1^git1.rpm a-1%5egit1.rpm a-1%5Egit1.rpm, a-1%5Egit1.rpm",
    "a-1~rc1.rpm, a-1~rc1.rpm a-1%7erc1.rpm a-1%7Erc1.rpm, a-1~rc1.rpm",
    "a-2:1.rpm, a-2:1.rpm a-2%3a1.rpm a-2%3A1.rpm, a-2%3A1.rpm",
    "100%.rpm, 100%25.rpm 1%300%25.rpm, 100%25.rpm",
    "%2e%2e.rpm, %252e%252e.rpm %252e%252e%2erpm, %252e%252e.rpm",
    "größe-é.rpm, gr%C3%B6%C3%9Fe-%c3%a9.rpm, gr%C3%B6%C3%9Fe-%C3%A9.rpm",
    "日本-🦊.rpm, %E6%97%A5%E6%9C%AC-%f0%9f%a6%8a.rpm, %E6%97%A5%E6%9C%AC-%F0%9F%A6%8A.rpm",
    "'a b.rpm', a%20b.rpm, a%20b.rpm",
    "'[x]{y}|`.rpm', '[x]{y}|`.rpm %5bx%5D%7by%7d%7C%60.rpm', %5Bx%5D%7By%7D%7C%60.rpm",
    "a@b&c=d$e!f'g(h)*.rpm, a@b&c=d$e!f'g(h)*.rpm a%40b%26c%3dd%24e%21f%27g%28h%29%2a.rpm, a%40b%26c%3Dd%24e%21f%27g%28h%29%2A.rpm",
    "q?h#s;.rpm, q%3fh%23s%3b.rpm q%3Fh%23s%3B.rpm, q%3Fh%23s%3B.rpm",
    "..a.rpm, ..a.rpm %2e%2ea.rpm, ..a.rpm",
  })
  void eachSpellingIsTheSameFile(String name, String spellings, String askedAs) throws Exception {
    byte[] content = Packages.rpm(300, name.hashCode());
    upstream.file("/" + name, content).lastModified(Instant.parse("2025-06-01T00:00:00Z"));
    for (String spelling : spellings.split(" ", -1)) {
      RawResponse answer = mirror.get(spelling);
      assertThat(answer.status()).as(spelling).isEqualTo(200);
      assertThat(answer.body()).isEqualTo(content);
    }
    Warm.file(mirror, askedAs);
    assertThat(upstream.requests("/" + name))
        .singleElement()
        .satisfies(request -> assertThat(request.target()).isEqualTo("/" + askedAs));
    assertThat(Files.readAllBytes(mirror.stored(name))).isEqualTo(content);
  }

  /** No request line may hold them (RFC 9112 section 3.2), and the container takes none. */
  @Test
  void rawBytesAboveAsciiAreRefused() {
    byte[] utf8 = "größe.rpm".getBytes(StandardCharsets.UTF_8);
    RawResponse answer = mirror.get(new String(utf8, StandardCharsets.ISO_8859_1));
    assertThat(answer.status()).isEqualTo(400);
  }
}
