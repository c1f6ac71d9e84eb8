package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.instantmirror.store.FaultyDisk;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.MutableClock;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.PublishedRepository;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A mirror whose cache is smaller than what its clients ask for. */
class EvictionTest {

  private static final int SIZE = 64 * 1024;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final FakeUpstream upstream = FakeUpstream.start();
  private final MutableClock clock = new MutableClock(Instant.parse("2026-11-23T00:00:00Z"));

  @AfterEach
  void stop() {
    upstream.close();
  }

  private RunningMirror mirror(String... lines) {
    RunningMirror.Setup setup = RunningMirror.setup().clock(clock).repo(upstream, lines);
    return setup.main("cache_size = 1M").start();
  }

  private static String name(int number) {
    return "p" + number + "-1-1.noarch.rpm";
  }

  private void offer(int count) {
    for (int i = 0; i < count; i++) {
      upstream.file("/" + name(i), Packages.rpm(SIZE, i)).etag("\"" + i + "\"");
    }
  }

  private static long held(RunningMirror mirror) throws IOException {
    try (Stream<Path> files = Files.walk(mirror.cacheDir().resolve("repo"))) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  @Test
  void aFillGoesOnWhileWhatIsWorthLeastGoes() throws IOException {
    offer(60);
    try (RunningMirror mirror = mirror()) {
      for (int i = 0; i < 60; i++) {
        RawResponse answer = mirror.get(name(i));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Cache-Status")).contains("stored");
        mirror.awaitStored(name(i));
        clock.advance(Duration.ofMinutes(11));
        assertThat(held(mirror)).isLessThanOrEqualTo(1 << 20);
      }
      assertThat(Files.exists(mirror.stored(name(0)))).isFalse();
      assertThat(Files.exists(mirror.stored(name(59)))).isTrue();
      RawResponse again = mirror.get(name(0));
      assertThat(again.status()).isEqualTo(200);
      assertThat(again.body()).isEqualTo(Packages.rpm(SIZE, 0));
    }
  }

  @Test
  void whereTheDiskWasFullInMidFileRoomIsMadeAndTheNextClientHasItStored() throws Exception {
    FaultyDisk disk = new FaultyDisk();
    offer(2);
    byte[] rpm = Packages.rpm(4 * SIZE, 9);
    upstream.file("/late-1-1.noarch.rpm", rpm).etag("\"late\"");
    RunningMirror.Setup setup = RunningMirror.setup().clock(clock).repo(upstream);
    try (RunningMirror mirror = setup.main("min_free = 1M").store(disk::open).start()) {
      for (int i = 0; i < 2; i++) {
        assertThat(mirror.get(name(i)).status()).isEqualTo(200);
        mirror.awaitStored(name(i));
      }
      clock.advance(Duration.ofMinutes(11));
      disk.fullAfter(SIZE);
      RawResponse first = mirror.get("late-1-1.noarch.rpm");
      assertThat(first.complete()).isTrue();
      assertThat(first.body()).isEqualTo(rpm);
      assertThat(Files.exists(mirror.stored("late-1-1.noarch.rpm"))).isFalse();
      // Somebody else has filled it: below min_free until files have gone.
      disk.usable(0);
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> Stream.of(0, 1).noneMatch(i -> Files.exists(mirror.stored(name(i)))));
      disk.recover();
      assertThat(mirror.get("late-1-1.noarch.rpm").body()).isEqualTo(rpm);
      assertThat(mirror.awaitStored("late-1-1.noarch.rpm")).isEqualTo(rpm);
    }
  }

  @Test
  void whatIsPinnedStays() throws IOException {
    offer(40);
    try (RunningMirror mirror = mirror("pin = p0-*.rpm")) {
      for (int i = 0; i < 40; i++) {
        assertThat(mirror.get(name(i)).status()).isEqualTo(200);
        mirror.awaitStored(name(i));
        clock.advance(Duration.ofMinutes(11));
      }
      assertThat(Files.exists(mirror.stored(name(0)))).isTrue();
      assertThat(Files.exists(mirror.stored(name(1)))).isFalse();
    }
  }

  @Test
  void whatCannotFitIsPassedThrough() throws IOException {
    upstream.file("/big-1-1.noarch.rpm", Packages.rpm(2 << 20, 1));
    offer(1);
    try (RunningMirror mirror = mirror()) {
      mirror.get(name(0));
      mirror.awaitStored(name(0));
      RawResponse big = mirror.get("big-1-1.noarch.rpm");
      assertThat(big.status()).isEqualTo(200);
      assertThat(big.body()).isEqualTo(Packages.rpm(2 << 20, 1));
      assertThat(big.header("Cache-Status")).contains("not-storable");
      assertThat(Files.exists(mirror.stored(name(0)))).isTrue();
    }
  }

