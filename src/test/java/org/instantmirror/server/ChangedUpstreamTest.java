package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.ConcurrentClients;
import org.instantmirror.testing.FakeFile;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.instantmirror.testing.TailingClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Upstream's file changes, or upstream lies, while a transfer is being resumed. */
class ChangedUpstreamTest {

  private static final Instant LONG_AGO = Instant.parse("2026-01-01T00:00:00Z");
  private static final int SIZE = 300_000;
  private static final int BREAK = 100_000;
  private static final byte[] OLD = Packages.rpm(SIZE, 21);
  private static final byte[] NEW = Packages.rpm(SIZE, 22);

  private FakeUpstream upstream;
  private FakeFile file;
  private Gate gate;

  @BeforeEach
  void start() {
    upstream = FakeUpstream.start();
    gate = new Gate();
    file = upstream.file("/a.rpm", OLD).lastModified(LONG_AGO).etag("\"1\"");
    file.next(Behaviour.proper().gated(gate).cutAfter(BREAK));
  }

  @AfterEach
  void stop() {
    gate.releaseAll();
    upstream.close();
  }

  private RunningMirror mirror() {
    return RunningMirror.setup().repo(upstream, "timeout = 5", "retries = 3").start();
  }

  /** Upstream has another file from now on, while the first transfer waits at the gate. */
  private void change() {
    file.content(NEW).lastModified(LONG_AGO.plusSeconds(60)).etag("\"2\"");
  }

  static Stream<Named<Behaviour>> answersToTheRange() {
    return Stream.of(
        Named.of("the new file, whole", Behaviour.proper()),
        Named.of("another entity tag", Behaviour.proper().ignoringConditions()),
        Named.of(
            "another Last-Modified only",
            Behaviour.proper().ignoringConditions().withoutHeader("ETag")),
        Named.of(
            "no validators at all",
            Behaviour.proper()
                .ignoringConditions()
                .withoutHeader("ETag")
                .withoutHeader("Last-Modified")),
        Named.of("a range that begins elsewhere", Behaviour.partial(NEW, BREAK + 1, SIZE - 1)),
        Named.of("a range that begins before", Behaviour.partial(NEW, 0, SIZE - 1)),
        Named.of("a range that ends early", Behaviour.partial(NEW, BREAK, SIZE - 2)),
        Named.of(
            "another total",
            Behaviour.proper()
                .ignoringConditions()
                .header("Content-Range", "bytes " + BREAK + "-" + (SIZE - 1) + "/" + (SIZE + 1))),
        Named.of(
            "no Content-Range",
            Behaviour.proper().ignoringConditions().withoutHeader("Content-Range")),
        Named.of("416", Behaviour.status(416)),
        Named.of("200 with the old validators", Behaviour.proper().ignoringRange()));
  }

  @ParameterizedTest
  @MethodSource("answersToTheRange")
  void clientsWithBytesAreBrokenOffAndTheNextGetsTheNewFile(Behaviour answer) throws Exception {
    try (RunningMirror mirror = mirror();
        TailingClient client = TailingClient.ask(mirror, "a.rpm")) {
      gate.awaitRequest();
      gate.release(1000);
      assertThat(client.head().status()).isEqualTo(200);
      client.readTo(1000);
      change();
      file.next(answer);
      gate.releaseAll();

      client.readTo(SIZE);

      assertThat(client.body()).hasSizeLessThan(SIZE);
      assertThat(client.hasBeginningOf(OLD, 1000)).isTrue();
      RawResponse next = mirror.get("a.rpm");
      assertThat(next.complete()).isTrue();
      assertThat(next.body()).isEqualTo(NEW);
      assertThat(mirror.awaitStored("a.rpm")).isEqualTo(NEW);
    }
  }

