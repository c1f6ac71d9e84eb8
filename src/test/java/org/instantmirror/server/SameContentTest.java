package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.LogLines;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.PublishedRepository;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.instantmirror.testing.TailingClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two repositories, at two upstreams, that list the same packages. */
class SameContentTest {

  private static final String HIT = "InstantMirror; hit; detail=same-content";
  private static final String JOINED =
      "InstantMirror; fwd=uri-miss; collapsed; detail=same-content";
  private static final byte[] PACKAGE = Packages.rpm(600_000, 1);
  private static final byte[] ANOTHER = Packages.rpm(600_000, 2);

  private FakeUpstream first;
  private FakeUpstream second;
  private PublishedRepository one;
  private PublishedRepository other;
  private LogLines log;

  @BeforeEach
  void start() {
    first = FakeUpstream.start();
    second = FakeUpstream.start();
    log = new LogLines("org.instantmirror.mirror", "org.instantmirror.download");
    one = new PublishedRepository(first, "/").add("p/a.rpm", PACKAGE);
    other = new PublishedRepository(second, "/").add("q/a.rpm", PACKAGE);
  }

  @AfterEach
  void stop() {
    log.close();
    first.close();
    second.close();
  }

  private RunningMirror.Setup setup(String... linesOfOne) {
    one.publish();
    other.publish();
    return RunningMirror.setup()
        .repo(first, linesOfOne)
        .repo("other", List.of(second.origin() + "/"));
  }

  /** Knows what both list. */
  private RunningMirror mirror(String... linesOfOne) {
    RunningMirror mirror = setup(linesOfOne).start();
    know(mirror);
    return mirror;
  }

  private void know(RunningMirror mirror) {
    assertThat(mirror.get("repodata/repomd.xml").status()).isEqualTo(200);
    assertThat(getOther(mirror, "repodata/repomd.xml").status()).isEqualTo(200);
    log.await("repo: generation 1 is live");
    log.await("other: generation 1 is live");
  }

  private static RawResponse getOther(RunningMirror mirror, String path, String... fields) {
    return mirror.request("GET", "/mirror/other/" + path, fields);
  }

  private static Path other(RunningMirror mirror, String path) {
    return mirror.cacheDir().resolve("other").resolve(path);
  }

  private static void awaitOther(RunningMirror mirror) {
    awaitOther(mirror, "q/a.rpm");
  }

  private static void awaitOther(RunningMirror mirror, String path) {
    await().until(() -> Files.exists(other(mirror, path)));
  }

