package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.ConcurrentClients;
import org.instantmirror.testing.FakeFile;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawClient;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.instantmirror.testing.TailingClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Downloads that fail do so visibly for every client, and in time. */
class FailedDownloadTest {

  private static final Instant LONG_AGO = Instant.parse("2026-01-01T00:00:00Z");
  private static final int SIZE = 300_000;
  private static final byte[] RPM = Packages.rpm(SIZE, 31);

  private FakeUpstream upstream;
  private FakeFile file;
  private Gate gate;

  @BeforeEach
  void start() {
    upstream = FakeUpstream.start();
    file = upstream.file("/a.rpm", RPM).lastModified(LONG_AGO).etag("\"1\"");
    gate = new Gate();
  }

  @AfterEach
  void stop() {
    gate.releaseAll();
    upstream.close();
  }

  private RunningMirror.Setup setup(String... lines) {
    return RunningMirror.setup().repo(upstream, lines);
  }

  @Test
  void afterTheRetriesEveryClientIsBrokenOff() throws Exception {
    file.next(Behaviour.proper().gated(gate).cutAfter(100_000)).always(Behaviour.status(500));
    List<TailingClient> clients = new ArrayList<>();
    try (RunningMirror mirror = setup("retries = 2").start()) {
      for (int i = 0; i < 5; i++) {
        clients.add(TailingClient.ask(mirror, "a.rpm"));
      }
      gate.awaitRequest();
      gate.release(1000);
      for (TailingClient client : clients) {
        assertThat(client.head().field("content-length")).isEqualTo("300000");
        client.readTo(1000);
      }
      gate.releaseAll();
      for (TailingClient client : clients) {
        client.readTo(SIZE);
        assertThat(client.body()).hasSize(100_000);
        assertThat(client.hasBeginningOf(RPM, 1000)).isTrue();
        client.close();
      }
      assertThat(upstream.requests("/a.rpm")).hasSize(2);
      assertThat(mirror.stored("a.rpm")).doesNotExist();
    }
  }

  @Test
  void bodyOfUnknownLengthThatBreaksHasNoLastChunk() throws Exception {
    file.next(Behaviour.proper().chunked().gated(gate).cutAfter(100_000));
    try (RunningMirror mirror = setup("retries = 1").start();
        RawClient client = new RawClient(mirror.port())) {
      client.send("GET", "/mirror/repo/a.rpm");
      gate.awaitRequest();
      gate.release(50_000);
      RawClient.Head head = client.receiveHead();
      assertThat(head.field("transfer-encoding")).isEqualTo("chunked");
      gate.releaseAll();
      RawResponse response = client.receiveBody(head, "GET");
      assertThat(response.complete()).isFalse();
      assertThat(response.body()).hasSizeLessThanOrEqualTo(100_000);
      assertThat(mirror.stored("a.rpm")).doesNotExist();
      // The next one is whole.
      assertThat(mirror.get("a.rpm").body()).isEqualTo(RPM);
    }
  }

  @Test
  void brokenResponseNeverRunsIntoTheNextOnItsConnection() throws Exception {
    file.next(Behaviour.proper().gated(gate).cutAfter(100_000)).always(Behaviour.status(500));
    upstream.file("/b.rpm", Packages.rpm(1000, 32));
    try (RunningMirror mirror = setup("retries = 1").start();
        RawClient client = new RawClient(mirror.port())) {
      client.send("GET", "/mirror/repo/a.rpm");
      client.send("GET", "/mirror/repo/b.rpm");
      gate.awaitRequest();
      gate.release(1000);
      assertThat(client.receiveHead().status()).isEqualTo(200);
      gate.releaseAll();
      assertThat(client.readBody(SIZE)).hasSizeLessThanOrEqualTo(100_000);
    }
  }

  @Test
  void statusComesInTimeWhileRetriesGoOnBehindIt() throws Exception {
    upstream.hang();
    try (RunningMirror mirror =
        setup("timeout = 0.5", "retries = 100").main("queue_timeout = 1").start()) {
      assertThat(mirror.get("a.rpm").status()).isEqualTo(504);
      upstream.stopHanging();
      assertThat(mirror.awaitStored("a.rpm")).isEqualTo(RPM);
      int asked = upstream.requests("/a.rpm").size();
      assertThat(mirror.get("a.rpm").body()).isEqualTo(RPM);
      assertThat(upstream.requests("/a.rpm")).hasSize(asked);
    }
  }

  @Test
  void unreachableUpstreamIsABadGatewayAndItsReturnIsNoticed() throws Exception {
    try (RunningMirror mirror = setup("retries = 2").start()) {
      upstream.stop();
      RawResponse failed = mirror.get("a.rpm");
      assertThat(failed.status()).isEqualTo(502);
      assertThat(failed.text()).contains("connection refused");
      upstream.restart();
      await().until(() -> mirror.get("a.rpm").status() == 200);
    }
  }

  @Test
  void whatIsHereSurvivesAnUpstreamThatIsAwayForAWhile() throws Exception {
    file.next(Behaviour.proper().cutAfter(100_000)).next(Behaviour.status(500));
    try (RunningMirror mirror = setup("retries = 2").start()) {
      assertThat(mirror.get("a.rpm").complete()).isFalse();
      upstream.stop();
      assertThat(mirror.get("a.rpm").status()).isEqualTo(502);
      upstream.restart();
      await().until(() -> mirror.get("a.rpm").status() == 200);
      assertThat(mirror.awaitStored("a.rpm")).isEqualTo(RPM);
      assertThat(upstream.requests("/a.rpm").get(2).header("Range")).contains("bytes=100000-");
    }
  }

  @Test
  void requestThatFindsTheQueueFullIsToldToComeBack() throws Exception {
    file.next(Behaviour.proper().gated(gate));
    upstream.file("/b.rpm", RPM);
    try (RunningMirror mirror =
            setup("max_parallel_downloads = 1").main("download_queue = 0").start();
        ConcurrentClients clients = new ConcurrentClients(mirror.port())) {
      Future<RawResponse> running = clients.get("a.rpm");
      gate.awaitRequest();
      RawResponse refused = mirror.get("b.rpm");
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.header("Retry-After")).matches("\\d+");
      gate.releaseAll();
      assertThat(ConcurrentClients.of(running).body()).isEqualTo(RPM);
      await().until(() -> mirror.get("b.rpm").status() == 200);
    }
  }

  @Test
  void requestThatWaitsTooLongForAPlaceIsToldToComeBack() throws Exception {
    file.next(Behaviour.proper().gated(gate));
    upstream.file("/b.rpm", RPM);
    try (RunningMirror mirror =
            setup("max_parallel_downloads = 1").main("queue_timeout = 0.5").start();
        TailingClient running = TailingClient.ask(mirror, "a.rpm")) {
      gate.awaitRequest();
      gate.release(1000);
      assertThat(running.head().status()).isEqualTo(200);
      RawResponse refused = mirror.get("b.rpm");
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.header("Retry-After")).matches("\\d+");
      assertThat(upstream.requests("/b.rpm")).isEmpty();
    }
  }
}
