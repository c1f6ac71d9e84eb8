package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
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

/** Packages whose checksum the repository's metadata gives. */
class ListedPackageTest {

  private static final String HIT = "InstantMirror; hit";
  private static final int HELD_BACK = 64 * 1024;
  private static final byte[] SMALL = Packages.rpm(20_000, 1);
  private static final byte[] BIG = Packages.rpm(400_000, 2);

  private FakeUpstream upstream;
  private FakeUpstream second;
  private PublishedRepository repository;
  private LogLines log;

  @BeforeEach
  void start() {
    upstream = FakeUpstream.start();
    second = FakeUpstream.start();
    log = new LogLines("org.instantmirror.mirror", "org.instantmirror.download");
    repository = new PublishedRepository(upstream, "/");
  }

  @AfterEach
  void stop() {
    log.close();
    upstream.close();
    second.close();
  }

  /** Asks at each request, where repodata doesn't say. */
  private RunningMirror mirror(String... lines) {
    return start(RunningMirror.setup(), lines);
  }

  private RunningMirror start(RunningMirror.Setup setup, String... lines) {
    String[] all = Arrays.copyOf(lines, lines.length + 2);
    all[lines.length] = "package_expire = 0";
    all[lines.length + 1] = "mirror_metadata_expire = 0";
    return setup.repo(upstream, all).start();
  }

  private void know(RunningMirror mirror, int generation) {
    assertThat(mirror.get("repodata/repomd.xml").status()).isEqualTo(200);
    log.await("generation " + generation + " is live");
  }

