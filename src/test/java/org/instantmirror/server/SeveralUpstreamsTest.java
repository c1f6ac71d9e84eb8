package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instantmirror.server.Mirrored.PACKAGE_EXPIRE;
import static org.instantmirror.server.Mirrored.START;
import static org.instantmirror.server.Mirrored.UNREACHABLE;
import static org.instantmirror.server.Mirrored.V1;
import static org.instantmirror.server.Mirrored.V2;
import static org.instantmirror.server.Mirrored.VALIDATED;
import static org.instantmirror.server.Mirrored.assertServed;
import static org.instantmirror.server.Mirrored.assertWhole;

import java.time.Duration;
import java.util.List;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.EndedDownloads;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.MutableClock;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RecordedRequest;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several base URLs: asked in order; one that fails rests and comes back. */
class SeveralUpstreamsTest {

  private static final byte[] RPM = Packages.rpm(20_000, 1);
  private static final byte[] NEWER = Packages.rpm(21_000, 2);

  private final FakeUpstream first = FakeUpstream.start();
  private final FakeUpstream second = FakeUpstream.start();
  private final MutableClock clock = new MutableClock(START);
  private final EndedDownloads ended = new EndedDownloads();
  private final RunningMirror mirror =
      RunningMirror.setup()
          .repo(
              "repo",
              List.of(first.origin() + "/", second.origin() + "/"),
              "retries = 1",
              "timeout = 1",
              "connect_timeout = 1")
          .clock(clock)
          .start();

  @AfterEach
  void close() {
    mirror.close();
    first.close();
    second.close();
    ended.close();
  }

  private void publish(String path, byte[] content) {
    first.file("/" + path, content).lastModified(V1).etag("\"of-first\"");
    second.file("/" + path, content).lastModified(V1).etag("\"of-second\"");
  }

  private void fetch(String path, byte[] expected) {
    int before = ended.of("repo/" + path);
    assertWhole(mirror.get(path), expected);
    ended.await("repo/" + path, before + 1);
  }

  @Test
  void theFirstIsAskedAndTheOthersAreLeftInPeace() {
    publish("a.rpm", RPM);
    fetch("a.rpm", RPM);
    clock.advance(PACKAGE_EXPIRE);
    assertServed(mirror.get("a.rpm"), RPM, VALIDATED);
    assertThat(first.requests()).hasSize(2);
    assertThat(second.requests()).isEmpty();
  }

  @Test
  void theNextIsAskedForWhatTheFirstDoesNotHave() {
    publish("a.rpm", RPM);
    first.remove("/a.rpm");
    fetch("a.rpm", RPM);
    assertThat(first.requests()).hasSize(1);
    assertThat(second.requests()).hasSize(1);
  }

  @Test
  void theNextIsAskedWhenTheFirstFailsWhichThenRestsAndComesBack() {
    publish("a.rpm", RPM);
    publish("b.rpm", RPM);
    publish("c.rpm", RPM);
    first.file("/a.rpm", RPM).always(Behaviour.status(503));
    fetch("a.rpm", RPM);
    fetch("b.rpm", RPM);
    assertThat(first.requests()).as("it rests").hasSize(1);
    clock.advance(Duration.ofSeconds(5));
    fetch("c.rpm", RPM);
    assertThat(first.requests("/c.rpm")).as("it is back").hasSize(1);
    assertThat(second.requests("/c.rpm")).isEmpty();
  }

  @Test
  void theNextIsAskedWhenTheFirstRefusesConnectionsOrHangs() {
    publish("a.rpm", RPM);
    publish("b.rpm", RPM);
    first.stop();
    fetch("a.rpm", RPM);
    first.restart();
    first.hang();
    clock.advance(Duration.ofSeconds(5));
    fetch("b.rpm", RPM);
    assertThat(first.requests("/b.rpm")).hasSize(1);
  }

  @Test
  void theTagOfOneServerIsNotSentToAnother() {
    publish("a.rpm", RPM);
    fetch("a.rpm", RPM);
    first.stop();
    clock.advance(PACKAGE_EXPIRE);
    assertServed(mirror.get("a.rpm"), RPM, VALIDATED);
    RecordedRequest question = second.requests("/a.rpm").get(0);
    assertThat(question.header("If-None-Match")).isEmpty();
    assertThat(question.header("If-Modified-Since")).contains("Thu, 01 Jan 2026 00:00:00 GMT");
  }

  @Test
  void aCopyThatAnotherServerConfirmedKeepsItsOwnTag() {
    publish("a.rpm", RPM);
    fetch("a.rpm", RPM);
    first.stop();
    clock.advance(PACKAGE_EXPIRE);
    assertServed(mirror.get("a.rpm"), RPM, VALIDATED);
    assertThat(mirror.get("a.rpm").header("ETag")).isEqualTo("\"of-first\"");
    first.restart();
    clock.advance(PACKAGE_EXPIRE);
    assertServed(mirror.get("a.rpm"), RPM, VALIDATED);
    assertThat(first.requests("/a.rpm").get(1).header("If-None-Match")).contains("\"of-first\"");
  }

  @Test
  void aServerThatLagsBehindDoesNotBringTheOldFileBack() {
    first.file("/a.rpm", NEWER).lastModified(V2);
    second.file("/a.rpm", RPM).lastModified(V1).always(Behaviour.proper().ignoringConditions());
    fetch("a.rpm", NEWER);
    first.stop();
    clock.advance(PACKAGE_EXPIRE);
    assertServed(mirror.get("a.rpm"), NEWER, "InstantMirror; fwd=stale; fwd-status=200");
  }

  @Test
  void a404OfOneKeepsTheCopyWhileAnotherCannotBeReached() {
    publish("a.rpm", RPM);
    fetch("a.rpm", RPM);
    clock.advance(PACKAGE_EXPIRE);
    first.remove("/a.rpm");
    second.stop();
    assertServed(mirror.get("a.rpm"), RPM, UNREACHABLE);
    assertServed(mirror.get("a.rpm"), RPM, UNREACHABLE);
    assertThat(mirror.stored("a.rpm")).exists();
    second.restart();
    second.remove("/a.rpm");
    clock.advance(Duration.ofSeconds(6));
    assertThat(mirror.get("a.rpm").status()).isEqualTo(404);
    assertThat(mirror.stored("a.rpm")).doesNotExist();
  }

  @Test
  void a404OfOneKeepsTheCopyWhereAnotherStillHasIt() {
    publish("a.rpm", RPM);
    fetch("a.rpm", RPM);
    clock.advance(PACKAGE_EXPIRE);
    first.remove("/a.rpm");
    assertServed(mirror.get("a.rpm"), RPM, VALIDATED);
  }

  @Test
  void headIsAskedInTheSameOrder() {
    publish("a.rpm", RPM);
    first.remove("/a.rpm");
    assertThat(mirror.request("HEAD", "/mirror/repo/a.rpm").status()).isEqualTo(200);
    assertThat(first.requests()).hasSize(1);
    assertThat(second.requests()).hasSize(1);
  }
}
