package org.instantmirror.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.Gate;
import org.instantmirror.upstream.UpstreamException.Kind;
import org.junit.jupiter.api.Test;

/** A request is given up from another thread, wherever it is. */
class CancellationTest extends ClientFixture {

  private final Cancellation cancellation = new Cancellation();

  private CompletableFuture<UpstreamResponse> getInBackground() {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return client.execute(request(), cancellation);
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
    CompletableFuture<UpstreamResponse> hanging = getInBackground();
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
    CompletableFuture<UpstreamResponse> hanging = getInBackground();
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
      CompletableFuture<UpstreamResponse> waiting = getInBackground();

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
    UpstreamResponse response = client.execute(request(), cancellation);
    Bodies.read(response, 1000);

    cancellation.cancel();

    assertFault(() -> response.read(ByteBuffer.allocate(1)), Kind.BROKEN, "connection");
    upstream.awaitOpenConnections(0);
  }

  @Test
  void whatWasCancelledBeforehandIsNotAsked() {
    cancellation.cancel();

    assertGivenUp(getInBackground());
    assertThat(upstream.requests()).isEmpty();
  }

  @Test
  void cancellationAfterTheEndHarmsNobody() throws Exception {
    Bodies.readAll(client.execute(request(), cancellation));
    cancellation.cancel();

    Bodies.readAll(get());
    assertThat(upstream.connectionsAccepted()).isEqualTo(1);
  }
}
