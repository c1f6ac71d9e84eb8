package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Arrays;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Single ranges of complete files: one that fits the response buffer, one sent by sendfile. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RangeRequestTest {

  private static final byte[] BIG = Packages.rpm(100_000, 1);
  private static final byte[] SMALL = Packages.rpm(1_000, 2);

  private final FakeUpstream upstream = FakeUpstream.start();
  private final RunningMirror mirror = RunningMirror.setup().repo(upstream).start();

  RangeRequestTest() {
    Instant lastYear = Instant.parse("2025-06-01T00:00:00Z");
    upstream.file("/big.rpm", BIG).etag("\"big\"").lastModified(lastYear);
    upstream.file("/small.rpm", SMALL).etag("\"small\"").lastModified(lastYear);
    upstream.file("/weak.rpm", SMALL).etag("W/\"weak\"");
    upstream.file("/repodata/empty.xml", new byte[0]).etag("\"empty\"");
    Warm.file(mirror, "big.rpm");
    Warm.file(mirror, "small.rpm");
    Warm.file(mirror, "weak.rpm");
    Warm.file(mirror, "repodata/empty.xml");
  }

  @AfterAll
  void stop() {
    mirror.close();
    upstream.close();
  }

  @ParameterizedTest
  @CsvSource({
    "big.rpm, 0-0, 0, 0",
    "big.rpm, 0-99999, 0, 99999",
    "big.rpm, 0-, 0, 99999",
    "big.rpm, 99999-, 99999, 99999",
    "big.rpm, 50000-, 50000, 99999",
    "big.rpm, 12345-67890, 12345, 67890",
    "big.rpm, 100-199, 100, 199",
    "big.rpm, 0-8191, 0, 8191",
    "big.rpm, 1-8193, 1, 8193",
    "big.rpm, 90000-999999, 90000, 99999",
    "big.rpm, 90000-99999999999999999999, 90000, 99999",
    "big.rpm, -1, 99999, 99999",
    "big.rpm, -40000, 60000, 99999",
    "big.rpm, -200000, 0, 99999",
    "small.rpm, 0-0, 0, 0",
    "small.rpm, 10-19, 10, 19",
    "small.rpm, 999-, 999, 999",
    "small.rpm, -5, 995, 999",
    "small.rpm, -5000, 0, 999",
  })
  void aRangeIsExactToTheByte(String file, String range, int first, int last) {
    byte[] content = file.startsWith("big") ? BIG : SMALL;
    RawResponse answer = mirror.get(file, "Range: bytes=" + range);
    assertThat(answer.status()).isEqualTo(206);
    assertThat(answer.header("Content-Range"))
        .isEqualTo("bytes " + first + "-" + last + "/" + content.length);
    assertThat(answer.header("Content-Length")).isEqualTo(Integer.toString(last + 1 - first));
    assertThat(answer.header("ETag")).isNotNull();
    assertThat(answer.complete()).isTrue();
    assertThat(answer.body()).isEqualTo(Arrays.copyOfRange(content, first, last + 1));
  }

  @ParameterizedTest
  @CsvSource({
    "big.rpm, 100000-, 100000",
    "big.rpm, 100000-100001, 100000",
    "big.rpm, -0, 100000",
    "small.rpm, 1000-, 1000",
    "small.rpm, 99999999999999999999-, 1000",
    "small.rpm, '5000-6000,1000-', 1000",
    "repodata/empty.xml, 0-, 0",
    "repodata/empty.xml, 0-0, 0",
  })
  void aRangePastTheEndIsNotSatisfiable(String file, String range, long size) {
    RawResponse answer = mirror.get(file, "Range: bytes=" + range);
    assertThat(answer.status()).isEqualTo(416);
    assertThat(answer.header("Content-Range")).isEqualTo("bytes */" + size);
    assertThat(answer.complete()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lines=0-1",
        "bytes 0-1",
        "bytes=",
        "bytes=a-b",
        "bytes=5-2",
        "bytes=1",
        "bytes=--1",
        "bytes=0-1,x",
        "bytes=-",
        "0-1",
      })
  void aFieldThatIsNoRangeGetsTheWhole(String range) {
    RawResponse answer = mirror.get("small.rpm", "Range: " + range);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(SMALL);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"small\"", "Sun, 01 Jun 2025 00:00:00 GMT"})
  void ifRangeThatHoldsGetsThePart(String condition) {
    RawResponse answer = mirror.get("small.rpm", "Range: bytes=1-2", "If-Range: " + condition);
    assertThat(answer.status()).isEqualTo(206);
    assertThat(answer.body()).isEqualTo(Arrays.copyOfRange(SMALL, 1, 3));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"other\"",
        "W/\"small\"",
        "\"small\", \"other\"",
        "*",
        "nonsense",
        "Sun, 01 Jun 2025 00:00:01 GMT",
        "Sat, 31 May 2025 23:59:59 GMT",
      })
  void ifRangeThatDoesNotHoldGetsTheWhole(String condition) {
    RawResponse answer = mirror.get("small.rpm", "Range: bytes=1-2", "If-Range: " + condition);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Range")).isNull();
    assertThat(answer.body()).isEqualTo(SMALL);
  }

  @Test
  void ifRangeNeverHoldsByAWeakTag() {
    RawResponse answer = mirror.get("weak.rpm", "Range: bytes=1-2", "If-Range: W/\"weak\"");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(SMALL);
  }

  @Test
  void anUnsatisfiableRangeWhoseIfRangeFailsGetsTheWhole() {
    RawResponse answer = mirror.get("small.rpm", "Range: bytes=5000-", "If-Range: \"other\"");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(SMALL);
  }

  @Test
  void aSuffixOfAnEmptyFileIsTheWhole() {
    RawResponse answer = mirror.get("repodata/empty.xml", "Range: bytes=-5");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
  }
}
