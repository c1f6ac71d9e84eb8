package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.instantmirror.server.Mirrored.START;
import static org.instantmirror.server.Mirrored.V1;
import static org.instantmirror.server.Mirrored.V2;
import static org.instantmirror.server.Mirrored.assertWhole;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.EndedDownloads;
import org.instantmirror.testing.FakeFile;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.LogLines;
import org.instantmirror.testing.Metalinks;
import org.instantmirror.testing.MutableClock;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Upstreams that a metalink names: only those that have what it lists are asked for metadata. */
class MetalinkTest {

  private static final String REPOMD = "repodata/repomd.xml";
  private static final byte[] OLD = Mirrored.text("<repomd>old</repomd>\n");
  private static final byte[] NEW = Mirrored.text("<repomd>new</repomd>\n");
  private static final byte[] RPM = Packages.rpm(20_000, 1);

  private final FakeUpstream lists = FakeUpstream.start();
  private final FakeUpstream first = FakeUpstream.start();
  private final FakeUpstream second = FakeUpstream.start();
  private final MutableClock clock = new MutableClock(START);
  private final EndedDownloads ended = new EndedDownloads();
  private final LogLines log = new LogLines("org.instantmirror.upstream.lists");
  private final RunningMirror mirror =
      RunningMirror.setup()
          .section("[repo]\nmetalink=" + lists.origin() + "/metalink?repo=x")
          .section("retries = 1\ntimeout = 1\nconnect_timeout = 1")
          .clock(clock)
          .start();

  MetalinkTest() {
    publishMetalink(V2, NEW);
    for (FakeUpstream each : List.of(first, second)) {
      each.file("/" + REPOMD, NEW).lastModified(V2);
      each.file("/repodata/primary.xml", RPM).lastModified(V2);
      each.file("/a.rpm", RPM).lastModified(V1);
    }
  }

  @AfterEach
  void close() {
    mirror.close();
    first.close();
    second.close();
    lists.close();
    ended.close();
    log.close();
  }

  private FakeFile publishMetalink(Instant made, byte[] repomd, byte[]... alternates) {
    List<String> urls =
        List.of("rsync://skipped.example/x/", first.origin() + "/", second.origin() + "/");
    return lists.file("/metalink", Metalinks.of(made, repomd, List.of(alternates), urls));
  }

  private void fetch(String path, byte[] expected) {
    int before = ended.of("repo/" + path);
    assertWhole(mirror.get(path), expected);
    ended.await("repo/" + path, before + 1);
  }

  @Test
  void aMirrorThatLagsIsNotBelievedNorAskedForMetadataButForPackages() {
    first.file("/" + REPOMD, OLD).lastModified(V1);
    fetch(REPOMD, NEW);
    assertThat(first.requests("/" + REPOMD)).hasSize(1);
    fetch("repodata/primary.xml", RPM);
    assertThat(first.requests("/repodata/primary.xml")).as("it lags").isEmpty();
    second.stop();
    fetch("a.rpm", RPM);
    assertThat(first.requests("/a.rpm")).hasSize(1);
  }

  @Test
  void aMirrorWithAnAlternateKeepsUp() {
    publishMetalink(V2, NEW, OLD);
    first.file("/" + REPOMD, OLD).lastModified(V1);
    fetch(REPOMD, OLD);
    fetch("repodata/primary.xml", RPM);
    assertThat(second.requests()).isEmpty();
  }

  @Test
  void whatNoMirrorHasAsListedIsNotServed() {
    first.file("/" + REPOMD, OLD).lastModified(V1);
    second.file("/" + REPOMD, RPM).lastModified(V1);
    assertThat(mirror.get(REPOMD).status()).isEqualTo(502);
    assertThat(mirror.stored(REPOMD)).doesNotExist();
  }

  @Test
  void aMirrorThatIsNewerThanTheListMakesTheListBeFetchedAgain() {
    publishMetalink(V1, OLD);
    first.file("/" + REPOMD, OLD).lastModified(V1);
    second.file("/" + REPOMD, OLD).lastModified(V1);
    fetch(REPOMD, OLD);
    clock.advance(Duration.ofMinutes(2));
    first.file("/" + REPOMD, NEW).lastModified(V2);
    second.file("/" + REPOMD, NEW).lastModified(V2);
    Gate gate = new Gate();
    var unused = publishMetalink(V2, NEW).next(Behaviour.proper().headGated(gate));

    assertThat(mirror.get(REPOMD).body()).as("the list doesn't know it yet").isEqualTo(OLD);

    gate.releaseAll();
    lists.awaitRequests("/metalink", 2);
    await().until(() -> log.all().stream().filter(l -> l.endsWith(": 2 mirrors")).count() == 2);
    clock.advance(Duration.ofMinutes(1));
    fetch(REPOMD, NEW);
  }

  @Test
  void aStoredCopyThatTheListDoesNotNameIsReplacedAlthoughAMirrorSaysThatItHolds() {
    publishMetalink(V1, OLD);
    first.file("/" + REPOMD, OLD).lastModified(V1);
    fetch(REPOMD, OLD);
    publishMetalink(V2, NEW);
    clock.advance(Duration.ofHours(1));
    assertWhole(mirror.get("a.rpm"), RPM);
    lists.awaitRequests("/metalink", 2);
    first.awaitRequests("/" + REPOMD, 2);

    clock.advance(Duration.ofMinutes(1));
    fetch(REPOMD, NEW);
    assertThat(second.requests("/" + REPOMD)).isNotEmpty();
  }

  @Test
  void aMirrorThatLaggedIsAskedAgainAfterAWhile() {
    first.file("/" + REPOMD, OLD).lastModified(V1);
    fetch(REPOMD, NEW);
    first.file("/" + REPOMD, NEW).lastModified(V2);
    clock.advance(Duration.ofMinutes(31));
    second.stop();
    assertWhole(mirror.get("repodata/primary.xml"), RPM);
  }

  @Test
  void aMirrorThatSendsSomethingElseIsNotBelieved() {
    first.file("/" + REPOMD, NEW).always(Behaviour.html());
    fetch(REPOMD, NEW);
  }
}
