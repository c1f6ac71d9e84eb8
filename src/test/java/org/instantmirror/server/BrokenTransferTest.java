package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.ConcurrentClients;
import org.instantmirror.testing.FakeFile;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RecordedRequest;
import org.instantmirror.testing.RunningMirror;
import org.instantmirror.testing.TailingClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A transfer that breaks goes on where it was, and no client notices. */
class BrokenTransferTest {

  private static final Instant LONG_AGO = Instant.parse("2026-01-01T00:00:00Z");
  private static final int SIZE = 300_000;
  private static final int BREAK = 100_000;
  private static final byte[] RPM = Packages.rpm(SIZE, 11);

  private FakeUpstream first;
  private FakeUpstream second;

  @BeforeEach
  void start() {
    first = FakeUpstream.start();
    second = FakeUpstream.start();
  }

  @AfterEach
  void stop() {
    first.close();
    second.close();
  }

  private RunningMirror oneUpstream() {
    return RunningMirror.setup().repo(first, "timeout = 0.7", "minrate = 0").start();
  }

  private RunningMirror twoUpstreams() {
    return RunningMirror.setup()
        .repo("repo", List.of(first.origin() + "/", second.origin() + "/"), "timeout = 2")
        .start();
  }

  private static FakeFile file(FakeUpstream upstream) {
    return upstream.file("/a.rpm", RPM);
  }

