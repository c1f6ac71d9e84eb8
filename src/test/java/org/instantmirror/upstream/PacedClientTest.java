package org.instantmirror.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.Thread.State;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.instantmirror.repo.Bandwidth;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.MutableClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How bodies are held up, and that nothing else is. */
class PacedClientTest extends ClientFixture {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** At which rate nothing of any size comes within a test. */
  private static final String A_TRICKLE = "100";

  private final MutableClock clock = new MutableClock(Instant.parse("2026-06-01T12:00:00Z"));
  private volatile Bandwidth whole = Bandwidth.UNLIMITED;
  private final Lines lines = new Lines(() -> whole, clock, () -> ZoneOffset.UTC, System::nanoTime);
  private final PacedClient paced = new PacedClient(client, lines);
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  private Callable<byte[]> body(UpstreamRequest request, Cancellation cancellation) {
    return () -> {
      ByteBuffer all = ByteBuffer.allocate(2 * CONTENT.length);
      try (UpstreamResponse response = paced.execute(request, cancellation)) {
        while (response.read(all) >= 0) {
          // Until its end.
        }
      }
      return Arrays.copyOf(all.array(), all.position());
    };
  }

  private Future<byte[]> begin(UpstreamRequest request) {
    return threads.submit(body(request, new Cancellation()));
  }

