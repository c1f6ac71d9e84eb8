package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.LogLines;
import org.instantmirror.testing.MutableClock;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.PublishedRepository;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An upstream answers 404, and repodata says something about the file, or nothing. */
class MissingListedTest {

  private static final String REPOMD = "repodata/repomd.xml";
  private static final byte[] PACKAGE = Packages.rpm(1000, 1);

  private FakeUpstream upstream;
  private FakeUpstream second;
  private PublishedRepository repository;
  private MutableClock clock;
  private LogLines log;

  @BeforeEach
  void start() {
    upstream = FakeUpstream.start();
    second = FakeUpstream.start();
    clock = new MutableClock(Instant.parse("2026-06-01T00:00:00Z"));
    log = new LogLines("org.instantmirror.mirror");
    repository = new PublishedRepository(upstream, "/");
  }

  @AfterEach
  void stop() {
    log.close();
    upstream.close();
    second.close();
  }

  private RunningMirror mirror(String... lines) {
    return RunningMirror.setup()
        .repo("repo", List.of(upstream.origin() + "/"), lines)
        .clock(clock)
        .start();
  }

  private RawResponse ask(RunningMirror mirror, String path) {
    clock.advance(Duration.ofSeconds(12));
    return mirror.get(path, "Cache-Control: no-cache");
  }

  private void goLive(RunningMirror mirror, int number) {
    assertThat(ask(mirror, REPOMD).status()).isEqualTo(200);
    log.await("generation " + number + " is live");
  }

  @Test
  void otherUpstreamIsAskedForWhatOneDoesNotHave() {
    repository.list("a.rpm", PACKAGE).publish();
    second.file("/a.rpm", PACKAGE);
    try (RunningMirror mirror =
        RunningMirror.setup()
            .repo("repo", List.of(upstream.origin() + "/", second.origin() + "/"))
            .clock(clock)
            .start()) {
      goLive(mirror, 1);
      assertThat(ask(mirror, "a.rpm").body()).isEqualTo(PACKAGE);
    }
  }

  @Test
  void listedFileThatIsOnItsWayIsWaitedFor() {
    repository.add("a.rpm", PACKAGE).publish();
    upstream.file("/a.rpm", PACKAGE).next(Behaviour.status(404)).next(Behaviour.status(404));
    try (RunningMirror mirror = mirror()) {
      goLive(mirror, 1);
      assertThat(ask(mirror, "a.rpm").body()).isEqualTo(PACKAGE);
      assertThat(upstream.requests("/a.rpm")).hasSize(3);
    }
  }

  @Test
  void verifiedCopyStaysThoughUpstreamHasDroppedIt() throws Exception {
    repository.add("a.rpm", PACKAGE).publish();
    try (RunningMirror mirror = mirror("package_expire = 0")) {
      goLive(mirror, 1);
      assertThat(ask(mirror, "a.rpm").status()).isEqualTo(200);
      mirror.awaitStored("a.rpm");
      upstream.remove("/a.rpm");
      assertThat(ask(mirror, "a.rpm").body()).isEqualTo(PACKAGE);
      assertThat(upstream.requests("/a.rpm")).hasSize(1);
    }
  }

  @Test
  void negativeAnswerHoldsUntilTheGenerationChanges() {
    repository.add("other.rpm", Packages.rpm(1000, 2)).publish();
    try (RunningMirror mirror = mirror("negative_expire = 1h")) {
      goLive(mirror, 1);
      assertThat(mirror.get("a.rpm").status()).isEqualTo(404);
      clock.advance(Duration.ofMinutes(30));
      assertThat(mirror.get("a.rpm").status()).isEqualTo(404);
      assertThat(upstream.requests("/a.rpm")).hasSize(1);
      repository.add("a.rpm", PACKAGE).publish();
      assertThat(mirror.get("a.rpm").status()).isEqualTo(404);
      goLive(mirror, 2);
      assertThat(mirror.get("a.rpm").body()).isEqualTo(PACKAGE);
    }
  }

  @Test
  void listedFileThatNobodyHasMakesUsLookForTheNextGeneration() {
    repository.add("a.rpm", PACKAGE).publish();
    try (RunningMirror mirror = mirror()) {
      goLive(mirror, 1);
      repository.drop("a.rpm").add("b.rpm", Packages.rpm(1000, 2)).publish();
      clock.advance(Duration.ofSeconds(12));
      assertThat(mirror.get("a.rpm").status()).isEqualTo(404);
      log.await("generation 2 is live");
    }
  }

  @Test
  void droppedPackageIsServedForKeepVanished() throws Exception {
    upstream.file("/a.rpm", PACKAGE);
    try (RunningMirror mirror = mirror("package_expire = 0", "keep_vanished = 10d")) {
      assertThat(mirror.get("a.rpm").status()).isEqualTo(200);
      mirror.awaitStored("a.rpm");
      upstream.remove("/a.rpm");
      assertThat(ask(mirror, "a.rpm").body()).isEqualTo(PACKAGE);
      clock.advance(Duration.ofDays(9));
      assertThat(ask(mirror, "a.rpm").body()).isEqualTo(PACKAGE);
      clock.advance(Duration.ofDays(1));
      assertThat(ask(mirror, "a.rpm").status()).isEqualTo(404);
      assertThat(mirror.stored("a.rpm")).doesNotExist();
    }
  }

  @Test
  void packageThatIsNotTrustedIsAskedForEachTimeAndDroppedWithUpstream() throws Exception {
    repository.add("a.rpm", PACKAGE).publish();
    try (RunningMirror mirror = mirror("trust_repodata = no", "package_expire = 0")) {
      assertThat(ask(mirror, REPOMD).status()).isEqualTo(200);
      assertThat(mirror.get("a.rpm").status()).isEqualTo(200);
      mirror.awaitStored("a.rpm");
      assertThat(mirror.get("a.rpm").status()).isEqualTo(200);
      assertThat(mirror.get("a.rpm").status()).isEqualTo(200);
      assertThat(upstream.requests("/a.rpm")).hasSize(3);
      upstream.remove("/a.rpm");
      assertThat(mirror.get("a.rpm").status()).isEqualTo(404);
      assertThat(mirror.stored("a.rpm")).doesNotExist();
    }
  }
}
