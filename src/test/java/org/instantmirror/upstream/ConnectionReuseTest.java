package org.instantmirror.upstream;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeFile;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.upstream.UpstreamException.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a connection is used again, when it is given up, and what happens when it was dead. */
@Timeout(30)
class ConnectionReuseTest {

  private static final byte[] CONTENT = Bodies.bytes(50_000);
  private static final Duration SHORT = Duration.ofMillis(200);

  private final FakeUpstream upstream = FakeUpstream.start();
  private final FakeFile file = upstream.file("/a.rpm", CONTENT);
  private final TestRepo repo = TestRepo.at(upstream.origin() + "/");
  private final HttpUpstreamClient client = new HttpUpstreamClient();

  @AfterEach
  void stop() {
    client.close();
    upstream.close();
  }

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

  private CompletableFuture<UpstreamResponse> getInBackground(Cancellation cancellation) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return client.execute(repo.get(upstream.uri("/a.rpm")), cancellation);
          } catch (UpstreamException e) {
            throw new CompletionException(e);
          }
        });
  }

  private static void assertGivenUp(CompletableFuture<UpstreamResponse> answer) {
    assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS))
        .cause()
        .isInstanceOf(UpstreamException.class)
        .hasMessageEndingWith("/a.rpm: given up");
  }

  @Test
  void cancellationFailsARequestWhoseAnswerHasNotCome() throws Exception {
    upstream.hang();
    repo.timeout(Duration.ofMinutes(1));
    Cancellation cancellation = new Cancellation();
    CompletableFuture<UpstreamResponse> hanging = getInBackground(cancellation);
    upstream.awaitRequests("/a.rpm", 1);

    cancellation.cancel();

    assertGivenUp(hanging);
    upstream.awaitOpenConnections(0);
    upstream.stopHanging();
    assertThat(Bodies.readAll(get())).as("the next has a connection").isEqualTo(CONTENT);
  }

  @Test
  void cancellationOnAConnectionThatWasUsedBeforeIsNotTakenForADeadOne() throws Exception {
    Bodies.readAll(get());
    upstream.hang();
    repo.timeout(Duration.ofMinutes(1));
    Cancellation cancellation = new Cancellation();
    CompletableFuture<UpstreamResponse> hanging = getInBackground(cancellation);
    upstream.awaitRequests("/a.rpm", 2);

    cancellation.cancel();

    assertGivenUp(hanging);
    assertThat(upstream.requests("/a.rpm")).as("not asked again").hasSize(2);
  }

  @Test
  void cancellationEndsTheWaitForAConnection() throws Exception {
    repo.maxConnections(1).timeout(Duration.ofMinutes(1));
    Gate gate = new Gate();
    file.next(Behaviour.proper().gated(gate));
    try (UpstreamResponse first = get()) {
      Cancellation cancellation = new Cancellation();
      CompletableFuture<UpstreamResponse> waiting = getInBackground(cancellation);

      cancellation.cancel();

      assertGivenUp(waiting);
      gate.releaseAll();
      assertThat(Bodies.readAll(first)).isEqualTo(CONTENT);
    }
    assertThat(upstream.requests("/a.rpm")).hasSize(1);
  }

  @Test
  void cancellationFailsABlockedReadToo() throws Exception {
    file.next(Behaviour.proper().stallAfter(1000));
    Cancellation cancellation = new Cancellation();
    UpstreamResponse response = client.execute(repo.get(upstream.uri("/a.rpm")), cancellation);
    Bodies.read(response, 1000);

    cancellation.cancel();

    assertFault(() -> response.read(ByteBuffer.allocate(1)), Kind.BROKEN, "connection");
    upstream.awaitOpenConnections(0);
  }

  @Test
  void whatWasCancelledBeforehandIsNotAsked() {
    Cancellation cancellation = new Cancellation();
    cancellation.cancel();

    assertGivenUp(getInBackground(cancellation));
    assertThat(upstream.requests()).isEmpty();
  }

  @Test
  void cancellationAfterTheEndHarmsNobody() throws Exception {
    Cancellation cancellation = new Cancellation();
    Bodies.readAll(client.execute(repo.get(upstream.uri("/a.rpm")), cancellation));
    cancellation.cancel();

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

  private UpstreamResponse get() throws UpstreamException {
    return client.execute(repo.get(upstream.uri("/a.rpm")));
  }

  private void assertFault(ThrowingCallable call, Kind kind, String words) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            UpstreamException.class, e -> assertThat(e.kind()).as("%s", e).isEqualTo(kind))
        .hasMessageStartingWith("http://")
        .hasMessageContaining(words);
  }
}