  private static byte[] result(Future<byte[]> body) throws Exception {
    return body.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private static double seconds(long sinceNanos) {
    return (System.nanoTime() - sinceNanos) / 1e9;
  }

  @Test
  void withoutALimitNothingIsHeldUp() throws Exception {
    assertThat(body(request(), new Cancellation()).call()).isEqualTo(CONTENT);
  }

  @Test
  void theLimitIsNotTakenForASlowUpstream() throws Exception {
    // The window of the minimum rate passes twice.
    repo.bandwidth("40k").minRate(1_000_000).timeout(Duration.ofMillis(600));
    long begin = System.nanoTime();
    assertThat(body(request(), new Cancellation()).call()).isEqualTo(CONTENT);
    assertThat(seconds(begin)).isGreaterThan(1.0);
  }

  @Test
  void whatTwoFetchFromAHostSharesItsLimit() throws Exception {
    upstream.file("/b.rpm", CONTENT);
    repo.bandwidth("100k");
    long begin = System.nanoTime();
    Future<byte[]> one = begin(request());
    Future<byte[]> other = begin(repo.get(upstream.uri("/b.rpm")));
    assertThat(result(one)).isEqualTo(CONTENT);
    assertThat(result(other)).isEqualTo(CONTENT);
    // 100,000 bytes, of which the first blocks come at once.
    assertThat(seconds(begin)).isGreaterThan(0.75);
  }

  @Test
  void anotherHostHasALineOfItsOwn() throws Exception {
    try (FakeUpstream elsewhere = FakeUpstream.startOn("127.0.0.2")) {
      elsewhere.file("/b.rpm", CONTENT);
      repo.bandwidth(A_TRICKLE);
      Future<byte[]> slow = begin(request());
      UpstreamRequest other = TestRepo.at(elsewhere.origin() + "/").get(elsewhere.uri("/b.rpm"));
      assertThat(result(begin(other))).isEqualTo(CONTENT);
      assertThat(slow).isNotDone();
    }
  }

  @Test
  void theWholeServersLimitHoldsForAllHosts() throws Exception {
    try (FakeUpstream elsewhere = FakeUpstream.startOn("127.0.0.2")) {
      elsewhere.file("/b.rpm", CONTENT);
      whole = Bandwidth.of("100k", "100%");
      long begin = System.nanoTime();
      Future<byte[]> one = begin(request());
      Future<byte[]> other =
          begin(TestRepo.at(elsewhere.origin() + "/").get(elsewhere.uri("/b.rpm")));
      assertThat(result(one)).isEqualTo(CONTENT);
      assertThat(result(other)).isEqualTo(CONTENT);
      assertThat(seconds(begin)).isGreaterThan(0.75);
    }
  }

  @Test
  void theHourChangesTheLimitOfWhatIsUnderWay() throws Exception {
    repo.bandwidth(A_TRICKLE + " 08:00-18:00");
    Future<byte[]> body = begin(request());
    await().atMost(PATIENCE).until(() -> lines.inForce().size() == 2);
    assertThat(lines.inForce())
        .containsExactly(new Lines.Limit(null, 0, -1), new Lines.Limit("127.0.0.1", 100, 1));
    clock.advance(Duration.ofHours(6));
    assertThat(result(body)).isEqualTo(CONTENT);
    await().atMost(PATIENCE).until(() -> lines.inForce().size() == 1);
  }

  @Test
  void aReloadChangesTheWholeServersLimit() throws Exception {
    whole = Bandwidth.of(A_TRICKLE, "100%");
    Future<byte[]> body = begin(request());
    await().atMost(PATIENCE).until(() -> lines.inForce().size() == 2);
    whole = Bandwidth.UNLIMITED;
    assertThat(result(body)).isEqualTo(CONTENT);
  }

  @Test
  void whoWaitsForHisTurnWakesWhenHeIsGivenUp() throws Exception {
    repo.bandwidth("1");
    Cancellation cancellation = new Cancellation();
    Future<byte[]> body = threads.submit(body(request(), cancellation));
    await().atMost(PATIENCE).until(() -> lines.inForce().size() == 2);
    cancellation.cancel();
    assertThatThrownBy(() -> result(body)).hasCauseInstanceOf(UpstreamException.class);
    assertThat(lines.inForce()).hasSize(1);
  }

  @Test
  void answersWithoutABodyAreNotHeldUp() throws Exception {
    repo.bandwidth("1");
    Future<byte[]> body = begin(request());
    await().atMost(PATIENCE).until(() -> lines.inForce().size() == 2);
    upstream.file("/same.rpm", CONTENT).always(Behaviour.status(304));
    for (int i = 0; i < 20; i++) {
      try (UpstreamResponse answer = paced.execute(repo.get(upstream.uri("/same.rpm")))) {
        assertThat(answer.status()).isEqualTo(304);
        assertThat(answer.read(ByteBuffer.allocate(10))).isNegative();
      }
    }
    assertThat(body).isNotDone();
  }

  @Test
  void timeThatWeHoldItUpIsKnown() throws Exception {
    repo.bandwidth("100k");
    try (UpstreamResponse answer = paced.execute(request())) {
      assertThat(answer.held()).isLessThan(Duration.ofMillis(100));
      ByteBuffer all = ByteBuffer.allocate(CONTENT.length);
      while (all.hasRemaining()) {
        answer.read(all);
      }
      assertThat(answer.held()).isGreaterThan(Duration.ofMillis(200));
    }
  }

  @Test
  void itsEndIsToldWithoutATurn() throws Exception {
    try (UpstreamResponse answer = paced.execute(request())) {
      ByteBuffer all = ByteBuffer.allocate(CONTENT.length + 1);
      while (all.position() < CONTENT.length) {
        answer.read(all);
      }
      whole = Bandwidth.of("1", "100%");
      // All that may be read for hours.
      try (UpstreamResponse other = paced.execute(request())) {
        assertThat(other.read(ByteBuffer.allocate(2000))).isPositive();
      }
      assertThat(answer.read(all)).isNegative();
    }
  }

  @Test
  void whatNobodyWaitsForIsNotEvenAskedForWhileAClientIsServed() throws Exception {
    Gate gate = new Gate();
    file.always(Behaviour.proper().gated(gate));
    upstream.file("/ahead.rpm", CONTENT);
    Future<byte[]> client = begin(request());
    gate.awaitRequest();
    Future<byte[]> ahead = begin(repo.get(upstream.uri("/ahead.rpm")).by(() -> Urgency.AHEAD));
    await().atMost(PATIENCE).until(() -> lines.inForce().get(1).transfers() == 2);
    assertThat(upstream.requests("/ahead.rpm")).isEmpty();
    gate.releaseAll();
    assertThat(result(client)).isEqualTo(CONTENT);
    assertThat(result(ahead)).isEqualTo(CONTENT);
  }

  @Test
  void whoseClientLeavesWhileItWaitsDoesNotGiveWayToItself() throws Exception {
    // Of the line, and of the whole server: it is counted as a client at both.
    for (boolean ofHost : new boolean[] {true, false}) {
      AtomicBoolean left = new AtomicBoolean();
      AtomicBoolean kept = new AtomicBoolean();
      Rider rider =
          new Rider() {
            @Override
            public Urgency urgency() {
              return left.get() ? Urgency.AHEAD : Urgency.INTERACTIVE;
            }

            @Override
            public void keptWaiting() {
              kept.set(true);
            }
          };
      whole = ofHost ? Bandwidth.UNLIMITED : Bandwidth.of(A_TRICKLE + " 08:00-18:00", "100%");
      repo.bandwidth(ofHost ? A_TRICKLE + " 08:00-18:00" : "0");
      CompletableFuture<Thread> reader = new CompletableFuture<>();
      Future<byte[]> body =
          threads.submit(
              () -> {
                reader.complete(Thread.currentThread());
                return body(request().by(rider), new Cancellation()).call();
              });
      await().atMost(PATIENCE).until(() -> upstream.requests().size() == (ofHost ? 1 : 2));
      await().atMost(PATIENCE).until(() -> reader.join().getState() == State.TIMED_WAITING);
      left.set(true);
      clock.advance(Duration.ofHours(6));
      assertThat(result(body)).isEqualTo(CONTENT);
      assertThat(kept).isFalse();
      clock.advance(Duration.ofHours(18));
    }
  }

  @Test
  void aFaultLeavesTheLine() throws IOException {
    upstream.file("/broken.rpm", CONTENT).always(Behaviour.noAnswer());
    assertThatThrownBy(() -> paced.execute(repo.get(upstream.uri("/broken.rpm"))))
        .isInstanceOf(UpstreamException.class);
    paced.execute(request()).abort();
    assertThat(lines.inForce()).hasSize(1);
  }
}
