package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.instantmirror.testing.EndedDownloads;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.MutableClock;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;

/** A mirror of one upstream, under a clock that stands until it is moved. */
final class Mirrored implements AutoCloseable {

  /** What the mirror's clock shows at first; the upstream's shows the real time, which is later. */
  static final Instant START = Instant.parse("2026-06-01T00:00:00Z");

  static final Instant V1 = Instant.parse("2026-01-01T00:00:00Z");
  static final Instant V2 = Instant.parse("2026-02-01T00:00:00Z");

  static final Duration PACKAGE_EXPIRE = Duration.ofHours(1);
  static final Duration METADATA_EXPIRE = Duration.ofMinutes(1);

  static final String HIT = "InstantMirror; hit";
  static final String FETCHED = "InstantMirror; fwd=uri-miss; stored";
  static final String VALIDATED = "InstantMirror; fwd=stale; fwd-status=304";
  static final String UNREACHABLE = "InstantMirror; hit; detail=upstream-unreachable";

  final FakeUpstream upstream = FakeUpstream.start();
  final MutableClock clock = new MutableClock(START);
  final RunningMirror mirror;
  private final EndedDownloads ended = new EndedDownloads();

  private Mirrored(List<String> lines) {
    mirror =
        RunningMirror.setup().repo(upstream, lines.toArray(String[]::new)).clock(clock).start();
  }

  /** With these lines in the repository's section. */
  static Mirrored with(String... lines) {
    return new Mirrored(List.of(lines));
  }

  static byte[] text(String content) {
    return content.getBytes(StandardCharsets.UTF_8);
  }

  RawResponse get(String path, String... fields) {
    return mirror.get(path, fields);
  }

  /** As dnf asks for repomd.xml. */
  RawResponse getNoCache(String path) {
    return mirror.get(path, "Cache-Control: no-cache", "Pragma: no-cache");
  }

  RawResponse head(String path) {
    return mirror.request("HEAD", "/mirror/repo/" + path);
  }

  /** A GET that brings these bytes from upstream into the tree; returns when they are there. */
  RawResponse fetch(String path, byte[] expected, String... fields) {
    int before = ended.of("repo/" + path);
    RawResponse response = get(path, fields);
    assertWhole(response, expected);
    ended.await("repo/" + path, before + 1);
    return response;
  }

  /** How many requests upstream has had for a file. */
  int asked(String path) {
    return upstream.requests("/" + path).size();
  }

  void pass(Duration time) {
    clock.advance(time);
  }

  void passSeconds(long seconds) {
    clock.advance(Duration.ofSeconds(seconds));
  }

  static String cacheStatus(RawResponse response) {
    return String.valueOf(response.header("Cache-Status"));
  }

  static void assertWhole(RawResponse response, byte[] expected) {
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.complete()).isTrue();
    assertThat(response.body()).isEqualTo(expected);
  }

  /** The bytes, whole, with that Cache-Status. */
  static void assertServed(RawResponse response, byte[] expected, String cacheStatus) {
    assertWhole(response, expected);
    assertThat(cacheStatus(response)).isEqualTo(cacheStatus);
  }

  @Override
  public void close() {
    mirror.close();
    upstream.close();
    ended.close();
  }
}
