package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.ConcurrentClients;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.instantmirror.testing.TailingClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many clients on one cold file: one transfer, and nobody waits for anybody. */
class HerdTest {

  private static final int SIZE = 600_000;
  private static final int FIRST = 20_000;
  private static final byte[] RPM = Packages.rpm(SIZE, 7);

  private FakeUpstream upstream;
  private RunningMirror mirror;
  private Gate gate;
  private final List<TailingClient> clients = new ArrayList<>();

  @BeforeEach
  void start() {
    upstream = FakeUpstream.start();
    mirror = RunningMirror.setup().repo(upstream).start();
    gate = new Gate();
    upstream
        .file("/a.rpm", RPM)
        .lastModified(Instant.parse("2026-01-01T00:00:00Z"))
        .etag("\"1\"")
        .always(Behaviour.proper().gated(gate));
  }

  @AfterEach
  void stop() throws Exception {
    for (TailingClient client : clients) {
      client.close();
    }
    mirror.close();
    upstream.close();
  }

  private TailingClient ask() throws Exception {
    TailingClient client = TailingClient.ask(mirror, "a.rpm");
    clients.add(client);
    return client;
  }

  private void askWith(int count) throws Exception {
    for (int i = 0; i < count; i++) {
      ask();
    }
  }

  private void readBeginnings() throws Exception {
    for (TailingClient client : clients) {
      assertThat(client.head().status()).isEqualTo(200);
      client.readTo(FIRST);
      assertThat(client.hasBeginningOf(RPM, FIRST)).isTrue();
    }
  }

  private void readWholes() throws Exception {
    for (TailingClient client : clients) {
      client.readTo(SIZE);
      assertThat(client.body()).isEqualTo(RPM);
    }
  }

  @Test
  void twoHundredClientsOnAColdFileCostUpstreamOneTransfer() throws Exception {
    askWith(200);
    gate.awaitRequest();
    gate.release(FIRST);
    // Everybody has the beginning while upstream still holds the rest back.
    readBeginnings();
    gate.releaseAll();
    readWholes();
    assertThat(upstream.requests("/a.rpm")).hasSize(1);
    assertThat(upstream.bytesSent("/a.rpm")).isEqualTo(SIZE);
  }

  @Test
  void clientsThatAskInTheSameInstantShareATransfer() {
    gate.releaseAll();
    try (ConcurrentClients herd = new ConcurrentClients(mirror.port())) {
      for (Future<RawResponse> client : herd.gets(60, "a.rpm")) {
        RawResponse response = ConcurrentClients.of(client);
        assertThat(response.complete()).isTrue();
        assertThat(response.body()).isEqualTo(RPM);
      }
    }
    assertThat(upstream.requests("/a.rpm")).hasSize(1);
  }

  @Test
  void lateJoinerGetsTheBeginningAtOnce() throws Exception {
    TailingClient early = ask();
    gate.awaitRequest();
    gate.release(FIRST);
    assertThat(early.head().status()).isEqualTo(200);
    early.readTo(FIRST);

    TailingClient late = ask();
    assertThat(late.head().field("cache-status"))
        .isEqualTo("InstantMirror; fwd=uri-miss; collapsed");
    late.readTo(FIRST);

    assertThat(late.hasBeginningOf(RPM, FIRST)).isTrue();
    gate.releaseAll();
    readWholes();
  }

  @Test
  void firstClientThatReadsNothingDelaysNobody() throws Exception {
    byte[] big = Packages.rpm(12_000_000, 8);
    upstream.file("/big.rpm", big).etag("\"1\"");
    try (TailingClient slow = TailingClient.askSlowly(mirror, "big.rpm")) {
      assertThat(slow.head().status()).isEqualTo(200);
      slow.readTo(1000);
      // More than all socket buffers together hold: the slow one is blocked by now.
      assertThat(mirror.get("big.rpm").body()).isEqualTo(big);
      slow.readTo(big.length);
      assertThat(slow.body()).isEqualTo(big);
    }
    assertThat(upstream.requests("/big.rpm")).hasSize(1);
  }

  @Test
  void downloadGoesOnWhenTheFirstClientLeaves() throws Exception {
    try (TailingClient first = TailingClient.ask(mirror, "a.rpm")) {
      gate.awaitRequest();
      gate.release(FIRST);
      assertThat(first.head().status()).isEqualTo(200);
      askWith(3);
      readBeginnings();
    }
    gate.releaseAll();
    readWholes();
    assertThat(upstream.requests("/a.rpm")).hasSize(1);
  }

  @Test
  void waitingClientsHoldNoThreads() throws Exception {
    mirror.get("nothing.rpm");
    int before = mirrorThreads();
    askWith(300);
    gate.awaitRequest();
    gate.release(FIRST);
    readBeginnings();
    // The container's own pool may have grown to its limit while 300 requests arrived at once.
    assertThat(mirrorThreads() - before).isLessThan(130);
    assertThat(blockedInMirror()).isLessThan(20);
    gate.releaseAll();
    readWholes();
  }

  private static int mirrorThreads() {
    return (int)
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> !thread.getName().startsWith("fake-upstream"))
            .count();
  }

  /** Threads that are within our code. */
  private static long blockedInMirror() {
    return Thread.getAllStackTraces().values().stream()
        .filter(
            trace ->
                java.util.Arrays.stream(trace)
                    .anyMatch(
                        frame ->
                            frame.getClassName().startsWith("org.instantmirror.")
                                && !frame.getClassName().contains(".testing.")))
        .count();
  }
}
