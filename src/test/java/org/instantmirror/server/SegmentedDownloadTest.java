package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.instantmirror.store.FaultyDisk;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.LogLines;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.PublishedRepository;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RecordedRequest;
import org.instantmirror.testing.RunningMirror;
import org.instantmirror.testing.TailingClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A large listed package that two mirrors have. */
class SegmentedDownloadTest {

  private static final int MIB = 1 << 20;
  private static final int SIZE = 8 * MIB + 12_345;
  private static final byte[] BIG = Packages.rpm(SIZE, 31);
  private static final String PATH = "/big.rpm";

  private final Gate firstGate = new Gate();
  private final Gate secondGate = new Gate();
  private FakeUpstream first;
  private FakeUpstream second;
  private PublishedRepository repository;
  private LogLines log;

  @BeforeEach
  void start() {
    first = FakeUpstream.start();
    second = FakeUpstream.start();
    log = new LogLines("org.instantmirror.mirror", "org.instantmirror.download");
    repository = new PublishedRepository(first, "/");
    repository.add("big.rpm", BIG).publish();
    second.file(PATH, BIG).etag("\"other\"");
  }

  @AfterEach
  void stop() {
    firstGate.releaseAll();
    secondGate.releaseAll();
    log.close();
    first.close();
    second.close();
  }

  private RunningMirror mirror(String... lines) {
    return mirror(RunningMirror.setup(), List.of(first, second), lines);
  }

  private RunningMirror mirror(
      RunningMirror.Setup setup, List<FakeUpstream> upstreams, String... lines) {
    List<String> all = new ArrayList<>(List.of(lines));
    all.addAll(List.of("segment_min = 1M", "timeout = 30", "minrate = 0", "retries = 1"));
    RunningMirror mirror =
        setup
            .repo(
                "repo",
                upstreams.stream().map(upstream -> upstream.origin() + "/").toList(),
                all.toArray(new String[0]))
            .start();
    assertThat(mirror.get("repodata/repomd.xml").status()).isEqualTo(200);
    log.await("generation 1 is live");
    return mirror;
  }

  private static List<String> ranges(FakeUpstream upstream) {
    return upstream.requests(PATH).stream()
        .map(request -> request.header("Range").orElse("-"))
        .toList();
  }

  /**
   * What is on its way when a segment is shared comes twice; on a busy machine one may be shared at
   * any time.
   */
  private void assertHardlyMoreThanOnce() {
    assertThat(first.bytesSent(PATH) + second.bytesSent(PATH))
        .isBetween((long) SIZE, SIZE * 3L / 2);
  }

  private static String standing(RunningMirror mirror) {
    return mirror.request("GET", "/api/v1/downloads").text();
  }

