package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A web server in front that knows the key is told a file's place in place of its bytes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HandOffTest {

  private static final String KEY = "0123456789abcdef";
  private static final String APACHE = "X-Sendfile-Type: X-Sendfile " + KEY;
  private static final String NGINX = "X-Sendfile-Type: X-Accel-Redirect " + KEY;
  private static final byte[] BIG = Packages.rpm(100_000, 1);
  private static final byte[] SMALL = Packages.rpm(1_000, 2);

  private final FakeUpstream upstream = FakeUpstream.start();
  private final RunningMirror mirror =
      RunningMirror.setup().main("sendfile_key=" + KEY).repo(upstream).start();

  HandOffTest() {
    Instant lastYear = Instant.parse("2025-06-01T00:00:00Z");
    upstream.file("/big.rpm", BIG).etag("\"big\"").lastModified(lastYear);
    upstream.file("/small.rpm", SMALL).etag("\"small\"").lastModified(lastYear);
    upstream.file("/cold.rpm", BIG).etag("\"cold\"").lastModified(lastYear);
    Warm.file(mirror, "big.rpm");
    Warm.file(mirror, "small.rpm");
  }

  @AfterAll
  void stop() {
    mirror.close();
    upstream.close();
  }

  @Test
  void apacheIsToldThePathOfALinkThatHoldsTheFile() throws Exception {
    RawResponse answer = mirror.get("big.rpm", APACHE);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
    assertThat(answer.header("Content-Length")).isEqualTo("0");
    assertThat(answer.header("ETag")).isEqualTo("\"big\"");
    assertThat(answer.header("Last-Modified")).isEqualTo("Sun, 01 Jun 2025 00:00:00 GMT");
    assertThat(Path.of(String.valueOf(answer.header("X-Sendfile")))).hasBinaryContent(BIG);
  }

  @Test
  void nginxIsToldTheLinkBelowItsOwnLocation() throws Exception {
    Path link = Path.of(String.valueOf(mirror.get("big.rpm", APACHE).header("X-Sendfile")));

    RawResponse answer = mirror.get("big.rpm", NGINX);

    assertThat(answer.header("X-Accel-Redirect"))
        .isEqualTo("/instantmirror-serving/" + link.getFileName());
    assertThat(answer.header("X-Sendfile")).isNull();
    assertThat(answer.body()).isEmpty();
    assertThat(Files.isRegularFile(link)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Sendfile-Type: X-Sendfile",
        "X-Sendfile-Type: X-Sendfile ",
        "X-Sendfile-Type: X-Sendfile 0123456789abcdeF",
        "X-Sendfile-Type: X-Sendfile 0123456789abcdef0",
        "X-Sendfile-Type: X-Lighttpd-Send-File 0123456789abcdef",
        "X-Sendfile-Type: 0123456789abcdef",
        "X-Sendfile-Type: X-Sendfile 0123456789abcdef, X-Sendfile 0123456789abcdef",
        "X-Accel-Mapping: /=/",
      })
  void whoeverDoesNotKnowTheKeyGetsTheBytes(String field) {
    assertBytes(mirror.get("big.rpm", field), BIG);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Range: bytes=0-99999",
        "If-None-Match: \"other\"",
        "If-Match: \"big\"",
        "If-Modified-Since: Sun, 01 Jan 2023 00:00:00 GMT",
        "If-Unmodified-Since: Sun, 01 Jun 2025 00:00:00 GMT",
        "If-Range: \"big\"",
      })
  void conditionsAndRangesAreTheMirrorsOwn(String field) {
    RawResponse answer = mirror.get("big.rpm", APACHE, field);

    assertThat(answer.status()).isIn(200, 206);
    assertBytes(answer, BIG);
  }

  @Test
  void aConditionThatHoldsIsAnsweredByTheMirror() {
    RawResponse answer = mirror.get("big.rpm", APACHE, "If-None-Match: \"big\"");

    assertThat(answer.status()).isEqualTo(304);
    assertThat(answer.header("X-Sendfile")).isNull();
  }

  @Test
  void headNamesNoFile() {
    RawResponse answer = mirror.request("HEAD", "/mirror/repo/big.rpm", APACHE);

    assertThat(answer.header("X-Sendfile")).isNull();
    assertThat(answer.header("Content-Length")).isEqualTo("100000");
  }

  @Test
  void aSmallFileIsSentAtOnce() {
    assertBytes(mirror.get("small.rpm", APACHE), SMALL);
  }

  @Test
  void aFileThatIsStillComingIsSentByTheMirror() {
    assertBytes(mirror.get("cold.rpm", APACHE), BIG);
  }

  @Test
  void withoutAKeyInTheConfigurationNobodyIsBelieved() {
    try (RunningMirror other = RunningMirror.setup().repo(upstream).start()) {
      Warm.file(other, "big.rpm");

      assertBytes(other.get("big.rpm", APACHE), BIG);
    }
  }

  private static void assertBytes(RawResponse answer, byte[] content) {
    assertThat(answer.header("X-Sendfile")).isNull();
    assertThat(answer.header("X-Accel-Redirect")).isNull();
    assertThat(answer.complete()).isTrue();
    assertThat(answer.body()).isEqualTo(content);
  }
}
