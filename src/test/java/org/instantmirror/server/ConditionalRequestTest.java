package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawClient;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Conditions that the mirror answers by itself, of a file on disk. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConditionalRequestTest {

  private static final byte[] CONTENT = Packages.rpm(20_000, 1);

  private final FakeUpstream upstream = FakeUpstream.start();
  private final RunningMirror mirror = RunningMirror.setup().repo(upstream).start();

  ConditionalRequestTest() {
    upstream
        .file("/a.rpm", CONTENT)
        .etag("\"1\"")
        .lastModified(Instant.parse("2025-06-01T12:00:00Z"));
    Warm.file(mirror, "a.rpm");
  }

  @AfterAll
  void stop() {
    mirror.close();
    upstream.close();
  }

  private RawResponse get(String... fields) {
    RawResponse answer = mirror.get("a.rpm", fields);
    assertThat(upstream.requests("/a.rpm")).hasSize(1);
    return answer;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "If-None-Match: \"1\"",
        "If-None-Match: \"0\", \"1\"",
        "If-None-Match: W/\"1\"",
        "If-None-Match: *",
        "If-None-Match: \"0,\", W/\"x\" ,\"1\"",
        "If-Modified-Since: Sun, 01 Jun 2025 12:00:00 GMT",
        "If-Modified-Since: Sun, 01 Jun 2025 12:00:01 GMT",
        "If-Modified-Since: Sunday, 01-Jun-25 12:00:00 GMT",
        "If-Modified-Since: Sun Jun  1 12:00:00 2025",
      })
  void whatTheClientHasIsNotSentAgain(String condition) {
    RawResponse answer = get(condition);
    assertThat(answer.status()).isEqualTo(304);
    assertThat(answer.header("ETag")).isEqualTo("\"1\"");
    assertThat(answer.header("Last-Modified")).isEqualTo("Sun, 01 Jun 2025 12:00:00 GMT");
    assertThat(answer.header("Date")).isNotNull();
    assertThat(answer.header("Cache-Control")).isNotNull();
    assertThat(answer.header("Content-Range")).isNull();
    assertThat(answer.body()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "If-None-Match: \"0\"",
        "If-None-Match: \"0\", W/\"2\"",
        "If-None-Match: 1",
        "If-Modified-Since: Sun, 01 Jun 2025 11:59:59 GMT",
        "If-Modified-Since: yesterday",
        "If-Match: \"1\"",
        "If-Match: \"0\", \"1\"",
        "If-Match: *",
        "If-Unmodified-Since: Sun, 01 Jun 2025 12:00:00 GMT",
        "If-Unmodified-Since: whenever",
      })
  void whatTheClientLacksIsSent(String condition) {
    RawResponse answer = get(condition);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(CONTENT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "If-Match: \"0\"",
        "If-Match: W/\"1\"",
        "If-Match: \"0\", \"2\"",
        "If-Unmodified-Since: Sun, 01 Jun 2025 11:59:59 GMT",
      })
  void aPreconditionThatFailsIs412(String condition) {
    RawResponse answer = get(condition);
    assertThat(answer.status()).isEqualTo(412);
    assertThat(answer.body()).isEmpty();
  }

  @Test
  void anEntityTagOutweighsADate() {
    assertThat(
            get("If-None-Match: \"0\"", "If-Modified-Since: Sun, 01 Jun 2025 12:00:00 GMT")
                .status())
        .isEqualTo(200);
    assertThat(
            get("If-None-Match: \"1\"", "If-Modified-Since: Sun, 01 Jun 2025 11:00:00 GMT")
                .status())
        .isEqualTo(304);
    assertThat(
            get("If-Match: \"1\"", "If-Unmodified-Since: Sun, 01 Jun 2025 11:00:00 GMT").status())
        .isEqualTo(200);
  }

  @Test
  void severalLinesOfAFieldAreOneList() {
    assertThat(get("If-None-Match: \"0\"", "If-None-Match: \"1\"").status()).isEqualTo(304);
  }

  @Test
  void conditionsAreJudgedBeforeTheRange() {
    assertThat(get("If-None-Match: \"1\"", "Range: bytes=0-9").status()).isEqualTo(304);
    assertThat(get("If-Match: \"0\"", "Range: bytes=0-9").status()).isEqualTo(412);
    assertThat(get("If-Match: \"1\"", "Range: bytes=0-9").status()).isEqualTo(206);
    assertThat(get("If-None-Match: \"1\"", "Range: bytes=99999999-").status()).isEqualTo(304);
  }

  @Test
  void theConnectionGoesOnAfterANotModified() throws Exception {
    try (RawClient client = new RawClient(mirror.port())) {
      for (int i = 0; i < 3; i++) {
        client.send("GET", "/mirror/repo/a.rpm", "If-None-Match: \"1\"");
        assertThat(client.receive("GET").status()).isEqualTo(304);
        client.send("GET", "/mirror/repo/a.rpm");
        assertThat(client.receive("GET").body()).isEqualTo(CONTENT);
      }
    }
  }
}
