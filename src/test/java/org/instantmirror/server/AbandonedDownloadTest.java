package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Instant;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RecordedRequest;
import org.instantmirror.testing.RunningMirror;
import org.instantmirror.testing.TailingClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a download that all clients have left. */
class AbandonedDownloadTest {

  private static final int SIZE = 2_000_000;
  private static final byte[] RPM = Packages.rpm(SIZE, 3);

  private FakeUpstream upstream;
  private Gate gate;

  @BeforeEach
  void start() {
    upstream = FakeUpstream.start();
    gate = new Gate();
    upstream
        .file("/a.rpm", RPM)
        .lastModified(Instant.parse("2026-01-01T00:00:00Z"))
        .etag("\"1\"")
        .next(Behaviour.proper().gated(gate));
  }

  @AfterEach
  void stop() {
    gate.releaseAll();
    upstream.close();
  }

  private RunningMirror mirror(String abandonedLimit) {
    return RunningMirror.setup()
        .main("abandoned_limit = " + abandonedLimit)
        .repo(upstream, "timeout = 20")
        .start();
  }

  /** A client that comes first, reads the beginning, and leaves. */
  private void comeAndLeave(RunningMirror mirror, int released) throws Exception {
    try (TailingClient client = TailingClient.ask(mirror, "a.rpm")) {
      gate.awaitRequest();
      gate.release(released);
      assertThat(client.head().status()).isEqualTo(200);
      client.readTo(released);
    }
  }

  /** That the client has left shows when more is sent to it. */
  private void trickleUntilPaused() {
    await()
        .until(
            () -> {
              gate.release(1000);
              return upstream.openConnections() == 0;
            });
  }

  @Test
  void pausesWhenMuchIsMissingAndResumesForTheNextClient() throws Exception {
    try (RunningMirror mirror = mirror("100k")) {
      comeAndLeave(mirror, 50_000);
      trickleUntilPaused();
      assertThat(mirror.stored("a.rpm")).doesNotExist();

      RawResponse second = mirror.get("a.rpm");

      assertThat(second.complete()).isTrue();
      assertThat(second.body()).isEqualTo(RPM);
      RecordedRequest resumed = upstream.requests("/a.rpm").get(1);
      assertThat(resumed.header("If-Range")).contains("\"1\"");
      assertThat(offset(resumed)).isBetween(50_000L, SIZE / 2L);
      assertThat(mirror.awaitStored("a.rpm")).isEqualTo(RPM);
    }
  }

  private static long offset(RecordedRequest request) {
    String range = request.header("Range").orElseThrow();
    assertThat(range).matches("bytes=\\d+-");
    return Long.parseLong(range.replaceAll("\\D", ""));
  }

  @Test
  void goesOnWhenHalfOfItIsThere() throws Exception {
    try (RunningMirror mirror = mirror("100k")) {
      comeAndLeave(mirror, SIZE / 2 + 10_000);
      gate.releaseAll();
      assertThat(mirror.awaitStored("a.rpm")).isEqualTo(RPM);
      assertThat(upstream.requests("/a.rpm")).hasSize(1);
    }
  }

  @Test
  void goesOnWhenLittleIsMissing() throws Exception {
    try (RunningMirror mirror = mirror("64M")) {
      comeAndLeave(mirror, 10_000);
      gate.releaseAll();
      assertThat(mirror.awaitStored("a.rpm")).isEqualTo(RPM);
      assertThat(upstream.requests("/a.rpm")).hasSize(1);
    }
  }

  @Test
  void clientThatLeavesBeforeTheHeadHasComeIsNoReasonToGoOnEither() throws Exception {
    Gate head = new Gate();
    upstream.file("/b.rpm", RPM).etag("\"1\"").next(Behaviour.proper().headGated(head).gated(gate));
    try (RunningMirror mirror =
        RunningMirror.setup()
            .main("abandoned_limit = 100k")
            .main("queue_timeout = 0.5")
            .repo(upstream, "timeout = 20")
            .start()) {
      // Its patience ends, and with it its place at the download.
      assertThat(mirror.get("b.rpm").status()).isEqualTo(504);
      gate.release(50_000);
      head.releaseAll();
      trickleUntilPaused();

      RawResponse second = mirror.get("b.rpm");

      assertThat(second.body()).isEqualTo(RPM);
      assertThat(upstream.requests("/b.rpm").get(1).header("Range")).isPresent();
    }
  }
}
