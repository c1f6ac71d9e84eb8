package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawClient;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients of the forward proxy can take of it, for how long, and how it stops. */
class ProxyLimitsTest {

  private static final byte[] PAGE = "a page".getBytes(StandardCharsets.UTF_8);
  private static final byte[] LARGE = Packages.rpm(64_000_000, 1);

  @AutoClose private final FakeUpstream upstream = FakeUpstream.start();

  ProxyLimitsTest() {
    upstream.file("/page", PAGE);
    upstream.file("/a.rpm", PAGE);
  }

  private RunningMirror mirror(String... lines) {
    RunningMirror.Setup setup =
        RunningMirror.setup()
            .main("proxy_port = 0")
            .main("proxy_hosts = " + upstream.hostPort())
            .repo("repo", java.util.List.of(upstream.origin() + "/repo/"));
    for (String line : lines) {
      setup.main(line);
    }
    return setup.start();
  }

  private String connect() {
    return "CONNECT " + upstream.hostPort() + " HTTP/1.1\r\nHost: x\r\n\r\n";
  }

  private RawResponse page(RawClient client) throws IOException {
    client.send("GET", upstream.origin() + "/page");
    return client.receive("GET");
  }

  private int status(RunningMirror mirror) throws IOException {
    try (RawClient client = new RawClient(mirror.proxyPort())) {
      return page(client).status();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"proxy_connections = 2", "proxy_client_connections = 2"})
  void connectionsThatAreTooManyAreToldSoAndFarTooManyAreClosed(String line) throws IOException {
    try (RunningMirror mirror = mirror(line);
        // One that is in use, and one that never says anything.
        RawClient first = new RawClient(mirror.proxyPort());
        RawClient second = new RawClient(mirror.proxyPort())) {
      assertThat(page(first).body()).isEqualTo(PAGE);
      try (RawClient third = new RawClient(mirror.proxyPort());
          RawClient fourth = new RawClient(mirror.proxyPort());
          RawClient fifth = new RawClient(mirror.proxyPort())) {
        // Before the third leaves: it would be let in then.
        assertThat(fifth.isClosedByServer()).isTrue();
        RawResponse told = page(third);
        assertThat(told.status()).isEqualTo(503);
        assertThat(told.header("Retry-After")).isEqualTo("5");
        assertThat(told.text()).contains("proxy_connections");
        assertThat(third.isClosedByServer()).isTrue();
        fourth.sendRaw(connect());
        assertThat(fourth.receiveHead().status()).isEqualTo(503);
      }
      assertThat(page(first).body()).as("who is in stays in").isEqualTo(PAGE);
      second.close();
      await().untilAsserted(() -> assertThat(status(mirror)).isEqualTo(200));
    }
    assertThat(upstream.requests("/page").size()).isGreaterThanOrEqualTo(3);
  }

  @Test
  void oneClientsConnectionsAreNotAnothers() throws IOException {
    try (RunningMirror mirror = mirror("proxy_client_connections = 1");
        RawClient first = new RawClient(mirror.proxyPort())) {
      assertThat(page(first).status()).isEqualTo(200);
      assertThat(status(mirror)).isEqualTo(503);
      InetAddress other = InetAddress.getByName("127.0.1.7");
      assertThat(RawClient.getFrom(other, mirror.proxyPort(), upstream.origin() + "/page").status())
          .isEqualTo(200);
    }
  }

  @Test
  void aReloadChangesTheLimits() throws IOException {
    try (RunningMirror mirror = mirror("proxy_tunnels = 0", "proxy_connections = 1");
        RawClient first = new RawClient(mirror.proxyPort())) {
      assertThat(page(first).status()).isEqualTo(200);
      assertThat(status(mirror)).isEqualTo(503);
      java.nio.file.Path conf = mirror.folder().resolve("instantmirror.conf");
      java.nio.file.Files.writeString(
          conf,
          java.nio.file.Files.readString(conf)
              .replace("proxy_connections = 1", "proxy_connections = 9")
              .replace("proxy_tunnels = 0", "proxy_tunnels = 1"));
      assertThat(mirror.request("POST", "/api/v1/reload").text())
          .contains("\"waitingForRestart\":[]");
      await().untilAsserted(() -> assertThat(status(mirror)).isEqualTo(200));
      first.sendRaw(connect());
      assertThat(first.receiveHead().status()).isEqualTo(200);
    }
  }