  private static void assertIs(RawResponse response, byte[] expected) {
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.complete()).isTrue();
    assertThat(response.body()).isEqualTo(expected);
  }

  private static boolean sameFile(RunningMirror mirror) throws IOException {
    return Files.getAttribute(mirror.stored("p/a.rpm"), "unix:ino")
        .equals(Files.getAttribute(other(mirror, "q/a.rpm"), "unix:ino"));
  }

  @Test
  void whatIsStoredUnderOneNameIsNotFetchedUnderAnother() throws IOException {
    try (RunningMirror mirror = mirror()) {
      assertIs(mirror.get("p/a.rpm"), PACKAGE);
      mirror.awaitStored("p/a.rpm");
      RawResponse linked = getOther(mirror, "q/a.rpm");
      assertIs(linked, PACKAGE);
      assertThat(linked.header("Cache-Status")).contains(HIT);
      assertThat(linked.header("Last-Modified")).contains("Thu, 01 Jan 2026 00:00:00 GMT");
      assertThat(linked.header("ETag")).isNull();
      assertThat(getOther(mirror, "q/a.rpm").header("Cache-Status")).contains("InstantMirror; hit");
      assertThat(second.requests("/q/a.rpm")).isEmpty();
      assertThat(sameFile(mirror)).isTrue();
    }
  }

  @Test
  void headOfAnotherNameAsksNobodyEither() throws IOException {
    try (RunningMirror mirror = mirror()) {
      assertIs(mirror.get("p/a.rpm"), PACKAGE);
      mirror.awaitStored("p/a.rpm");
      second.stop();
      RawResponse head = mirror.request("HEAD", "/mirror/other/q/a.rpm");
      assertThat(head.status()).isEqualTo(200);
      assertThat(head.header("Content-Length")).contains(String.valueOf(PACKAGE.length));
      assertThat(head.header("Last-Modified")).contains("Thu, 01 Jan 2026 00:00:00 GMT");
      assertThat(head.header("Cache-Status")).contains(HIT);
      assertThat(sameFile(mirror)).isTrue();
    }
  }

  @Test
  void aDownloadServesAllNames() throws IOException {
    Gate gate = new Gate();
    try (RunningMirror mirror = mirror()) {
      first
          .file("/p/a.rpm", PACKAGE)
          .lastModified(Instant.parse("2026-01-01T00:00:00Z"))
          .next(Behaviour.proper().gated(gate));
      try (TailingClient leader = TailingClient.askFor(mirror, "/mirror/repo/p/a.rpm")) {
        gate.release(100_000);
        leader.head();
        leader.readTo(90_000);
        try (TailingClient follower = TailingClient.askFor(mirror, "/mirror/other/q/a.rpm")) {
          assertThat(follower.head().field("cache-status")).isEqualTo(JOINED);
          follower.readTo(90_000);
          gate.release(200_000);
          follower.readTo(250_000);
          gate.releaseAll();
          leader.readTo(PACKAGE.length);
          follower.readTo(PACKAGE.length);
          assertThat(leader.body()).isEqualTo(PACKAGE);
          assertThat(follower.body()).isEqualTo(PACKAGE);
        }
      }
      awaitOther(mirror);
      assertThat(sameFile(mirror)).isTrue();
      assertThat(second.requests("/q/a.rpm")).isEmpty();
      assertThat(getOther(mirror, "q/a.rpm").header("Cache-Status")).contains("InstantMirror; hit");
    }
  }

  @Test
  void namesThatAreAskedForAtOnceAreFetchedOnce() throws IOException {
    for (int i = 0; i < 8; i++) {
      one.add("p/n" + i + ".rpm", Packages.rpm(150_000, 10 + i));
      other.add("q/n" + i + ".rpm", Packages.rpm(150_000, 10 + i));
    }
    try (RunningMirror mirror = mirror()) {
      for (int i = 0; i < 8; i++) {
        byte[] expected = Packages.rpm(150_000, 10 + i);
        String name = "n" + i + ".rpm";
        var asked = CompletableFuture.supplyAsync(() -> getOther(mirror, "q/" + name));
        assertIs(mirror.get("p/" + name), expected);
        assertIs(asked.join(), expected);
        mirror.awaitStored("p/" + name);
        await().until(() -> Files.exists(other(mirror, "q/" + name)));
        int requests = first.requests("/p/" + name).size() + second.requests("/q/" + name).size();
        assertThat(requests).isEqualTo(1);
      }
    }
  }

  @Test
  void whereOneNamesUpstreamBreaksTheOtherGoesOnByItself() throws IOException {
    try (RunningMirror mirror = mirror("retries = 1")) {
      Gate gate = new Gate();
      first
          .file("/p/a.rpm", PACKAGE)
          .lastModified(Instant.parse("2026-01-01T00:00:00Z"))
          .next(Behaviour.proper().gated(gate).cutAfter(300_000))
          .always(Behaviour.status(500));
      try (TailingClient leader = TailingClient.askFor(mirror, "/mirror/repo/p/a.rpm")) {
        gate.release(100_000);
        leader.head();
        leader.readTo(90_000);
        try (TailingClient follower = TailingClient.askFor(mirror, "/mirror/other/q/a.rpm")) {
          follower.head();
          follower.readTo(90_000);
          gate.releaseAll();
          follower.readTo(PACKAGE.length);
          assertThat(follower.body()).isEqualTo(PACKAGE);
        }
      }
      awaitOther(mirror);
      assertThat(second.requests("/q/a.rpm")).hasSize(1);
      assertThat(second.requests("/q/a.rpm").get(0).header("Range")).contains("bytes=300000-");
      assertThat(Files.readAllBytes(other(mirror, "q/a.rpm"))).isEqualTo(PACKAGE);
      assertThat(mirror.stored("p/a.rpm")).doesNotExist();
    }
  }

  @Test
  void bytesThatTurnOutToBeOthersReachNobodyAsAWhole() throws IOException {
    try (RunningMirror mirror = mirror("retries = 1")) {
      Gate gate = new Gate();
      first
          .file("/p/a.rpm", PACKAGE)
          .lastModified(Instant.parse("2026-01-01T00:00:00Z"))
          .next(Behaviour.proper().gated(gate).body(ANOTHER));
      try (TailingClient leader = TailingClient.askFor(mirror, "/mirror/repo/p/a.rpm")) {
        gate.release(100_000);
        leader.head();
        leader.readTo(90_000);
        CompletableFuture<RawResponse> asked =
            CompletableFuture.supplyAsync(() -> getOther(mirror, "q/a.rpm"));
        log.await("q/a.rpm");
        gate.releaseAll();
        assertThat(asked.join().complete()).isFalse();
      }
      assertIs(getOther(mirror, "q/a.rpm"), PACKAGE);
    }
  }

  @Test
  void whenTheFirstClientLeavesTheDownloadGoesOnForTheOtherName() throws IOException {
    Gate gate = new Gate();
    try (RunningMirror mirror = mirror()) {
      first
          .file("/p/a.rpm", PACKAGE)
          .lastModified(Instant.parse("2026-01-01T00:00:00Z"))
          .next(Behaviour.proper().gated(gate));
      TailingClient leader = TailingClient.askFor(mirror, "/mirror/repo/p/a.rpm");
      gate.release(100_000);
      leader.head();
      leader.readTo(90_000);
      try (TailingClient follower = TailingClient.askFor(mirror, "/mirror/other/q/a.rpm")) {
        follower.head();
        follower.readTo(90_000);
        leader.close();
        gate.release(60_000);
        follower.readTo(150_000);
        gate.releaseAll();
        follower.readTo(PACKAGE.length);
        assertThat(follower.body()).isEqualTo(PACKAGE);
      }
      awaitOther(mirror);
      assertThat(first.requests("/p/a.rpm")).hasSize(1);
      assertThat(second.requests("/q/a.rpm")).isEmpty();
    }
  }

  @Test
  void aNameWithAnotherDateIsACopyOfThatDate() throws IOException {
    try (RunningMirror mirror = mirror()) {
      Instant later = Instant.parse("2026-01-05T06:07:08Z");
      first.file("/p/a.rpm", PACKAGE).lastModified(later);
      assertIs(mirror.get("p/a.rpm"), PACKAGE);
      mirror.awaitStored("p/a.rpm");
      RawResponse copied = getOther(mirror, "q/a.rpm");
      assertIs(copied, PACKAGE);
      assertThat(copied.header("Last-Modified")).contains("Thu, 01 Jan 2026 00:00:00 GMT");
      assertThat(sameFile(mirror)).isFalse();
      assertThat(Files.getLastModifiedTime(other(mirror, "q/a.rpm")).toInstant())
          .isEqualTo(Instant.parse("2026-01-01T00:00:00Z"));
      assertThat(Files.getLastModifiedTime(mirror.stored("p/a.rpm")).toInstant()).isEqualTo(later);
      assertThat(second.requests("/q/a.rpm")).isEmpty();
    }
  }

  @Test
  void aFileThatWasPutThereByHandIsHashedAndLinked() throws IOException {
    try (RunningMirror mirror = mirror()) {
      Path file = mirror.stored("p/a.rpm");
      Files.createDirectories(file.getParent());
      Files.write(file, PACKAGE);
      Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));
      assertIs(getOther(mirror, "q/a.rpm"), PACKAGE);
      assertThat(sameFile(mirror)).isTrue();
      assertThat(second.requests("/q/a.rpm")).isEmpty();
    }
  }

  @Test
  void aFileOfOtherBytesThatWasPutThereByHandIsNotTaken() throws IOException {
    try (RunningMirror mirror = mirror()) {
      Path file = mirror.stored("p/a.rpm");
      Files.createDirectories(file.getParent());
      Files.write(file, ANOTHER);
      assertIs(getOther(mirror, "q/a.rpm"), PACKAGE);
      assertThat(second.requests("/q/a.rpm")).hasSize(1);
    }
  }

  @Test
  void whatOnlySomeMayReadIsGivenToNobodyElseUnderAnotherName() throws IOException {
    try (RunningMirror mirror = mirror("allow = 127.0.0.1")) {
      assertIs(mirror.get("p/a.rpm"), PACKAGE);
      mirror.awaitStored("p/a.rpm");
      RawResponse fetched = getOther(mirror, "q/a.rpm");
      assertIs(fetched, PACKAGE);
      assertThat(second.requests("/q/a.rpm")).hasSize(1);
    }
  }

  @Test
  void whatAnybodyMayReadIsGivenToThoseWhoMayReadMore() throws IOException {
    try (RunningMirror mirror = mirror("allow = 127.0.0.1")) {
      assertIs(getOther(mirror, "q/a.rpm"), PACKAGE);
      awaitOther(mirror);
      assertThat(mirror.get("p/a.rpm").header("Cache-Status")).contains(HIT);
      assertThat(first.requests("/p/a.rpm")).isEmpty();
    }
  }

  @Test
  void namesAreReplacedEachByItself() throws IOException {
    try (RunningMirror mirror = mirror()) {
      assertIs(mirror.get("p/a.rpm"), PACKAGE);
      mirror.awaitStored("p/a.rpm");
      assertIs(getOther(mirror, "q/a.rpm"), PACKAGE);
      other.add("q/a.rpm", ANOTHER).publish();
      // A client that asks after the lifetime of what it has.
      await()
          .until(
              () -> {
                getOther(mirror, "repodata/repomd.xml", "Cache-Control: no-cache");
                return Arrays.equals(getOther(mirror, "q/a.rpm").body(), ANOTHER);
              });
      await().until(() -> Arrays.equals(Files.readAllBytes(other(mirror, "q/a.rpm")), ANOTHER));
      RawResponse kept = mirror.get("p/a.rpm");
      assertIs(kept, PACKAGE);
      assertThat(kept.header("Cache-Status")).contains("InstantMirror; hit");
      assertThat(Files.readAllBytes(mirror.stored("p/a.rpm"))).isEqualTo(PACKAGE);
    }
  }

  @Test
  void oneNameIsPurgedAndTheOtherStays() throws IOException {
    try (RunningMirror mirror = mirror()) {
      assertIs(mirror.get("p/a.rpm"), PACKAGE);
      mirror.awaitStored("p/a.rpm");
      assertIs(getOther(mirror, "q/a.rpm"), PACKAGE);
      assertThat(mirror.request("DELETE", "/api/v1/entries/repo/p/a.rpm").status()).isEqualTo(200);
      assertThat(mirror.stored("p/a.rpm")).doesNotExist();
      assertThat(getOther(mirror, "q/a.rpm").header("Cache-Status")).contains("InstantMirror; hit");
      assertThat(mirror.get("p/a.rpm").header("Cache-Status")).contains(HIT);
      assertThat(first.requests("/p/a.rpm")).hasSize(1);
    }
  }

  @Test
  void listsThatAreTheSameAreFetchedOnce() throws IOException {
    one.other("group", "<comps/>".repeat(1000).getBytes(StandardCharsets.UTF_8));
    other.other("group", "<comps/>".repeat(1000).getBytes(StandardCharsets.UTF_8));
    try (RunningMirror mirror = mirror()) {
      String path = one.otherPath("group");
      assertThat(mirror.get(path).status()).isEqualTo(200);
      mirror.awaitStored(path);
      assertThat(getOther(mirror, path).header("Cache-Status")).contains(HIT);
      assertThat(second.requests("/" + path)).isEmpty();
    }
  }

  @Test
  void listsOfTheNextGenerationAreFetchedOnce() throws IOException {
    one.other("group", "<comps/>".getBytes(StandardCharsets.UTF_8));
    other.other("group", "<comps/>".getBytes(StandardCharsets.UTF_8));
    try (RunningMirror mirror = mirror("mirror_metadata_expire = 0")) {
      assertThat(mirror.get(one.otherPath("group")).status()).isEqualTo(200);
      assertThat(getOther(mirror, other.otherPath("group")).status()).isEqualTo(200);
      awaitOther(mirror, other.otherPath("group"));
      mirror.awaitStored(one.otherPath("group"));
      byte[] next = "<comps>next</comps>".getBytes(StandardCharsets.UTF_8);
      one.other("group", next).add("p/b.rpm", ANOTHER).publish();
      other.other("group", next).add("q/b.rpm", ANOTHER).publish();
      mirror.get("repodata/repomd.xml", "Cache-Control: no-cache");
      log.await("repo: generation 2 is live");
      await()
          .until(
              () -> {
                getOther(mirror, "repodata/repomd.xml", "Cache-Control: no-cache");
                return log.all().stream()
                    .anyMatch(line -> line.contains("other: generation 2 is live"));
              });
      assertThat(second.requests("/" + other.otherPath("group"))).isEmpty();
      assertIs(getOther(mirror, other.otherPath("group")), next);
    }
  }

  @Test
  void whatIsHereUnderAnotherNameIsFetchedAheadWithoutUpstreamAndBudget() throws IOException {
    one.add("p/b.rpm", ANOTHER);
    try (RunningMirror mirror =
        setup()
            .main("prefetch_budget = 1")
            .demand((repo, name, arch, now) -> name.equals("b") ? 50 : 0)
            .start()) {
      know(mirror);
      assertIs(mirror.get("p/b.rpm"), ANOTHER);
      mirror.awaitStored("p/b.rpm");
      other.add("q/b.rpm", ANOTHER).publish();
      await()
          .until(
              () -> {
                getOther(mirror, "repodata/repomd.xml", "Cache-Control: no-cache");
                return log.all().stream()
                    .anyMatch(line -> line.contains("other: generation 2 is live"));
              });
      awaitOther(mirror, "q/b.rpm");
      assertThat(second.requests("/q/b.rpm")).isEmpty();
      assertThat(mirror.request("GET", "/api/v1/prefetch").text()).contains("\"spent\":0");
    }
  }

  @Test
  void afterARestartTheOtherNameIsStillKnown(@TempDir Path folder) throws IOException {
    try (RunningMirror mirror = setup().folder(folder).start()) {
      know(mirror);
      assertIs(mirror.get("p/a.rpm"), PACKAGE);
      mirror.awaitStored("p/a.rpm");
    }
    try (RunningMirror mirror = setup().folder(folder).start()) {
      assertThat(getOther(mirror, "q/a.rpm").header("Cache-Status")).contains(HIT);
      assertThat(second.requests("/q/a.rpm")).isEmpty();
    }
  }

  @Test
  void theOtherNamesAreToldToWhoMayKnowOfThem() throws IOException {
    try (RunningMirror mirror = mirror()) {
      assertIs(mirror.get("p/a.rpm"), PACKAGE);
      mirror.awaitStored("p/a.rpm");
      RawResponse before = mirror.request("GET", "/api/v1/explain?url=other/q/a.rpm");
      assertThat(before.text())
          .contains("\"action\":\"link\"")
          .contains("{\"repo\":\"repo\",\"path\":\"p/a.rpm\",\"stored\":true}");
      assertThat(Files.exists(other(mirror, "q/a.rpm"))).isFalse();
      assertIs(getOther(mirror, "q/a.rpm"), PACKAGE);
      assertThat(mirror.request("GET", "/metrics").text())
          .contains("instantmirror_shared_files_total 1.0")
          .contains("instantmirror_shared_bytes_total 600000.0")
          .contains("instantmirror_shared_copied_bytes_total 0.0");
    }
  }

  @Test
  void aNameWhoseUpstreamDoesNotAnswerIsNotWaitedForLong() throws IOException {
    Gate never = new Gate();
    try (RunningMirror mirror = mirror()) {
      first.file("/p/a.rpm", PACKAGE).next(Behaviour.proper().headGated(never));
      try (TailingClient leader = TailingClient.askFor(mirror, "/mirror/repo/p/a.rpm")) {
        first.awaitRequests("/p/a.rpm", 1);
        assertIs(getOther(mirror, "q/a.rpm"), PACKAGE);
        assertThat(second.requests("/q/a.rpm")).hasSize(1);
        never.releaseAll();
        assertThat(leader.head().status()).isEqualTo(200);
      }
    }
  }

  @Test
  void whatIsFetchedAheadIsUrgentWhenAClientWantsItByAnotherName() throws IOException {
    Gate gate = new Gate();
    try (RunningMirror mirror =
        setup().demand((repo, name, arch, now) -> name.equals("b") ? 50 : 0).start()) {
      know(mirror);
      other.add("q/b.rpm", ANOTHER).publish();
      one.add("p/b.rpm", ANOTHER).publish();
      first.file("/p/b.rpm", ANOTHER).next(Behaviour.proper().gated(gate));
      await()
          .until(
              () -> {
                mirror.get("repodata/repomd.xml", "Cache-Control: no-cache");
                return !first.requests("/p/b.rpm").isEmpty();
              });
      assertThat(downloads(mirror)).contains("\"class\":\"ahead\"");
      gate.release(100_000);
      await()
          .until(
              () -> {
                getOther(mirror, "repodata/repomd.xml", "Cache-Control: no-cache");
                return log.all().stream()
                    .anyMatch(line -> line.contains("other: generation 2 is live"));
              });
      try (TailingClient follower = TailingClient.askFor(mirror, "/mirror/other/q/b.rpm")) {
        assertThat(follower.head().field("cache-status")).contains("detail=same-content");
        assertThat(downloads(mirror)).doesNotContain("\"class\":\"ahead\"");
        gate.releaseAll();
        follower.readTo(ANOTHER.length);
        assertThat(follower.body()).isEqualTo(ANOTHER);
      }
      assertThat(second.requests("/q/b.rpm")).isEmpty();
    }
  }

  @Test
  void whoLeavesBeforeTheFirstByteChangesNothingForTheOtherName() throws IOException {
    Gate gate = new Gate();
    try (RunningMirror mirror = setup().main("abandoned_limit = 1k").start()) {
      know(mirror);
      first.file("/p/a.rpm", PACKAGE).next(Behaviour.proper().headGated(gate));
      try (TailingClient leader = TailingClient.askFor(mirror, "/mirror/repo/p/a.rpm")) {
        first.awaitRequests("/p/a.rpm", 1);
        TailingClient leaving = TailingClient.askFor(mirror, "/mirror/other/q/a.rpm");
        await().until(() -> downloads(mirror).contains("q/a.rpm"));
        leaving.close();
        gate.releaseAll();
        leader.head();
        leader.readTo(PACKAGE.length);
        assertThat(leader.body()).isEqualTo(PACKAGE);
      }
      assertThat(mirror.awaitStored("p/a.rpm")).isEqualTo(PACKAGE);
      await().until(() -> !downloads(mirror).contains("a.rpm"));
      assertIs(getOther(mirror, "q/a.rpm"), PACKAGE);
      assertThat(second.requests("/q/a.rpm")).isEmpty();
    }
  }

  @Test
  void whenAllLeaveInTheMiddleTheDownloadIsGivenUpAndGoneOnWithLater() throws IOException {
    Gate gate = new Gate();
    try (RunningMirror mirror = setup().main("abandoned_limit = 1k").start()) {
      know(mirror);
      first
          .file("/p/a.rpm", PACKAGE)
          .lastModified(Instant.parse("2026-01-01T00:00:00Z"))
          .next(Behaviour.proper().gated(gate));
      TailingClient leader = TailingClient.askFor(mirror, "/mirror/repo/p/a.rpm");
      TailingClient follower = TailingClient.askFor(mirror, "/mirror/other/q/a.rpm");
      gate.release(100_000);
      leader.head();
      leader.readTo(60_000);
      follower.head();
      follower.readTo(60_000);
      leader.close();
      follower.close();
      // The mirror finds out when it writes.
      gate.release(100_000);
      await().until(() -> !downloads(mirror).contains("a.rpm"));
      gate.releaseAll();
      assertIs(getOther(mirror, "q/a.rpm"), PACKAGE);
    }
  }

  private static String downloads(RunningMirror mirror) {
    return mirror.request("GET", "/api/v1/downloads").text();
  }
}
