package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.LogLines;
import org.instantmirror.testing.MutableClock;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.PublishedRepository;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Packages are here before a client asks, as far as clients are known to want them. */
class PrefetchTest {

  private static final String REPOMD = "repodata/repomd.xml";
  private static final Duration STICKY = Duration.ofSeconds(10);

  private final Map<String, Double> wanted = new ConcurrentHashMap<>();
  private FakeUpstream upstream;
  private PublishedRepository repository;
  private MutableClock clock;
  private LogLines log;

  @BeforeEach
  void start() {
    upstream = FakeUpstream.start();
    clock = new MutableClock(Instant.parse("2026-06-01T00:00:00Z"));
    log = new LogLines("org.instantmirror.mirror");
    repository = new PublishedRepository(upstream, "/os/");
  }

  @AfterEach
  void stop() {
    log.close();
    upstream.close();
  }

  private RunningMirror.Setup setup(String... lines) {
    return RunningMirror.setup()
        .repo(upstream, lines)
        .clock(clock)
        .demand((repo, name, arch, now) -> wanted.getOrDefault(name, 0.0));
  }

  private void goLive(RunningMirror mirror, int number) {
    clock.advance(STICKY);
    assertThat(mirror.get("os/" + REPOMD, "Cache-Control: no-cache").status()).isEqualTo(200);
    log.await("generation " + number + " is live");
    clock.advance(STICKY);
  }

  private long requests(String path) {
    return upstream.requests(path).size();
  }

  @Test
  void anUpdateThatClientsHaveIsFetchedBeforeAnyAsksAndOneThatNobodyHasIsNot() throws Exception {
    wanted.put("kernel", 100.0);
    byte[] kernel = Packages.rpm(200_000, 1);
    try (RunningMirror mirror = setup().start()) {
      repository.add("kernel-1.rpm", Packages.rpm(1000, 2)).publish();
      goLive(mirror, 1);
      repository.add("kernel-2.rpm", kernel).add("vim-2.rpm", Packages.rpm(1000, 3)).publish();
      goLive(mirror, 2);

      assertThat(mirror.awaitStored("os/kernel-2.rpm")).isEqualTo(kernel);
      assertThat(mirror.get("os/kernel-2.rpm").header("Cache-Status"))
          .contains("InstantMirror; hit");
      assertThat(requests("/os/kernel-2.rpm")).isEqualTo(1);
      assertThat(requests("/os/vim-2.rpm")).isZero();
      // What was there before isn't news.
      assertThat(requests("/os/kernel-1.rpm")).isZero();
    }
  }

  @Test
  void everythingIsFetchedWhereThatIsWanted() throws Exception {
    try (RunningMirror mirror = setup("prefetch = all").start()) {
      byte[] vim = Packages.rpm(1000, 1);
      repository.add("vim-1.rpm", vim).publish();
      goLive(mirror, 1);

      assertThat(mirror.awaitStored("os/vim-1.rpm")).isEqualTo(vim);
    }
  }

  @Test
  void aPackageThatIsSignedAgainUnderItsNameIsFetchedOnceItsGenerationIsLive() throws Exception {
    wanted.put("a", 10.0);
    try (RunningMirror mirror = setup().start()) {
      repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
      goLive(mirror, 1);
      assertThat(mirror.get("os/a-1.rpm").status()).isEqualTo(200);
      byte[] again = Packages.rpm(1200, 2);
      repository.add("a-1.rpm", again).publish();
      goLive(mirror, 2);

      await().until(() -> java.util.Arrays.equals(again, mirror.awaitStored("os/a-1.rpm")));
      assertThat(mirror.get("os/a-1.rpm").body()).isEqualTo(again);
    }
  }
}