  @Test
  void aTunnelTooManyIsToldWhenToComeBack() throws IOException {
    try (RunningMirror mirror = mirror("proxy_tunnels = 0");
        RawClient client = new RawClient(mirror.proxyPort())) {
      client.sendRaw(connect());
      RawClient.Head head = client.receiveHead();
      assertThat(head.status()).isEqualTo(503);
      assertThat(head.field("retry-after")).isEqualTo("5");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aSlowReaderHasNoMoreReadForItThanBuffersHold(boolean tunnel) throws Exception {
    try (EndlessUpstream endless = new EndlessUpstream();
        RunningMirror mirror = mirror("proxy_hosts = " + endless.hostPort());
        RawClient slow = new RawClient(mirror.proxyPort(), 64 * 1024)) {
      if (tunnel) {
        slow.sendRaw("CONNECT " + endless.hostPort() + " HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(slow.receiveHead().status()).isEqualTo(200);
      }
      slow.send("GET", "http://" + endless.hostPort() + "/large.bin");
      assertThat(slow.receiveHead().status()).isEqualTo(200);
      // The system's own buffers take up to 32 MB for each of two connections.
      await()
          .atMost(Duration.ofSeconds(60))
          .during(Duration.ofMillis(500))
          .until(endless.sent()::hasStopped);
      assertThat(endless.sent().bytes()).isLessThan(EndlessUpstream.LENGTH / 4);
      byte[] more = new byte[100_000_000];
      Arrays.fill(more, (byte) 'x');
      assertThat(Arrays.equals(slow.readBody(more.length), more)).isTrue();
    }
  }

  @Test
  void aServerThatTakesNothingHasNoMoreReadForItThanBuffersHold() throws Exception {
    try (ServerSocket deaf = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        RunningMirror mirror = mirror("proxy_hosts = 127.0.0.1:" + deaf.getLocalPort());
        Socket client = new Socket(InetAddress.getLoopbackAddress(), mirror.proxyPort())) {
      String head =
          "POST http://127.0.0.1:%d/form HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
              .formatted(deaf.getLocalPort(), EndlessUpstream.LENGTH);
      client.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      try (Socket accepted = deaf.accept()) {
        Sent sent = new Sent();
        CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> sent.all(client));
        await()
            .atMost(Duration.ofSeconds(60))
            .during(Duration.ofMillis(500))
            .until(sent::hasStopped);
        assertThat(sent.bytes()).isLessThan(EndlessUpstream.LENGTH / 4);
        assertThat(accepted.isConnected()).isTrue();
        client.close();
        sending.get(20, TimeUnit.SECONDS);
      }
    }
  }

  /** Counts what a socket takes of an endless text. */
  private static final class Sent {
    private final AtomicLong bytes = new AtomicLong();
    private long before = -1;

    long bytes() {
      return bytes.get();
    }

    /** Whether nothing has been sent since this was asked before. */
    boolean hasStopped() {
      long now = bytes.get();
      boolean stopped = now > 0 && now == before;
      before = now;
      return stopped;
    }

    void all(Socket socket) {
      byte[] block = new byte[64 * 1024];
      Arrays.fill(block, (byte) 'x');
      try {
        while (bytes.get() < EndlessUpstream.LENGTH) {
          socket.getOutputStream().write(block);
          bytes.addAndGet(block.length);
        }
      } catch (IOException closed) {
        // As it may be.
      }
    }
  }

  /** Sends a body as long as anybody takes it. */
  private static final class EndlessUpstream implements AutoCloseable {
    static final long LENGTH = 1_000_000_000;

    private final ServerSocket listener;
    private final Sent sent = new Sent();

    EndlessUpstream() throws IOException {
      listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
      Thread thread = new Thread(this::answer, "endless-upstream");
      thread.setDaemon(true);
      thread.start();
    }

    String hostPort() {
      return "127.0.0.1:" + listener.getLocalPort();
    }

    Sent sent() {
      return sent;
    }

    private void answer() {
      try (Socket socket = listener.accept()) {
        int request = socket.getInputStream().read(new byte[8 * 1024]);
        String head = "HTTP/1.1 200 OK\r\nContent-Length: " + LENGTH + "\r\n\r\n";
        if (request > 0) {
          socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
          sent.all(socket);
        }
      } catch (IOException clientLeft) {
        // As it may.
      }
    }

    @Override
    public void close() throws IOException {
      listener.close();
    }
  }

  /** What a client does before it falls silent. */
  private interface Beginning {
    void with(RawClient client) throws IOException;
  }

  @Test
  void aSilentConnectionIsClosed() throws IOException {
    upstream.file("/repo/a.rpm", Packages.rpm(20_000, 1));
    try (RunningMirror mirror = mirror("proxy_idle = 1s")) {
      assertClosed(mirror, mute -> {});
      assertClosed(mirror, half -> half.sendRaw("GET http://"));
      assertClosed(mirror, sentOn -> assertThat(page(sentOn).body()).isEqualTo(PAGE));
      assertClosed(
          mirror,
          stored -> {
            stored.send("GET", upstream.origin() + "/repo/a.rpm");
            assertThat(stored.receive("GET").status()).isEqualTo(200);
          });
      assertClosed(
          mirror,
          tunnel -> {
            tunnel.sendRaw(connect());
            assertThat(tunnel.receiveHead().status()).isEqualTo(200);
          });
      assertClosed(
          mirror,
          tunnel -> {
            tunnel.sendRaw(connect());
            assertThat(tunnel.receiveHead().status()).isEqualTo(200);
            tunnel.send("GET", "/page");
            assertThat(tunnel.receive("GET").body()).isEqualTo(PAGE);
          });
      // One that the mirror keeps for the next file of the repository.
      upstream.awaitOpenConnections(1);
    }
  }

  /** Where the machine is so busy that the beginning itself takes too long, it begins again. */
  private static void assertClosed(RunningMirror mirror, Beginning beginning) {
    await()
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptionsInstanceOf(IOException.class)
        .untilAsserted(
            () -> {
              try (RawClient client = new RawClient(mirror.proxyPort())) {
                beginning.with(client);
                assertThat(client.isClosedByServer()).isTrue();
              }
            });
  }

  @Test
  void aServerThatSaysNothingIsNotWaitedForLonger() throws IOException {
    upstream.hang();
    try (RunningMirror mirror = mirror("proxy_idle = 1s");
        RawClient client = new RawClient(mirror.proxyPort())) {
      client.send("GET", upstream.origin() + "/page");
      int status = client.receiveHead().status();
      assertThat(status).isEqualTo(504);
    }
  }

  @Test
  void aTransferThatGoesOnIsNoSilence() throws IOException {
    Gate gate = new Gate();
    upstream.file("/large.bin", LARGE).always(Behaviour.proper().gated(gate));
    try (RunningMirror mirror = mirror("proxy_idle = 3s");
        RawClient client = new RawClient(mirror.proxyPort())) {
      client.send("GET", upstream.origin() + "/large.bin");
      gate.awaitRequest();
      long until = System.nanoTime() + Duration.ofSeconds(4).toNanos();
      gate.release(1);
      client.receiveHead();
      // Longer than the limit in all, and a byte now and then.
      while (System.nanoTime() < until) {
        assertThat(client.readBody(1)).hasSize(1);
        LockSupport.parkNanos(100_000_000);
        gate.release(1);
      }
      gate.releaseAll();
    }
  }

  private static boolean isRefused(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2_000);
      socket.setSoTimeout(2_000);
      return socket.getInputStream().read() < 0;
    } catch (IOException closed) {
      return true;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/page", "/repo/a.rpm"})
  void aStopDoesNotWaitForClientsThatAskForNothing(String path) throws IOException {
    upstream.file("/repo/a.rpm", Packages.rpm(20_000, 1));
    RunningMirror mirror = mirror("shutdown_timeout = 60");
    try (RawClient idle = new RawClient(mirror.proxyPort());
        RawClient mute = new RawClient(mirror.proxyPort())) {
      idle.send("GET", upstream.origin() + path);
      assertThat(idle.receive("GET").status()).isEqualTo(200);
      assertTimeout(Duration.ofSeconds(15), mirror::close);
      assertThat(idle.isClosedByServer()).isTrue();
      assertThat(mute.isClosedByServer()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/large.bin", "/repo/large.rpm"})
  void aStopLetsARunningTransferEndAndTakesNoNewClients(String path) throws Exception {
    Gate gate = new Gate();
    upstream.file(path, LARGE).always(Behaviour.proper().gated(gate));
    RunningMirror mirror = mirror("shutdown_timeout = 60");
    int port = mirror.proxyPort();
    try (RawClient client = new RawClient(port)) {
      client.send("GET", upstream.origin() + path);
      gate.awaitRequest();
      gate.release(100_000);
      RawClient.Head head = client.receiveHead();
      assertThat(client.readBody(50_000)).hasSize(50_000);
      CompletableFuture<Void> closing = CompletableFuture.runAsync(mirror::close);
      await().until(() -> isRefused(port));
      assertThat(closing).isNotDone();
      gate.releaseAll();
      assertThat(head.status()).isEqualTo(200);
      assertThat(client.readBody(LARGE.length - 50_000))
          .isEqualTo(Arrays.copyOfRange(LARGE, 50_000, LARGE.length));
      closing.get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void aStopCutsATunnelWhenItsTimeIsOver() throws IOException {
    RunningMirror mirror = mirror("shutdown_timeout = 1");
    try (RawClient tunnel = new RawClient(mirror.proxyPort())) {
      tunnel.sendRaw(connect());
      assertThat(tunnel.receiveHead().status()).isEqualTo(200);
      mirror.close();
      assertThat(tunnel.isClosedByServer()).isTrue();
    }
    upstream.awaitOpenConnections(0);
  }
}