  @Test
  void aPackageThatNoGenerationListsGoesFirstAndMetadataNever() throws IOException {
    PublishedRepository repository = new PublishedRepository(upstream, "/");
    byte[] old = Packages.rpm(SIZE, 1);
    byte[] listed = Packages.rpm(SIZE, 2);
    repository.add("old-1-1.noarch.rpm", old).add("listed-1-1.noarch.rpm", listed).publish();
    try (RunningMirror mirror =
        mirror("keep_versions = 0", "keep_generations = 1", "metadata_timer_sync = 0")) {
      awaitGeneration(mirror);
      mirror.get("old-1-1.noarch.rpm");
      mirror.get("listed-1-1.noarch.rpm");
      mirror.awaitStored("old-1-1.noarch.rpm");
      mirror.awaitStored("listed-1-1.noarch.rpm");
      repository.drop("old-1-1.noarch.rpm").publish();
      clock.advance(Duration.ofHours(1));
      awaitLive(mirror, repository);
      assertThat(explained(mirror, "200k")).doesNotContain("goes  repo/old-1-1");
      assertThat(mirror.request("GET", "/api/v1/eviction?entry=repo/old-1-1.noarch.rpm").text())
          .contains("a generation that was live within 48 h lists it");
      clock.advance(Duration.ofDays(3));
      // What was live is forgotten when another generation comes.
      repository.add("new-1-1.noarch.rpm", Packages.rpm(SIZE, 3)).publish();
      awaitLive(mirror, repository);
      mirror.get("listed-1-1.noarch.rpm");
      clock.advance(Duration.ofHours(1));
      assertThat(mirror.request("POST", "/api/v1/eviction?review=true").status()).isEqualTo(200);
      assertThat(explained(mirror, "64k"))
          .startsWith("goes  repo/old-1-1.noarch.rpm")
          .contains("no generation lists it any more")
          .doesNotContain("listed-1-1");
      assertThat(evicted(mirror, "10M")).contains("less than had to");
      assertThat(Files.exists(mirror.stored("old-1-1.noarch.rpm"))).isFalse();
      assertThat(Files.exists(mirror.stored("repodata/repomd.xml"))).isTrue();
      assertThat(Files.exists(mirror.stored(repository.primaryPath()))).isTrue();
    }
  }

  private static void awaitGeneration(RunningMirror mirror) {
    mirror.get("repodata/repomd.xml");
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> mirror.request("GET", "/api/v1/repos").text().contains("\"live\":{"));
  }

  private void awaitLive(RunningMirror mirror, PublishedRepository repository) {
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () -> {
              clock.advance(Duration.ofSeconds(2));
              return Arrays.equals(
                  mirror.get("repodata/repomd.xml", "Cache-Control: no-cache").body(),
                  repository.repomd());
            });
  }

  @Test
  void theApiTellsHowFullTheCacheIs() throws IOException {
    offer(3);
    try (RunningMirror mirror = mirror("cache_share = 50%")) {
      for (int i = 0; i < 3; i++) {
        mirror.get(name(i));
        mirror.awaitStored(name(i));
      }
      Awaitility.await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(mirror.request("GET", "/api/v1/eviction").text())
                      .contains("\"cacheSize\":1048576")
                      .contains(
                          "{\"repo\":\"repo\",\"bytes\":196608,\"files\":3,\"cacheShare\":524288}"));
      assertThat(mirror.request("POST", "/api/v1/eviction", "Origin: http://evil.example").status())
          .isEqualTo(403);
    }
  }

  private static String explained(RunningMirror mirror, String bytes) {
    return run(mirror, "evict", "--dry-run", "--bytes", bytes);
  }

  private static String evicted(RunningMirror mirror, String bytes) {
    return run(mirror, "evict", "--bytes", bytes);
  }

  private static String run(RunningMirror mirror, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
    String[] all =
        Stream.concat(
                Stream.of(arguments), Stream.of("--server", "http://127.0.0.1:" + mirror.port()))
            .toArray(String[]::new);
    var unused = Main.commandLine(new Main(print, print)).execute(all);
    return out.toString(StandardCharsets.UTF_8);
  }
}
