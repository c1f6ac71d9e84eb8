package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.Future;
import org.instantmirror.store.FaultyDisk;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.ConcurrentClients;
import org.instantmirror.testing.FakeFile;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.LogLines;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RecordedRequest;
import org.instantmirror.testing.RunningMirror;
import org.instantmirror.testing.TailingClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The disk fails: nobody gets wrong bytes, and everybody who can be served is. */
class DiskFaultTest {

  private static final Instant LONG_AGO = Instant.parse("2026-01-01T00:00:00Z");
  private static final int SIZE = 400_000;
  private static final byte[] RPM = Packages.rpm(SIZE, 51);
  private static final String NO_SPACE = "No space left on device";

  private FakeUpstream upstream;
  private FakeFile file;
  private FaultyDisk disk;
  private Gate gate;
  private RunningMirror mirror;

  @BeforeEach
  void start() {
    upstream = FakeUpstream.start();
    file = upstream.file("/a.rpm", RPM);
    upstream.file("/c.rpm", RPM);
    disk = new FaultyDisk();
    gate = new Gate();
    mirror = RunningMirror.setup().repo(upstream, "timeout = 5").store(disk::open).start();
  }

  @AfterEach
  void stop() {
    gate.releaseAll();
    mirror.close();
    upstream.close();
  }

  private String ready() {
    RawResponse response = mirror.request("GET", "/health/ready");
    assertThat(response.status()).isEqualTo(200);
    return response.text();
  }

