package org.instantmirror.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawClient;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** How passed-through bodies flow, and how they end. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PassThroughTransferTest {

  private static final byte[] BODY = Packages.rpm(50_000, 7);

  private final FakeUpstream upstream = FakeUpstream.start();
  private final RunningMirror mirror =
      RunningMirror.setup()
          .main("max_pass_through = 2")
          .repo(upstream, "timeout = 30", "minrate = 0")
          .start();

  @AfterAll
  void stop() {
    mirror.close();
    upstream.close();
  }

  /** A thread of the pool is free again only a moment after its client has the last byte. */
  private RawResponse get(String path) {
    return await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> mirror.get(path), answer -> answer.status() != 503);
  }

  @Test
  void aBodyWithALengthArrivesWhole() {
    upstream.file("/length.bin", BODY);
    RawResponse answer = get("length.bin");
    assertThat(answer.complete()).isTrue();
    assertThat(answer.header("Content-Length")).isEqualTo("50000");
    assertThat(answer.body()).isEqualTo(BODY);
  }

  @Test
  void aChunkedBodyArrivesWhole() {
    upstream.file("/chunked.bin", BODY).always(Behaviour.proper().chunked());
    RawResponse answer = get("chunked.bin");
    assertThat(answer.complete()).isTrue();
    assertThat(answer.endedByClosing()).isFalse();
    assertThat(answer.body()).isEqualTo(BODY);
  }

  @Test
  void aBodyThatOnlyClosingEndsIsPassedOnLikeThat() {
    upstream.file("/closed.bin", BODY).always(Behaviour.proper().untilClose());
    RawResponse answer = get("closed.bin");
    assertThat(answer.body()).isEqualTo(BODY);
    assertThat(answer.endedByClosing()).isTrue();
    assertThat(answer.header("Transfer-Encoding")).isNull();
  }

  @Test
  void aTruncatedBodyWithALengthEndsAsABrokenTransfer() {
    upstream.file("/cut.bin", BODY).always(Behaviour.proper().cutAfter(20_000));
    RawResponse answer = get("cut.bin");
    assertThat(answer.header("Content-Length")).isEqualTo("50000");
    assertThat(answer.complete()).isFalse();
    assertThat(answer.body()).isEqualTo(Arrays.copyOf(BODY, answer.body().length));
  }

  @Test
  void aTruncatedChunkedBodyEndsAsABrokenTransfer() {
    upstream.file("/cut-chunks.bin", BODY).always(Behaviour.proper().chunkedWithoutEnd());
    RawResponse answer = get("cut-chunks.bin");
    assertThat(answer.header("Content-Length")).isNull();
    assertThat(answer.complete()).isFalse();
  }

  @Test
  void bytesReachTheClientAsTheyCome() throws Exception {
    Gate gate = new Gate();
    upstream.file("/stream.bin", BODY).always(Behaviour.proper().gated(gate));
    try (RawClient client = new RawClient(mirror.port())) {
      client.send("GET", "/mirror/repo/stream.bin");
      gate.awaitRequest();
      assertThat(client.receiveHead().status()).isEqualTo(200);
      gate.release(1000);
      assertThat(client.readBody(1000)).isEqualTo(Arrays.copyOf(BODY, 1000));
      gate.release(1);
      assertThat(client.readBody(1)).isEqualTo(new byte[] {BODY[1000]});
      gate.releaseAll();
      assertThat(client.readBody(48_999)).isEqualTo(Arrays.copyOfRange(BODY, 1001, 50_000));
    }
  }

  @Test
  void upstreamIsReadNoFasterThanTheClientReads() throws Exception {
    byte[] big = Packages.rpm(64 << 20, 8);
    upstream.file("/big.bin", big);
    try (RawClient client = new RawClient(mirror.port(), 4096)) {
      client.send("GET", "/mirror/repo/big.bin");
      client.receiveHead();
      AtomicLong before = new AtomicLong(-1);
      await()
          .atMost(Duration.ofSeconds(20))
          .pollInterval(Duration.ofMillis(250))
          .until(
              () -> {
                long sent = upstream.bytesSent("/big.bin");
                return before.getAndSet(sent) == sent && sent > 0;
              });
      // What the sockets' own buffers take; the mirror's is 128 kB.
      assertThat(before.get()).isLessThan(32 << 20);
      assertThat(client.readBody(big.length)).isEqualTo(big);
    }
  }

  @Test
  void aClientThatLeavesFreesItsUpstreamConnection() throws Exception {
    Gate gate = new Gate();
    upstream.file("/left.bin", BODY).always(Behaviour.proper().gated(gate));
    try (RawClient client = new RawClient(mirror.port())) {
      client.send("GET", "/mirror/repo/left.bin");
      gate.release(100);
      client.receiveHead();
    }
    gate.releaseAll();
    assertThat(get("left.bin").body()).isEqualTo(BODY);
  }

  @Test
  void tooManyAtOnceAreToldToComeBack() throws Exception {
    Gate gate = new Gate();
    upstream.file("/held.txt", "x".getBytes(UTF_8)).always(Behaviour.proper().headGated(gate));
    try (RawClient first = new RawClient(mirror.port());
        RawClient second = new RawClient(mirror.port())) {
      send(first, gate, 1);
      send(second, gate, 2);
      RawResponse third = mirror.get("held.txt");
      assertThat(third.status()).isEqualTo(503);
      assertThat(third.header("Retry-After")).isNotNull();
      gate.releaseAll();
      assertThat(first.receive("GET").text()).isEqualTo("x");
      assertThat(second.receive("GET").text()).isEqualTo("x");
    }
    assertThat(get("held.txt").text()).isEqualTo("x");
  }

  /** Tries until there is a place: threads of other tests' requests may just be ending. */
  private static void send(RawClient client, Gate gate, int arrivals) throws Exception {
    client.send("GET", "/mirror/repo/held.txt");
    gate.awaitRequests(arrivals);
  }
}