  private void assertIs(RawResponse response, byte[] expected) {
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.complete()).isTrue();
    assertThat(response.body()).isEqualTo(expected);
  }

  @Test
  void verifiedPackageIsServedWithoutAskingUpstream() throws IOException {
    repository.add("a.rpm", BIG).publish();
    try (RunningMirror mirror = mirror()) {
      know(mirror, 1);
      assertIs(mirror.get("a.rpm"), BIG);
      mirror.awaitStored("a.rpm");
      RawResponse again = mirror.get("a.rpm", "Cache-Control: no-cache");
      assertIs(again, BIG);
      assertThat(again.header("Cache-Status")).contains(HIT);
      assertThat(upstream.requests("/a.rpm")).hasSize(1);
    }
  }

  @Test
  void packageThatNobodyListsIsAskedFor() throws IOException {
    repository.add("a.rpm", SMALL).publish();
    upstream.file("/other.rpm", SMALL).etag("\"1\"");
    try (RunningMirror mirror = mirror()) {
      know(mirror, 1);
      assertIs(mirror.get("other.rpm"), SMALL);
      mirror.awaitStored("other.rpm");
      assertIs(mirror.get("other.rpm"), SMALL);
      assertThat(upstream.requests("/other.rpm")).hasSize(2);
    }
  }

  @Test
  void whatIsListedIsAskedForWhereRepodataIsNotTrusted() throws IOException {
    repository.add("a.rpm", SMALL).publish();
    try (RunningMirror mirror = mirror("trust_repodata = no")) {
      assertThat(mirror.get("repodata/repomd.xml").status()).isEqualTo(200);
      assertIs(mirror.get("a.rpm"), SMALL);
      mirror.awaitStored("a.rpm");
      assertIs(mirror.get("a.rpm"), SMALL);
      assertThat(upstream.requests("/a.rpm")).hasSize(2);
    }
  }

  @Test
  void packageSignedAgainUnderItsNameIsReplaced() throws IOException {
    repository.add("a.rpm", SMALL).publish();
    try (RunningMirror mirror = mirror()) {
      know(mirror, 1);
      assertIs(mirror.get("a.rpm"), SMALL);
      mirror.awaitStored("a.rpm");
      byte[] signedAgain = Packages.rpm(SMALL.length, 3);
      repository.add("a.rpm", signedAgain).publish();
      know(mirror, 2);
      assertIs(mirror.get("a.rpm"), signedAgain);
      await().until(() -> Arrays.equals(Files.readAllBytes(mirror.stored("a.rpm")), signedAgain));
      RawResponse hit = mirror.get("a.rpm");
      assertIs(hit, signedAgain);
      assertThat(hit.header("Cache-Status")).contains(HIT);
    }
  }

  @Test
  void fileThatSomebodyPutThereIsHashedOnceAndServed() throws IOException {
    repository.add("a.rpm", BIG).publish();
    try (RunningMirror mirror = mirror()) {
      know(mirror, 1);
      Files.write(mirror.stored("a.rpm"), BIG);
      for (int i = 0; i < 2; i++) {
        RawResponse response = mirror.get("a.rpm");
        assertIs(response, BIG);
        assertThat(response.header("Cache-Status")).contains(HIT);
      }
      assertThat(upstream.requests("/a.rpm")).isEmpty();
    }
  }

  @Test
  void wrongFileThatSomebodyPutThereIsReplaced() throws IOException {
    repository.add("a.rpm", SMALL).publish();
    try (RunningMirror mirror = mirror()) {
      know(mirror, 1);
      Files.write(mirror.stored("a.rpm"), Packages.rpm(SMALL.length, 9));
      assertIs(mirror.get("a.rpm"), SMALL);
    }
  }

  @Test
  void corruptPackageIsABrokenTransferAndNotKept() throws Exception {
    repository.add("a.rpm", BIG).publish();
    Gate gate = new Gate();
    upstream.file("/a.rpm", BIG).always(Behaviour.proper().body(damaged(BIG)).gated(gate));
    try (RunningMirror mirror = mirror("retries = 1")) {
      know(mirror, 1);
      try (TailingClient client = TailingClient.ask(mirror, "a.rpm")) {
        gate.release(100_000);
        assertThat(client.head().status()).isEqualTo(200);
        client.readTo(100_000);
        gate.releaseAll();
        client.readTo(BIG.length);
        assertThat(client.body()).hasSizeLessThanOrEqualTo(BIG.length - HELD_BACK);
      }
      assertThat(mirror.stored("a.rpm")).doesNotExist();
      log.await("not the one that repodata lists");
    }
  }

  @Test
  void corruptPackageIsFetchedFromTheNextUpstreamBeforeAnybodyHasAByte() throws IOException {
    repository.add("a.rpm", SMALL).publish();
    upstream.file("/a.rpm", SMALL).always(Behaviour.proper().body(damaged(SMALL)));
    second.file("/a.rpm", SMALL);
    try (RunningMirror mirror = twoUpstreams()) {
      know(mirror, 1);
      assertIs(mirror.get("a.rpm"), SMALL);
      assertThat(mirror.awaitStored("a.rpm")).isEqualTo(SMALL);
    }
  }

  @Test
  void clientThatComesAgainGetsACorruptPackageFromAnotherUpstream() throws Exception {
    repository.add("a.rpm", BIG).publish();
    Gate gate = new Gate();
    upstream.file("/a.rpm", BIG).always(Behaviour.proper().body(damaged(BIG)).gated(gate));
    second.file("/a.rpm", BIG);
    try (RunningMirror mirror = twoUpstreams()) {
      know(mirror, 1);
      try (TailingClient first = TailingClient.ask(mirror, "a.rpm")) {
        gate.release(100_000);
        first.head();
        first.readTo(100_000);
        gate.releaseAll();
        first.readTo(BIG.length);
        assertThat(first.body()).hasSizeLessThanOrEqualTo(BIG.length - HELD_BACK);
      }
      assertIs(mirror.get("a.rpm"), BIG);
      assertThat(upstream.requests("/a.rpm")).hasSize(1);
    }
  }

  private RunningMirror twoUpstreams() {
    return RunningMirror.setup()
        .repo("repo", java.util.List.of(upstream.origin() + "/", second.origin() + "/"))
        .start();
  }

  @Test
  void packageOfAnotherSizeIsRefusedBeforeAByteOfIt() throws IOException {
    repository.list("a.rpm", BIG).publish();
    upstream.file("/a.rpm", SMALL);
    try (RunningMirror mirror = mirror("retries = 1")) {
      know(mirror, 1);
      RawResponse response = mirror.get("a.rpm");
      assertThat(response.status()).isEqualTo(502);
      assertThat(response.text()).contains("the size that repodata lists");
    }
  }

  @Test
  void rangeThatEndsBeforeTheHeldBackBytesDoesNotWaitForThem() throws Exception {
    repository.add("a.rpm", BIG).publish();
    Gate gate = new Gate();
    upstream.file("/a.rpm", BIG).etag("\"1\"").next(Behaviour.proper().gated(gate));
    try (RunningMirror mirror = mirror()) {
      know(mirror, 1);
      try (TailingClient whole = TailingClient.ask(mirror, "a.rpm")) {
        gate.awaitRequest();
        int mostReleased = BIG.length - HELD_BACK;
        gate.release(BIG.length - 1);
        assertThat(whole.head().status()).isEqualTo(200);
        whole.readTo(mostReleased);
        assertThat(whole.hasBeginningOf(BIG, mostReleased)).isTrue();

        RawResponse range = mirror.get("a.rpm", "Range: bytes=0-" + (mostReleased - 1));
        assertThat(range.status()).isEqualTo(206);
        assertThat(range.body()).isEqualTo(Arrays.copyOf(BIG, mostReleased));

        gate.releaseAll();
        whole.readTo(BIG.length);
        assertThat(whole.body()).isEqualTo(BIG);
      }
    }
  }

  @Test
  void rangeFarAheadWaitsForTheHeldBackBytesOnly() throws Exception {
    byte[] huge = Packages.rpm(4_000_000, 5);
    int held = huge.length - HELD_BACK;
    repository.add("a.rpm", huge).publish();
    Gate gate = new Gate();
    upstream.file("/a.rpm", huge).etag("\"1\"").next(Behaviour.proper().gated(gate));
    try (RunningMirror mirror = mirror()) {
      know(mirror, 1);
      try (TailingClient whole = TailingClient.ask(mirror, "a.rpm")) {
        gate.release(100_000);
        assertThat(whole.head().status()).isEqualTo(200);
        try (TailingClient end = TailingClient.ask(mirror, "a.rpm", "Range: bytes=3900000-");
            TailingClient last = TailingClient.ask(mirror, "a.rpm", "Range: bytes=3999000-")) {
          end.head();
          end.readTo(held - 3_900_000);
          assertThat(last.head().status()).isEqualTo(206);
          assertThat(upstream.requests("/a.rpm")).hasSize(2);
          assertThat(upstream.requests("/a.rpm").get(1).header("Range"))
              .contains("bytes=3900000-" + (held - 1));
          gate.releaseAll();
          end.readTo(100_000);
          last.readTo(1000);
          assertThat(end.body()).isEqualTo(Arrays.copyOfRange(huge, 3_900_000, huge.length));
          assertThat(last.body()).isEqualTo(Arrays.copyOfRange(huge, 3_999_000, huge.length));
        }
      }
    }
  }

  @Test
  void corruptDownloadBreaksARangeFarAheadToo() throws Exception {
    byte[] huge = Packages.rpm(4_000_000, 5);
    repository.add("a.rpm", huge).publish();
    Gate fill = new Gate();
    Gate ahead = new Gate();
    upstream
        .file("/a.rpm", damaged(huge))
        .etag("\"1\"")
        .next(Behaviour.proper().gated(fill))
        .next(Behaviour.proper().gated(ahead));
    try (RunningMirror mirror = mirror("retries = 1")) {
      know(mirror, 1);
      try (TailingClient whole = TailingClient.ask(mirror, "a.rpm")) {
        fill.release(100_000);
        assertThat(whole.head().status()).isEqualTo(200);
        try (TailingClient end = TailingClient.ask(mirror, "a.rpm", "Range: bytes=3900000-")) {
          ahead.release(1000);
          end.head();
          end.readTo(1000);
          fill.releaseAll();
          end.readTo(100_000);
          assertThat(end.body()).hasSizeLessThanOrEqualTo(100_000 - HELD_BACK);
        }
      }
    }
  }

  @Test
  void downloadThatIsGoneOnWithAfterARestartIsVerifiedFromItsBeginning() throws Exception {
    java.nio.file.Path folder = Files.createTempDirectory("listed-");
    repository.add("a.rpm", BIG).publish();
    Gate gate = new Gate();
    upstream.file("/a.rpm", BIG).etag("\"1\"").next(Behaviour.proper().gated(gate));
    try (RunningMirror mirror = start(RunningMirror.setup().folder(folder))) {
      know(mirror, 1);
      try (TailingClient client = TailingClient.ask(mirror, "a.rpm")) {
        gate.awaitRequest();
        gate.release(200_000);
        client.head();
        client.readTo(200_000);
      }
    }
    gate.releaseAll();
    try (RunningMirror mirror = start(RunningMirror.setup().folder(folder))) {
      assertIs(mirror.get("a.rpm"), BIG);
      assertThat(upstream.requests("/a.rpm").get(1).header("Range")).isPresent();
      assertThat(mirror.awaitStored("a.rpm")).isEqualTo(BIG);
    } finally {
      try (var files = Files.walk(folder)) {
        for (var file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static byte[] damaged(byte[] bytes) {
    byte[] copy = bytes.clone();
    copy[copy.length / 2] ^= 1;
    return copy;
  }
}