  private static void assertWhole(RunningMirror mirror, RawResponse response) throws Exception {
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.complete()).isTrue();
    assertThat(response.body()).isEqualTo(RPM);
    assertThat(mirror.awaitStored("a.rpm")).isEqualTo(RPM);
  }

  private static void assertResumedAt(RecordedRequest request, long offset, String ifRange) {
    assertThat(request.header("Range")).contains("bytes=" + offset + "-");
    assertThat(request.header("If-Range")).contains(ifRange);
  }

  static Stream<Named<Behaviour>> breaks() {
    return Stream.of(
        Named.of("closed", Behaviour.proper().cutAfter(BREAK)),
        Named.of("stalled", Behaviour.proper().stallAfter(BREAK)));
  }

  @ParameterizedTest
  @MethodSource("breaks")
  void transferThatBreaksGoesOnAtTheSameUpstream(Behaviour breaking) throws Exception {
    file(first).lastModified(LONG_AGO).etag("\"1\"").next(breaking);
    try (RunningMirror mirror = oneUpstream()) {
      assertWhole(mirror, mirror.get("a.rpm"));
      assertResumedAt(first.requests("/a.rpm").get(1), BREAK, "\"1\"");
      assertThat(first.bytesSent("/a.rpm")).isEqualTo(SIZE);
    }
  }

  @Test
  void transferThatIsResetGoesOnAtTheSameUpstream() throws Exception {
    Gate gate = new Gate();
    file(first)
        .lastModified(LONG_AGO)
        .etag("\"1\"")
        .next(Behaviour.proper().gated(gate).resetAfter(BREAK));
    try (RunningMirror mirror = oneUpstream();
        TailingClient client = TailingClient.ask(mirror, "a.rpm")) {
      gate.release(50_000);
      assertThat(client.head().status()).isEqualTo(200);
      // A reset overtakes what was sent just before, but not this.
      client.readTo(50_000);
      gate.releaseAll();
      client.readTo(SIZE);
      assertThat(client.body()).isEqualTo(RPM);
      assertThat(mirror.awaitStored("a.rpm")).isEqualTo(RPM);
      assertThat(first.requests("/a.rpm").get(1).header("Range")).isPresent();
    }
  }

  @Test
  void transferBelowTheMinimumRateCountsAsBroken() throws Exception {
    Gate trickle = new Gate();
    file(first).etag("\"1\"").next(Behaviour.proper().gated(trickle));
    try (RunningMirror mirror =
            RunningMirror.setup()
                .repo(first, "timeout = 1", "minrate = 100000", "retries = 2")
                .start();
        ConcurrentClients clients = new ConcurrentClients(mirror.port())) {
      Future<RawResponse> client = clients.get("a.rpm");
      trickle.awaitRequest();
      // Never silent for as long as the time-out, and always too slow.
      await()
          .pollInterval(Duration.ofMillis(50))
          .until(
              () -> {
                trickle.release(40);
                return first.requests("/a.rpm").size() == 2;
              });
      assertWhole(mirror, ConcurrentClients.of(client));
      assertThat(first.requests("/a.rpm").get(1).header("Range")).isPresent();
    }
  }

  @Test
  void strongLastModifiedAloneIsEnoughToResume() throws Exception {
    file(first).lastModified(LONG_AGO).next(Behaviour.proper().cutAfter(BREAK));
    try (RunningMirror mirror = oneUpstream()) {
      assertWhole(mirror, mirror.get("a.rpm"));
      assertResumedAt(first.requests("/a.rpm").get(1), BREAK, "Thu, 01 Jan 2026 00:00:00 GMT");
    }
  }

  @Test
  void nextUpstreamGoesOnByLastModifiedAndNeverByTheOthersEntityTag() throws Exception {
    file(first)
        .lastModified(LONG_AGO)
        .etag("\"1\"")
        .next(Behaviour.proper().cutAfter(BREAK))
        .always(Behaviour.status(500));
    file(second).lastModified(LONG_AGO).etag("\"other\"");
    try (RunningMirror mirror = twoUpstreams()) {
      assertWhole(mirror, mirror.get("a.rpm"));
      assertResumedAt(second.requests("/a.rpm").get(0), BREAK, "Thu, 01 Jan 2026 00:00:00 GMT");
    }
  }

  /**
   * A client has received some when the first upstream breaks for good; what the second one has
   * must not be added to that.
   */
  private void assertNeverMixed(FakeFile file) throws Exception {
    Gate gate = new Gate();
    file.next(Behaviour.proper().gated(gate).cutAfter(BREAK)).always(Behaviour.status(500));
    try (RunningMirror mirror = twoUpstreams();
        TailingClient client = TailingClient.ask(mirror, "a.rpm")) {
      gate.release(1000);
      assertThat(client.head().status()).isEqualTo(200);
      client.readTo(1000);
      gate.releaseAll();
      client.readTo(SIZE);
      assertThat(client.body()).hasSizeLessThan(SIZE);
      assertThat(client.hasBeginningOf(RPM, 1000)).isTrue();
      assertThat(mirror.stored("a.rpm")).doesNotExist();
    }
  }

  @Test
  void otherUpstreamIsNotAskedForTheRestWithoutAStrongLastModified() throws Exception {
    second.file("/a.rpm", Packages.rpm(SIZE, 12)).etag("\"1\"");
    assertNeverMixed(file(first).etag("\"1\""));
    assertThat(second.requests("/a.rpm"))
        .allSatisfy(request -> assertThat(request.header("Range")).isEmpty());
  }

  @Test
  void otherUpstreamWithAnotherLengthNeverGivesTheRest() throws Exception {
    second.file("/a.rpm", Packages.rpm(SIZE + 1, 12)).lastModified(LONG_AGO);
    assertNeverMixed(file(first).lastModified(LONG_AGO));
    second.awaitRequests("/a.rpm", 1);
  }

  @Test
  void otherUpstreamThatSaysNothingOfTheFileNeverGivesTheRest() throws Exception {
    byte[] another = Packages.rpm(SIZE, 12);
    // A server that knows ranges and not If-Range.
    second.file("/a.rpm", another).always(Behaviour.partial(another, BREAK, SIZE - 1));
    assertNeverMixed(file(first).lastModified(LONG_AGO));
    second.awaitRequests("/a.rpm", 1);
  }

  @Test
  void transferThatBreaksAgainAndAgainGetsThereInTheEnd() throws Exception {
    FakeFile file = file(first).lastModified(LONG_AGO).etag("\"1\"");
    file.next(Behaviour.proper().cutAfter(100_000))
        .next(Behaviour.status(503))
        .next(Behaviour.proper().cutAfter(100_000));
    try (RunningMirror mirror = oneUpstream()) {
      assertWhole(mirror, mirror.get("a.rpm"));
      assertResumedAt(first.requests("/a.rpm").get(3), 200_000, "\"1\"");
    }
  }
}
