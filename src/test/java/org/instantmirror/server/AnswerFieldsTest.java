package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.MutableClock;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A HEAD says what a GET would, and the fields every answer of ours carries. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AnswerFieldsTest {

  private static final Instant LAST_YEAR = Instant.parse("2025-06-01T00:00:00Z");

  private final FakeUpstream upstream = FakeUpstream.start();
  private final MutableClock clock = new MutableClock(Instant.now());
  private final RunningMirror mirror =
      RunningMirror.setup().clock(clock).repo(upstream, "package_expire = never").start();

  AnswerFieldsTest() {
    upstream
        .file("/big.rpm", Packages.rpm(100_000, 1))
        .etag("\"big\"")
        .lastModified(LAST_YEAR)
        .contentType("application/x-redhat-package-manager");
    upstream.file("/small.rpm", Packages.rpm(100, 2)).etag("\"small\"").lastModified(LAST_YEAR);
    upstream.file("/repodata/empty.xml", new byte[0]).etag("\"empty\"").lastModified(LAST_YEAR);
    List.of("big.rpm", "small.rpm", "repodata/empty.xml").forEach(f -> Warm.file(mirror, f));
  }

  @AfterAll
  void stop() {
    mirror.close();
    upstream.close();
  }

  /** All fields but Date, which may have moved on. */
  private static Set<String> fields(RawResponse answer) {
    Set<String> fields = new TreeSet<>();
    for (Map.Entry<String, String> field : answer.fields()) {
      if (!field.getKey().equalsIgnoreCase("Date")) {
        fields.add(field.getKey().toLowerCase(Locale.ROOT) + ": " + field.getValue());
      }
    }
    return fields;
  }

  @ParameterizedTest
  @ValueSource(strings = {"big.rpm", "small.rpm", "repodata/empty.xml", "missing.rpm"})
  void aHeadSaysWhatAGetSays(String file) {
    mirror.get(file);
    RawResponse get = mirror.get(file);
    RawResponse head = mirror.request("HEAD", "/mirror/repo/" + file);
    assertThat(head.status()).isEqualTo(get.status());
    assertThat(fields(head)).isEqualTo(fields(get));
    assertThat(head.header("Content-Length")).isEqualTo(Integer.toString(get.body().length));
  }

  @ParameterizedTest
  @ValueSource(strings = {"If-None-Match: \"big\"", "If-Match: \"x\"", "X: y"})
  void aHeadHasTheConditionsOfAGet(String condition) {
    RawResponse get = mirror.get("big.rpm", condition);
    RawResponse head = mirror.request("HEAD", "/mirror/repo/big.rpm", condition);
    assertThat(head.status()).isEqualTo(get.status());
    assertThat(fields(head)).isEqualTo(fields(get));
  }

  @Test
  void aHeadHasNoRanges() {
    RawResponse head = mirror.request("HEAD", "/mirror/repo/big.rpm", "Range: bytes=0-9");
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.header("Content-Length")).isEqualTo("100000");
  }

  @Test
  void aHeadOfAColdFileStoresNothingAndSaysWhatUpstreamSays() {
    upstream.file("/cold.rpm", Packages.rpm(500, 3)).etag("\"c\"").lastModified(LAST_YEAR);
    RawResponse head = mirror.request("HEAD", "/mirror/repo/cold.rpm");
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.header("Content-Length")).isEqualTo("500");
    assertThat(head.header("ETag")).isEqualTo("\"c\"");
    assertThat(head.header("Last-Modified")).isEqualTo("Sun, 01 Jun 2025 00:00:00 GMT");
    assertThat(head.header("Accept-Ranges")).isEqualTo("bytes");
    assertThat(upstream.requests("/cold.rpm"))
        .singleElement()
        .satisfies(request -> assertThat(request.method()).isEqualTo("HEAD"));
    assertThat(mirror.stored("cold.rpm")).doesNotExist();
    assertThat(mirror.request("HEAD", "/mirror/repo/nowhere.rpm").status()).isEqualTo(404);
  }

  @Test
  void anAnswerCarriesValidatorsDateAndAge() {
    clock.advance(Duration.ofSeconds(7));
    RawResponse answer = mirror.get("big.rpm");
    assertThat(answer.header("ETag")).isEqualTo("\"big\"");
    assertThat(answer.header("Last-Modified")).isEqualTo("Sun, 01 Jun 2025 00:00:00 GMT");
    assertThat(answer.header("Accept-Ranges")).isEqualTo("bytes");
    assertThat(answer.header("Content-Type")).isEqualTo("application/x-redhat-package-manager");
    assertThat(answer.header("Date"))
        .matches("\\w{3}, \\d\\d \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT");
    assertThat(Integer.parseInt(String.valueOf(answer.header("Age")))).isGreaterThanOrEqualTo(7);
    assertThat(answer.header("Server")).isNull();
  }

  @Test
  void namesThatHoldAChecksumMayBeKeptForEverAndOthersMustBeAskedFor() {
    String checksum = "a".repeat(64);
    upstream.file("/repodata/" + checksum + "-primary.xml.gz", new byte[] {1}).etag("\"p\"");
    upstream.file("/repodata/repomd.xml", new byte[] {1}).etag("\"r\"");
    assertThat(mirror.get("repodata/" + checksum + "-primary.xml.gz").header("Cache-Control"))
        .isEqualTo("public, max-age=31536000, immutable");
    assertThat(mirror.get("repodata/repomd.xml").header("Cache-Control")).isEqualTo("no-cache");
    assertThat(mirror.get("big.rpm").header("Cache-Control")).isEqualTo("no-cache");
  }

  @Test
  void nothingOfUpstreamsOwnAnswerIsServedFromTheCache() {
    upstream
        .file("/cookie.rpm", Packages.rpm(500, 4))
        .etag("\"k\"")
        .header("Set-Cookie", "a=b")
        .header("Keep-Alive", "timeout=5")
        .header("X-Powered-By", "x")
        .header("Content-Disposition", "attachment")
        .header("Cache-Control", "private");
    for (RawResponse answer : List.of(mirror.get("cookie.rpm"), Warm.file(mirror, "cookie.rpm"))) {
      assertThat(answer.fields().stream().map(Map.Entry::getKey).map(String::toLowerCase))
          .isSubsetOf(
              "cache-status",
              "accept-ranges",
              "etag",
              "cache-control",
              "content-type",
              "content-length",
              "date",
              "age",
              "last-modified");
    }
  }
}
