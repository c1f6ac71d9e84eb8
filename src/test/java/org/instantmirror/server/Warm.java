package org.instantmirror.server;

import static org.awaitility.Awaitility.await;

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

  /** Asks for a target until it comes from disk. */
  static RawResponse target(RunningMirror mirror, String target) {
    return await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(10))
        .until(
            () -> mirror.request("GET", target),
            answer -> String.valueOf(answer.header("Cache-Status")).contains("; hit"));
  }
}