  private void assertIsRight(RunningMirror mirror, RawResponse answer) throws IOException {
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.complete()).isTrue();
    assertThat(answer.body()).isEqualTo(BIG);
    assertThat(mirror.awaitStored("big.rpm")).isEqualTo(BIG);
  }

  @Test
  void bothMirrorsBringIt() throws IOException {
    first.file(PATH, BIG).etag("\"1\"").always(Behaviour.proper().gated(firstGate));
    try (RunningMirror mirror = mirror();
        TailingClient client = TailingClient.ask(mirror, "big.rpm")) {
      firstGate.release(500_000);
      second.awaitRequests(PATH, 1);
      firstGate.releaseAll();
      assertThat(client.head().status()).isEqualTo(200);
      client.readTo(SIZE);
      assertThat(client.body()).isEqualTo(BIG);
      assertThat(mirror.awaitStored("big.rpm")).isEqualTo(BIG);
      assertThat(ranges(first).get(0)).isEqualTo("bytes=0-1048575");
      assertThat(second.bytesSent(PATH)).isGreaterThan(0);
      assertHardlyMoreThanOnce();
    }
  }

  @Test
  void onlyItsOwnServerIsAskedByValidators() throws IOException {
    first.file(PATH, BIG).etag("\"1\"").always(Behaviour.proper().gated(firstGate));
    try (RunningMirror mirror = mirror();
        TailingClient client = TailingClient.ask(mirror, "big.rpm")) {
      firstGate.release(500_000);
      second.awaitRequests(PATH, 1);
      firstGate.releaseAll();
      client.head();
      client.readTo(SIZE);
      mirror.awaitStored("big.rpm");
      for (RecordedRequest request : second.requests(PATH)) {
        assertThat(request.header("If-Range")).isEmpty();
      }
    }
  }

  @Test
  void readersSeeTheHeadOnly() throws IOException {
    first.file(PATH, BIG).etag("\"1\"").always(Behaviour.proper().gated(firstGate));
    second.file(PATH, BIG).always(Behaviour.proper().gated(secondGate));
    try (RunningMirror mirror = mirror();
        TailingClient client = TailingClient.ask(mirror, "big.rpm")) {
      firstGate.release(500_000);
      second.awaitRequests(PATH, 1);
      secondGate.release(300_000);
      await().until(() -> standing(mirror).contains("\"next\":"));
      await().until(() -> second.bytesSent(PATH) == 300_000);
      client.head();
      client.readTo(500_000);
      String standing = standing(mirror);
      assertThat(standing).contains("\"bytes\":500000");
      assertThat(standing).contains("\"source\":\"" + second.origin() + PATH + "\"");
      firstGate.releaseAll();
      secondGate.releaseAll();
      client.readTo(SIZE);
      assertThat(client.body()).isEqualTo(BIG);
    }
  }

  @Test
  void mirrorThatStandsStillIsTakenOver() throws IOException {
    first.file(PATH, BIG).etag("\"1\"").always(Behaviour.proper().gated(firstGate));
    firstGate.release(300_000);
    try (RunningMirror mirror = mirror()) {
      assertIsRight(mirror, mirror.get("big.rpm"));
      assertThat(first.bytesSent(PATH)).isEqualTo(300_000);
      assertThat(second.bytesSent(PATH)).isEqualTo(SIZE - 300_000);
      log.await("others take over");
    }
  }

  @Test
  void mirrorThatAnswersWithTheWholeLosesItsSegment() throws IOException {
    first.file(PATH, BIG).etag("\"1\"").always(Behaviour.proper().gated(firstGate));
    second.file(PATH, BIG).always(Behaviour.proper().ignoringRange());
    firstGate.release(300_000);
    try (RunningMirror mirror = mirror();
        TailingClient client = TailingClient.ask(mirror, "big.rpm")) {
      log.await("the whole file in place of a part");
      firstGate.releaseAll();
      client.head();
      client.readTo(SIZE);
      assertThat(client.body()).isEqualTo(BIG);
      assertThat(mirror.awaitStored("big.rpm")).isEqualTo(BIG);
      assertThat(second.requests(PATH)).hasSize(1);
      assertThat(first.bytesSent(PATH)).isEqualTo(SIZE);
    }
  }

  @Test
  void mirrorThatLiesAboutItsPartLosesIt() throws IOException {
    first.file(PATH, BIG).etag("\"1\"").always(Behaviour.proper().gated(firstGate));
    second
        .file(PATH, BIG)
        .always(Behaviour.proper().header("Content-Range", "bytes 0-1048575/" + SIZE));
    firstGate.release(300_000);
    try (RunningMirror mirror = mirror();
        TailingClient client = TailingClient.ask(mirror, "big.rpm")) {
      log.await("another part than was asked for");
      firstGate.releaseAll();
      client.head();
      client.readTo(SIZE);
      assertThat(client.body()).isEqualTo(BIG);
      assertThat(mirror.awaitStored("big.rpm")).isEqualTo(BIG);
    }
  }

  @Test
  void brokenSegmentIsGoneOnWithWhereItBroke() throws IOException {
    first.file(PATH, BIG).etag("\"1\"").always(Behaviour.proper().gated(firstGate));
    second.file(PATH, BIG).next(Behaviour.proper().cutAfter(200_000));
    firstGate.release(300_000);
    try (RunningMirror mirror = mirror();
        TailingClient client = TailingClient.ask(mirror, "big.rpm")) {
      log.await("segment 1048576-");
      firstGate.releaseAll();
      client.head();
      client.readTo(SIZE);
      assertThat(client.body()).isEqualTo(BIG);
      assertThat(mirror.awaitStored("big.rpm")).isEqualTo(BIG);
      assertHardlyMoreThanOnce();
    }
  }

  @Test
  void firstMirrorMayBreakToo() throws IOException {
    first.file(PATH, BIG).etag("\"1\"").next(Behaviour.proper().cutAfter(200_000));
    try (RunningMirror mirror = mirror()) {
      assertIsRight(mirror, mirror.get("big.rpm"));
      assertHardlyMoreThanOnce();
    }
  }

  @Test
  void whoWaitsForAPlaceHasTheDownloadsOwnWhenTheFirstMirrorFails() throws IOException {
    first
        .file(PATH, BIG)
        .etag("\"1\"")
        .next(Behaviour.proper().cutAfter(200_000))
        .always(Behaviour.status(500));
    try (RunningMirror mirror =
        mirror(RunningMirror.setup().main("max_downloads = 1"), List.of(first, second))) {
      assertIsRight(mirror, mirror.get("big.rpm"));
      assertThat(second.bytesSent(PATH)).isEqualTo(SIZE - 200_000);
    }
  }

  @Test
  void firstMirrorMayKnowNoRanges() throws IOException {
    first.file(PATH, BIG).always(Behaviour.proper().ignoringRange());
    try (RunningMirror mirror = mirror()) {
      assertIsRight(mirror, mirror.get("big.rpm"));
      assertThat(first.bytesSent(PATH)).isEqualTo(SIZE);
      assertThat(second.requests(PATH)).isEmpty();
    }
  }

  @Test
  void mirrorWithoutTheFileIsLeftOut() throws IOException {
    second.remove(PATH);
    first.file(PATH, BIG).etag("\"1\"").always(Behaviour.proper().gated(firstGate));
    firstGate.release(300_000);
    try (RunningMirror mirror = mirror();
        TailingClient client = TailingClient.ask(mirror, "big.rpm")) {
      second.awaitRequests(PATH, 1);
      firstGate.releaseAll();
      client.head();
      client.readTo(SIZE);
      assertThat(client.body()).isEqualTo(BIG);
      assertThat(mirror.awaitStored("big.rpm")).isEqualTo(BIG);
      assertThat(second.requests(PATH)).hasSize(1);
    }
  }

  @Test
  void corruptMirrorIsNamedAndTheNextDownloadIsRight() throws IOException {
    byte[] damaged = BIG.clone();
    for (int at = 2 * MIB - 5; at < SIZE; at += 50_000) {
      damaged[at] ^= 1;
    }
    first.file(PATH, BIG).etag("\"1\"").always(Behaviour.proper().gated(firstGate));
    second.file(PATH, damaged);
    firstGate.release(300_000);
    try (RunningMirror mirror = mirror()) {
      try (TailingClient client = TailingClient.ask(mirror, "big.rpm")) {
        second.awaitRequests(PATH, 1);
        await().until(() -> second.bytesSent(PATH) >= MIB);
        firstGate.releaseAll();
        client.head();
        client.readTo(SIZE);
        assertThat(client.body()).hasSizeLessThan(SIZE);
      }
      assertThat(mirror.stored("big.rpm")).doesNotExist();
      log.await(second.origin() + PATH + " sent other bytes");
      int asked = second.requests(PATH).size();
      assertIsRight(mirror, mirror.get("big.rpm"));
      assertThat(second.requests(PATH)).hasSize(asked);
    }
  }

  @Test
  void smallUnlistedAndOtherwiseConfiguredFilesComeFromOne() throws IOException {
    byte[] small = Packages.rpm(MIB - 1, 32);
    byte[] other = Packages.rpm(2 * MIB, 33);
    repository.add("small.rpm", small).publish();
    first.file("/other.rpm", other);
    second.file("/small.rpm", small);
    second.file("/other.rpm", other);
    try (RunningMirror mirror = mirror()) {
      assertThat(mirror.get("small.rpm").body()).isEqualTo(small);
      assertThat(mirror.get("other.rpm").body()).isEqualTo(other);
      for (String path : List.of("/small.rpm", "/other.rpm")) {
        assertThat(first.requests(path)).hasSize(1);
        assertThat(first.requests(path).get(0).header("Range")).isEmpty();
      }
    }
    try (RunningMirror mirror = mirror("segments = 1")) {
      assertIsRight(mirror, mirror.get("big.rpm"));
      assertThat(ranges(first)).containsExactly("-");
    }
  }

  @Test
  void oneMirrorMayHaveSeveralConnections() throws IOException {
    first.file(PATH, BIG).etag("\"1\"").always(Behaviour.proper().gated(firstGate));
    firstGate.release(300_000);
    try (RunningMirror mirror =
            mirror(RunningMirror.setup(), List.of(first), "segments_per_upstream = 3");
        TailingClient client = TailingClient.ask(mirror, "big.rpm")) {
      firstGate.awaitRequests(3);
      firstGate.releaseAll();
      client.head();
      client.readTo(SIZE);
      assertThat(client.body()).isEqualTo(BIG);
      assertThat(mirror.awaitStored("big.rpm")).isEqualTo(BIG);
      assertHardlyMoreThanOnce();
    }
  }

  @Test
  void placesForSegmentsAreThoseThatNobodyElseNeeds() throws IOException {
    first.file(PATH, BIG).etag("\"1\"").always(Behaviour.proper().gated(firstGate));
    second.file(PATH, BIG).always(Behaviour.proper().gated(secondGate));
    byte[] small = Packages.rpm(20_000, 34);
    first.file("/other.rpm", small);
    firstGate.release(300_000);
    try (RunningMirror mirror =
            mirror(RunningMirror.setup().main("max_downloads = 2"), List.of(first, second));
        TailingClient client = TailingClient.ask(mirror, "big.rpm")) {
      secondGate.awaitRequests(1);
      // Both places are taken: the segment gives its own up.
      assertThat(mirror.get("other.rpm").body()).isEqualTo(small);
      assertThat(mirror.request("GET", "/api/v1/queue").text()).contains("\"waiting\":[]");
      firstGate.releaseAll();
      secondGate.releaseAll();
      client.head();
      client.readTo(SIZE);
      assertThat(client.body()).isEqualTo(BIG);
    }
  }

  @Test
  void whatIsHereAheadOfGapsIsNotFetchedAgainAfterARestart(@TempDir Path folder)
      throws IOException {
    first.file(PATH, BIG).etag("\"1\"").always(Behaviour.proper().gated(firstGate));
    second.file(PATH, BIG).always(Behaviour.proper().gated(secondGate));
    firstGate.release(300_000);
    secondGate.release(700_000);
    try (RunningMirror mirror =
            mirror(RunningMirror.setup().folder(folder), List.of(first, second));
        TailingClient client = TailingClient.ask(mirror, "big.rpm")) {
      await().until(() -> second.bytesSent(PATH) == 700_000);
      await()
          .until(
              () ->
                  mirror
                      .request("GET", "/api/v1/downloads")
                      .text()
                      .contains("\"next\":" + (MIB + 700_000)));
      client.head();
    }
    int asked = first.requests(PATH).size();
    int askedOfSecond = second.requests(PATH).size();
    firstGate.releaseAll();
    secondGate.releaseAll();
    try (RunningMirror mirror =
        mirror(RunningMirror.setup().folder(folder), List.of(first, second))) {
      assertIsRight(mirror, mirror.get("big.rpm"));
    }
    List<String> later = new ArrayList<>(ranges(first).subList(asked, ranges(first).size()));
    later.addAll(ranges(second).subList(askedOfSecond, ranges(second).size()));
    assertThat(later).contains("bytes=300000-1048575");
    for (String range : later) {
      long begin = Long.parseLong(range.replaceAll("bytes=(\\d+)-.*", "$1"));
      assertThat(begin == 300_000 || begin >= MIB + 700_000).as(range).isTrue();
    }
  }

  @Test
  void rangesAreReadFromSegmentsThatAreHere() throws IOException {
    first.file(PATH, BIG).etag("\"1\"").always(Behaviour.proper().gated(firstGate));
    second.file(PATH, BIG).always(Behaviour.proper().gated(secondGate));
    firstGate.release(300_000);
    secondGate.release(700_000);
    try (RunningMirror mirror = mirror();
        TailingClient client = TailingClient.ask(mirror, "big.rpm")) {
      await().until(() -> standing(mirror).contains("\"next\":" + (MIB + 700_000)));
      RawResponse part = mirror.get("big.rpm", "Range: bytes=1048576-1748575");
      assertThat(part.status()).isEqualTo(206);
      assertThat(part.body()).isEqualTo(Arrays.copyOfRange(BIG, MIB, MIB + 700_000));
      firstGate.releaseAll();
      secondGate.releaseAll();
      client.head();
      client.readTo(SIZE);
      assertThat(client.body()).isEqualTo(BIG);
      assertHardlyMoreThanOnce();
    }
  }

  @Test
  void fullDiskEndsItAsEver(@TempDir Path folder) throws IOException {
    FaultyDisk disk = new FaultyDisk();
    first.file(PATH, BIG).etag("\"1\"").always(Behaviour.proper().gated(firstGate));
    second.file(PATH, BIG).always(Behaviour.proper().gated(secondGate));
    firstGate.release(300_000);
    try (RunningMirror mirror =
            mirror(RunningMirror.setup().folder(folder).store(disk::open), List.of(first, second));
        TailingClient client = TailingClient.ask(mirror, "big.rpm")) {
      client.head();
      client.readTo(300_000);
      secondGate.awaitRequests(1);
      disk.fullAfter(500_000);
      secondGate.releaseAll();
      firstGate.releaseAll();
      client.readTo(SIZE);
      assertThat(client.hasBeginningOf(BIG, 300_000)).isTrue();
      assertThat(client.body()).hasSizeLessThan(SIZE);
      await().until(() -> standing(mirror).contains("\"count\":0"));
      assertThat(mirror.stored("big.rpm")).doesNotExist();
    }
  }

  @Test
  void reloadIsForTheNextDownload() throws IOException {
    try (RunningMirror mirror = mirror("segments = 1")) {
      Path file = mirror.folder().resolve("repos.d/test.repo");
      Files.writeString(file, Files.readString(file).replace("segments = 1", "segments = 2"));
      assertThat(mirror.request("POST", "/api/v1/reload").status()).isEqualTo(200);
      assertIsRight(mirror, mirror.get("big.rpm"));
      assertThat(ranges(first).get(0)).isEqualTo("bytes=0-1048575");
    }
  }

  @Test
  void bandwidthIsThatOfAllTogether() throws IOException {
    try (RunningMirror mirror =
        mirror(RunningMirror.setup().main("bandwidth = 4M"), List.of(first, second))) {
      long begin = System.nanoTime();
      assertIsRight(mirror, mirror.get("big.rpm"));
      double seconds = (System.nanoTime() - begin) / 1e9;
      assertThat(SIZE / seconds).isLessThan(4.6 * MIB);
    }
  }

  @Test
  void nothingOfItIsLeftOver() throws IOException {
    try (RunningMirror mirror = mirror()) {
      assertIsRight(mirror, mirror.get("big.rpm"));
      await()
          .until(
              () -> {
                try (var files = Files.list(mirror.cacheDir().resolve(".instantmirror/partial"))) {
                  return files.findAny().isEmpty();
                }
              });
      assertThat(standing(mirror)).contains("\"count\":0");
      assertThat(Arrays.equals(Files.readAllBytes(mirror.stored("big.rpm")), BIG)).isTrue();
    }
  }
}
