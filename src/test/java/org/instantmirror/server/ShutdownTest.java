package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawClient;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the server ends, and begins again. */
class ShutdownTest {

  private static final byte[] CONTENT = Packages.rpm(300_000, 1);

  private static boolean refused(int port) {
    try (RawClient late = new RawClient(port)) {
      late.send("GET", "/health/live");
      late.receiveHead();
      return false;
    } catch (IOException closed) {
      return true;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"running.rpm", "running.txt"})
  void aRunningTransferEndsWithinTheLimitAndNewOnesAreRefused(String name) throws Exception {
    try (FakeUpstream upstream = FakeUpstream.start()) {
      Gate gate = new Gate();
      upstream.file("/" + name, CONTENT).etag("\"1\"").always(Behaviour.proper().gated(gate));
      RunningMirror mirror =
          RunningMirror.setup().main("shutdown_timeout = 30").repo(upstream).start();
      try (RawClient client = new RawClient(mirror.port())) {
        client.send("GET", "/mirror/repo/" + name);
        gate.release(100_000);
        client.receiveHead();
        assertThat(client.readBody(100_000)).isEqualTo(Arrays.copyOf(CONTENT, 100_000));
        int port = mirror.port();
        CompletableFuture<Void> closing = CompletableFuture.runAsync(mirror::close);
        await().atMost(Duration.ofSeconds(20)).until(() -> refused(port));
        assertThat(closing).isNotDone();
        gate.releaseAll();
        assertThat(client.readBody(200_000))
            .isEqualTo(Arrays.copyOfRange(CONTENT, 100_000, 300_000));
        client.close();
        closing.get(40, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void aTransferThatTakesLongerIsBrokenOff() throws Exception {
    try (FakeUpstream upstream = FakeUpstream.start()) {
      Gate gate = new Gate();
      upstream.file("/a.rpm", CONTENT).etag("\"1\"").always(Behaviour.proper().gated(gate));
      RunningMirror mirror = RunningMirror.setup().repo(upstream).start();
      try (RawClient client = new RawClient(mirror.port())) {
        client.send("GET", "/mirror/repo/a.rpm");
        gate.release(100_000);
        client.receiveHead();
        client.readBody(100_000);
        mirror.close();
        assertThat(client.readBody(200_000)).isEmpty();
      } catch (java.net.SocketException reset) {
        // As clear an end.
      } finally {
        gate.releaseAll();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD"})
  void anUpstreamThatHangsHoldsNobodyUp(String method) throws Exception {
    try (FakeUpstream upstream = FakeUpstream.start()) {
      upstream.hang();
      RunningMirror mirror = RunningMirror.setup().repo(upstream, "timeout = 60").start();
      try (RawClient client = new RawClient(mirror.port())) {
        client.send(method, "/mirror/repo/a.rpm");
        upstream.awaitRequests("/a.rpm", 1);
        // Five seconds are what running downloads would be waited for.
        assertTimeout(Duration.ofSeconds(4), mirror::close);
      }
    }
  }

  @Test
  void startUpServesWhatIsStoredAtOnceWithoutUpstream(@TempDir Path folder) {
    try (FakeUpstream upstream = FakeUpstream.start()) {
      upstream.file("/a.rpm", CONTENT).etag("\"1\"");
      try (RunningMirror before = RunningMirror.setup().folder(folder).repo(upstream).start()) {
        Warm.file(before, "a.rpm");
      }
      upstream.stop();
      try (RunningMirror after = RunningMirror.setup().folder(folder).repo(upstream).start()) {
        RawResponse hit = after.get("a.rpm");
        assertThat(hit.header("Cache-Status")).isEqualTo("InstantMirror; hit");
        assertThat(hit.header("ETag")).isEqualTo("\"1\"");
        assertThat(hit.body()).isEqualTo(CONTENT);
      }
    }
  }
}
