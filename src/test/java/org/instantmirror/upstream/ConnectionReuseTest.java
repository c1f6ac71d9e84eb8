package org.instantmirror.upstream;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.Gate;
import org.instantmirror.upstream.UpstreamException.Kind;
import org.junit.jupiter.api.Test;

/** When a connection is used again, when it is given up, and what happens when it was dead. */
class ConnectionReuseTest extends ClientFixture {

  @Test
  void bytesBeyondTheContentLengthAreNotTakenForAnAnswer() throws Exception {
    file.next(Behaviour.proper().contentLength("100"));

    assertThat(Bodies.readAll(get())).hasSize(100);
    assertThat(Bodies.readAll(get())).isEqualTo(CONTENT);
  }

  @Test
  void closedClientFails() {
    client.close();

    assertFault(this::get, Kind.BROKEN, "closed");
  }

  @Test
  void closingTheClientBreaksWhatIsRunning() throws Exception {
    file.next(Behaviour.proper().stallAfter(1000));
    UpstreamResponse response = get();
    Bodies.read(response, 1000);

    client.close();

    assertFault(() -> response.read(ByteBuffer.allocate(1)), Kind.BROKEN, "connection");
  }

  @Test
  void emptyBodyGivesTheConnectionBackUnread() throws Exception {
    file.next(Behaviour.empty());

    UpstreamResponse response = get();
    assertThat(response.contentLength()).isZero();
    response.close();

    Bodies.readAll(get());
    assertThat(upstream.connectionsAccepted()).isEqualTo(1);
  }

  @Test
  void bytesBeyondTheContentLengthAreNotReadAsTheNextAnswer() throws Exception {
    byte[] smuggled =
        "0123456789HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad".getBytes(US_ASCII);
    upstream.file("/short", smuggled).always(Behaviour.proper().header("Content-Length", "10"));

    assertThat(Bodies.readAll(client.execute(repo.get(upstream.uri("/short"))))).hasSize(10);
    assertThat(Bodies.readAll(get())).isEqualTo(CONTENT);
  }

  @Test
  void busyConnectionsTimeOutWithTheirLimitNamed() throws Exception {
    repo.maxConnections(1).timeout(SHORT);
    Gate gate = new Gate();
    file.next(Behaviour.proper().gated(gate));
    try (UpstreamResponse first = get()) {
      assertThat(first.status()).isEqualTo(200);
      assertFault(this::get, Kind.TIMEOUT, "all 1 connections");
    }
  }

  @Test
  void connectionIsUsedAgainAfterTheEndOfABody() throws Exception {
    Bodies.readAll(get());
    Bodies.readAll(get());

    assertThat(upstream.connectionsAccepted()).isEqualTo(1);
  }

  @Test
  void closingEarlyGivesTheConnectionUpWithoutDraining() throws Exception {
    file.next(Behaviour.proper().stallAfter(1000));
    UpstreamResponse response = get();
    Bodies.read(response, 10);

    response.close();

    upstream.awaitOpenConnections(0);
    assertThat(Bodies.readAll(get())).isEqualTo(CONTENT);
  }

  @Test
  void abortFailsABlockedRead() throws Exception {
    file.next(Behaviour.proper().stallAfter(1000));
    UpstreamResponse response = get();
    Bodies.read(response, 1000);
    CompletableFuture<Integer> blocked =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return response.read(ByteBuffer.allocate(1));
              } catch (UpstreamException e) {
                throw new IllegalStateException(e);
              }
            });

    response.abort();

    assertThatThrownBy(() -> blocked.get(10, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseInstanceOf(java.io.IOException.class);
    upstream.awaitOpenConnections(0);
  }

  @Test
  void abortAfterTheEndHarmsNobody() throws Exception {
    UpstreamResponse response = get();
    Bodies.readAll(response);
    response.abort();

    Bodies.readAll(get());
    assertThat(upstream.connectionsAccepted()).isEqualTo(1);
  }

  @Test
  void idleConnectionThatTheServerClosesInThatMomentIsNoFault() throws Exception {
    Bodies.readAll(get());
    file.next(Behaviour.noAnswer());

    assertThat(Bodies.readAll(get())).isEqualTo(CONTENT);
    assertThat(upstream.requests("/a.rpm")).hasSize(3);
    assertThat(upstream.connectionsAccepted()).isEqualTo(2);
  }

  @Test
  void restartedUpstreamIsNoFault() throws Exception {
    Bodies.readAll(get());
    upstream.stop();
    upstream.restart();

    assertThat(Bodies.readAll(get())).isEqualTo(CONTENT);
  }

  @Test
  void onlyOneRetryOnAnIdleConnection() throws Exception {
    Bodies.readAll(get());
    file.always(Behaviour.noAnswer());

    assertFault(this::get, Kind.BROKEN, "without an answer");
    assertThat(upstream.requests("/a.rpm")).hasSize(3);
  }
}