  @Test
  void clientThatWaitsForALaterRangeGetsThatOfOneFileOrIsBrokenOff() throws Exception {
    try (RunningMirror mirror = mirror();
        ConcurrentClients clients = new ConcurrentClients(mirror.port());
        TailingClient first = TailingClient.ask(mirror, "a.rpm")) {
      gate.awaitRequest();
      gate.release(1000);
      assertThat(first.head().status()).isEqualTo(200);
      Future<RawResponse> ahead = clients.get("a.rpm", "Range: bytes=200000-");
      Future<RawResponse> conditional =
          clients.get("a.rpm", "Range: bytes=200000-", "If-Range: \"1\"");
      change();
      gate.releaseAll();

      RawResponse part = ConcurrentClients.of(ahead);
      if (begunAnew(part)) {
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.body()).isEqualTo(Arrays.copyOfRange(NEW, 200_000, SIZE));
        assertThat(part.header("Content-Range")).isEqualTo("bytes 200000-299999/300000");
      }
      RawResponse whole = ConcurrentClients.of(conditional);
      if (begunAnew(whole)) {
        assertThat(whole.status()).isEqualTo(200);
        assertThat(whole.body()).isEqualTo(NEW);
        assertThat(whole.header("Content-Range")).isNull();
      }
    }
  }

  /** Whoever has the old file's head already can only be broken off, without a byte. */
  private static boolean begunAnew(RawResponse response) {
    if (response.complete()) {
      assertThat(response.header("ETag")).isEqualTo("\"2\"");
      return true;
    }
    assertThat(response.header("ETag")).isEqualTo("\"1\"");
    assertThat(response.body()).isEmpty();
    return false;
  }

  @Test
  void upstreamThatNeitherHoldsNorResumesIsGivenUpForWhoWaits() throws Exception {
    // Each transfer breaks before what the client waits for, and none can be resumed.
    file.always(Behaviour.proper().ignoringRange().cutAfter(BREAK));
    gate.releaseAll();
    try (RunningMirror mirror = mirror()) {
      RawResponse ahead = mirror.get("a.rpm", "Range: bytes=200000-");
      assertThat(ahead.status() >= 500 || !ahead.complete()).isTrue();
      assertThat(upstream.requests("/a.rpm")).hasSizeLessThan(20);
    }
  }

  @Test
  void restThatIsShorterThanItsRangeIsNeverTheEnd() throws Exception {
    gate.releaseAll();
    file.next(
        Behaviour.partial(OLD, BREAK, SIZE - 1)
            .header("ETag", "\"1\"")
            .chunked()
            .body(Arrays.copyOfRange(OLD, BREAK, 150_000)));
    try (RunningMirror mirror = mirror()) {
      RawResponse response = mirror.get("a.rpm");
      assertThat(response.complete()).isTrue();
      assertThat(response.body()).isEqualTo(OLD);
      assertThat(upstream.requests("/a.rpm").get(2).header("Range")).contains("bytes=150000-");
    }
  }

  @Test
  void breakAfterTheLastByteIsNone() throws Exception {
    gate.releaseAll();
    file.next(Behaviour.proper().chunkedWithoutEnd());
    try (RunningMirror mirror = mirror()) {
      RawResponse response = mirror.get("a.rpm");
      assertThat(response.complete()).isTrue();
      assertThat(response.body()).isEqualTo(OLD);
      assertThat(mirror.awaitStored("a.rpm")).isEqualTo(OLD);
      assertThat(upstream.requests("/a.rpm")).hasSize(2);
    }
  }

  @Test
  void restThatIsLongerThanItsRangeIsNotTaken() throws Exception {
    gate.releaseAll();
    byte[] tooLong = Arrays.copyOf(Arrays.copyOfRange(OLD, BREAK, SIZE), SIZE - BREAK + 5000);
    file.always(
        Behaviour.partial(OLD, BREAK, SIZE - 1).header("ETag", "\"1\"").chunked().body(tooLong));
    try (RunningMirror mirror = mirror()) {
      assertThat(mirror.get("a.rpm").complete()).isFalse();
      assertThat(mirror.stored("a.rpm")).doesNotExist();
      file.always(Behaviour.proper());
      assertThat(mirror.get("a.rpm").body()).isEqualTo(OLD);
    }
  }
}
