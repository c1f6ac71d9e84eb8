package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.time.Instant;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.Test;

/** The life of a request, from a client's socket to upstream's and back. */
class MirrorTest {

  private static final Instant YESTERDAY = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void coldFileStreamsAndIsServedFromDiskAfter() throws Exception {
    byte[] rpm = Packages.rpm(300_000, 1);
    try (FakeUpstream upstream = FakeUpstream.start();
        RunningMirror mirror = RunningMirror.setup().repo(upstream).start()) {
      upstream.file("/a.rpm", rpm).lastModified(YESTERDAY).etag("\"1\"");
      RawResponse cold = mirror.get("a.rpm");
      assertThat(cold.status()).isEqualTo(200);
      assertThat(cold.complete()).isTrue();
      assertThat(cold.body()).isEqualTo(rpm);
      assertThat(cold.header("Cache-Status")).isEqualTo("InstantMirror; fwd=uri-miss; stored");
      RawResponse warm = mirror.get("a.rpm");
      assertThat(warm.body()).isEqualTo(rpm);
      assertThat(warm.header("ETag")).isEqualTo("\"1\"");
      assertThat(upstream.requests("/a.rpm")).hasSize(1);
      assertThat(mirror.awaitStored("a.rpm")).isEqualTo(rpm);
      assertThat(Files.getLastModifiedTime(mirror.stored("a.rpm")).toInstant())
          .isEqualTo(YESTERDAY);
    }
  }
}
