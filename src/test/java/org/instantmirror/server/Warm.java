package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;

/** Has a mirror store a file: a client has its last byte before the file is in the tree. */
final class Warm {

  private Warm() {}

  /** Asks for a file of repository {@code repo} until it comes from disk. */
  static RawResponse file(RunningMirror mirror, String path) {
    return target(mirror, "/mirror/repo/" + path);
  }

  /**
   * Asks for a target until it comes from disk and no download of it runs any more: who asks for a
   * check while the first one ends, joins that.
   */
  static RawResponse target(RunningMirror mirror, String target) {
    RawResponse hit =
        await()
            .atMost(Duration.ofSeconds(20))
            .pollInterval(Duration.ofMillis(10))
            .until(
                () -> mirror.request("GET", target),
                answer -> String.valueOf(answer.header("Cache-Status")).contains("; hit"));
    await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(10))
        .until(() -> !isBeingDownloaded(mirror, target));
    return hit;
  }

  private static boolean isBeingDownloaded(RunningMirror mirror, String target) {
    String url = URLEncoder.encode(target, StandardCharsets.UTF_8);
    RawResponse explained = mirror.request("GET", "/api/v1/explain?url=" + url);
    assertThat(explained.status()).isEqualTo(200);
    return !explained.text().contains("\"download\":null");
  }
}