  private void assertPassedThrough(String path, byte[] content) {
    RawResponse response = mirror.get(path);
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.complete()).isTrue();
    assertThat(response.body()).isEqualTo(content);
    assertThat(response.header("Cache-Status"))
        .isEqualTo("InstantMirror; fwd=uri-miss; detail=not-storable");
  }

  private void assertStoredNow(String path, byte[] content) throws Exception {
    assertThat(mirror.get(path).body()).isEqualTo(content);
    assertThat(mirror.awaitStored(path)).isEqualTo(content);
  }

  /** A client has the beginning, then the disk is full, then upstream goes on. */
  private TailingClient fillDiskInMidDownload() throws Exception {
    file.next(Behaviour.proper().gated(gate));
    TailingClient client = TailingClient.ask(mirror, "a.rpm");
    gate.release(10_000);
    assertThat(client.head().status()).isEqualTo(200);
    client.readTo(10_000);
    disk.fullAfter(50_000);
    gate.releaseAll();
    return client;
  }

  @Test
  void clientsGoOnByARangedRequestWhenTheDiskIsFull() throws Exception {
    file.lastModified(LONG_AGO).etag("\"1\"");
    try (TailingClient client = fillDiskInMidDownload()) {
      client.readTo(SIZE);
      assertThat(client.body()).isEqualTo(RPM);
    }
    RecordedRequest rest = upstream.requests("/a.rpm").get(1);
    assertThat(rest.header("Range").orElse("")).matches("bytes=[1-9]\\d{4,}-");
    assertThat(rest.header("If-Range")).contains("Thu, 01 Jan 2026 00:00:00 GMT");
    assertThat(mirror.stored("a.rpm")).doesNotExist();
  }

  @Test
  void clientsGoOnByTheirOnlyUpstreamsEntityTag() throws Exception {
    file.etag("\"1\"");
    try (TailingClient client = fillDiskInMidDownload()) {
      client.readTo(SIZE);
      assertThat(client.body()).isEqualTo(RPM);
    }
    assertThat(upstream.requests("/a.rpm").get(1).header("If-Range")).contains("\"1\"");
  }

  @Test
  void clientsWithBytesOfAnUnidentifiedFileAreBrokenOff() throws Exception {
    file.etag("W/\"1\"");
    try (TailingClient client = fillDiskInMidDownload()) {
      client.readTo(SIZE);
      assertThat(client.body()).hasSizeLessThan(SIZE);
      assertThat(client.hasBeginningOf(RPM, 10_000)).isTrue();
    }
  }

  @Test
  void clientsAreBrokenOffWhereUpstreamHasAnotherFileMeanwhile() throws Exception {
    file.etag("\"1\"");
    file.next(Behaviour.proper().gated(gate));
    try (TailingClient client = TailingClient.ask(mirror, "a.rpm")) {
      gate.release(10_000);
      assertThat(client.head().status()).isEqualTo(200);
      client.readTo(10_000);
      file.content(Packages.rpm(SIZE, 52)).etag("\"2\"");
      disk.fullAfter(50_000);
      gate.releaseAll();
      client.readTo(SIZE);
      assertThat(client.body()).hasSizeLessThan(SIZE);
      assertThat(client.hasBeginningOf(RPM, 10_000)).isTrue();
    }
  }

  @Test
  void clientThatWaitsForALaterRangeGetsItOrIsBrokenOff() throws Exception {
    file.next(Behaviour.proper().gated(gate));
    try (TailingClient first = TailingClient.ask(mirror, "a.rpm");
        ConcurrentClients clients = new ConcurrentClients(mirror.port())) {
      gate.release(10_000);
      assertThat(first.head().status()).isEqualTo(200);
      Future<RawResponse> ahead = clients.get("a.rpm", "Range: bytes=300000-");
      disk.fullAfter(50_000);
      gate.releaseAll();
      RawResponse response = ConcurrentClients.of(ahead);
      // Nothing identifies this file: whoever has its head already can't be passed through.
      byte[] part = Arrays.copyOfRange(RPM, 300_000, SIZE);
      assertThat(response.body()).isEqualTo(response.complete() ? part : new byte[0]);
    }
  }

  @Test
  void faultIsShownAndPassesWhenThereIsSpaceAgain() throws Exception {
    file.etag("\"1\"");
    assertThat(ready()).isEqualTo("ready\n");
    fillDiskInMidDownload().close();
    await().until(() -> !ready().equals("ready\n"));
    assertThat(ready()).matches("ready, degraded:\ncannot .+" + NO_SPACE + "\n");
    assertPassedThrough("a.rpm", RPM);

    disk.recover();

    assertThat(ready()).isEqualTo("ready\n");
    assertStoredNow("a.rpm", RPM);
  }

  @Test
  void faultIsLoggedOnceWhenItComesAndOnceWhenItGoes() throws Exception {
    file.etag("\"1\"");
    Gate others = new Gate();
    upstream.file("/b.rpm", RPM).etag("\"1\"").next(Behaviour.proper().gated(others));
    try (LogLines log = new LogLines("org.instantmirror")) {
      try (TailingClient other = TailingClient.ask(mirror, "b.rpm")) {
        others.release(10_000);
        other.head();
        fillDiskInMidDownload().close();
        others.releaseAll();
        other.readTo(SIZE);
        assertThat(other.body()).isEqualTo(RPM);
      }
      String told = log.await("nothing new is stored, requests pass through: ");
      assertThat(told).contains(NO_SPACE);
      for (int i = 0; i < 3; i++) {
        assertPassedThrough("a.rpm", RPM);
        assertThat(ready()).contains(NO_SPACE);
      }
      assertThat(log.all().stream().filter(line -> line.contains(NO_SPACE)))
          .as("only the fault itself, whatever it met")
          .containsExactly(told);

      disk.recover();
      assertThat(ready()).isEqualTo("ready\n");
      assertThat(ready()).isEqualTo("ready\n");
      assertThat(log.all().stream().filter(line -> line.contains("can be written again")))
          .hasSize(1);

      disk.fullAfter(0);
      assertPassedThrough("c.rpm", RPM);
      assertThat(log.troubles().stream().filter(line -> line.contains(NO_SPACE)))
          .as("a new one is news again")
          .hasSize(2);
    }
  }

  @Test
  void diskThatTakesNothingAtAllIsPassedBy() throws Exception {
    disk.failAfter(0, "Read-only file system");
    assertPassedThrough("a.rpm", RPM);
    assertPassedThrough("a.rpm", RPM);
    assertThat(ready()).contains("Read-only file system");
    disk.recover();
    assertStoredNow("a.rpm", RPM);
  }

  @Test
  void belowMinFreeNothingNewIsStoredAndEverythingIsServed() throws Exception {
    byte[] stored = Packages.rpm(20_000, 53);
    upstream.file("/b.rpm", stored);
    assertStoredNow("b.rpm", stored);
    disk.usable(100);
    assertPassedThrough("a.rpm", RPM);
    assertThat(mirror.get("b.rpm").header("Cache-Status")).isEqualTo("InstantMirror; hit");
    assertThat(ready()).contains("min_free");
    disk.recover();
    assertStoredNow("a.rpm", RPM);
  }

  @Test
  void fileThatCanNotBeForcedIsDeliveredAndNotStored() throws Exception {
    disk.failForce("Input/output error");
    RawResponse response = mirror.get("a.rpm");
    assertThat(response.complete()).isTrue();
    assertThat(response.body()).isEqualTo(RPM);
    // It is forced after the client has had its last byte.
    await().until(() -> ready().contains("Input/output error"));
    assertThat(mirror.stored("a.rpm")).doesNotExist();
    disk.recover();
    assertStoredNow("a.rpm", RPM);
  }

  @Test
  void nameThatCollidesWithAFolderOrAFileIsPassedThrough() throws Exception {
    Files.createDirectories(mirror.stored("a.rpm"));
    assertPassedThrough("a.rpm", RPM);
    upstream.file("/file/b.rpm", RPM);
    Files.writeString(mirror.stored("file"), "in the way");
    assertPassedThrough("file/b.rpm", RPM);
    // One name's misfortune is no fault of the disk.
    assertThat(ready()).isEqualTo("ready\n");
    assertThat(mirror.stored("a.rpm")).isDirectory();
    assertThat(mirror.stored("file")).hasContent("in the way");
  }
}
