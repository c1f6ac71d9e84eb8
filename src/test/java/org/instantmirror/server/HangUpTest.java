package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.instantmirror.testing.TailingClient;
import org.junit.jupiter.api.Test;

/** Clients that hang up while their response is being written. */
class HangUpTest {

  private static final int ROUNDS = 30;

  @Test
  void hangUpOfOneClientIsNoMatterOfTheNext() throws Exception {
    try (FakeUpstream upstream = FakeUpstream.start();
        RunningMirror mirror =
            RunningMirror.setup().main("abandoned_limit = 100k").repo(upstream).start()) {
      for (int round = 0; round < ROUNDS; round++) {
        hangUp(upstream, mirror, "left-" + round + ".rpm");
        byte[] next = Packages.rpm(200_000, round);
        upstream.file("/next-" + round + ".rpm", next);
        RawResponse response = mirror.get("next-" + round + ".rpm");
        assertThat(response.complete()).as("round %s", round).isTrue();
        assertThat(response.body()).isEqualTo(next);
      }
    }
  }

  /** The container and the writer's thread find out at the same time, as more bytes come. */
  private static void hangUp(FakeUpstream upstream, RunningMirror mirror, String path)
      throws Exception {
    Gate gate = new Gate();
    upstream
        .file("/" + path, Packages.rpm(2_000_000, 1))
        .etag("\"1\"")
        .next(Behaviour.proper().gated(gate));
    try (TailingClient client = TailingClient.ask(mirror, path)) {
      gate.release(50_000);
      assertThat(client.head().status()).isEqualTo(200);
      client.readTo(50_000);
    }
    await()
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              gate.release(1000);
              return upstream.openConnections() == 0;
            });
  }
}
