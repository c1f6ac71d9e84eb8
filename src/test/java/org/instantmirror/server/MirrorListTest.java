package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instantmirror.server.Mirrored.PACKAGE_EXPIRE;
import static org.instantmirror.server.Mirrored.START;
import static org.instantmirror.server.Mirrored.V1;
import static org.instantmirror.server.Mirrored.assertWhole;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.EndedDownloads;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.LogLines;
import org.instantmirror.testing.MutableClock;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Upstreams that a mirrorlist names: fetched, kept, refreshed, asked one after the other. */
class MirrorListTest {

  private static final byte[] RPM = Packages.rpm(200_000, 1);

  private final FakeUpstream lists = FakeUpstream.start();
  private final List<FakeUpstream> mirrors = new ArrayList<>();
  private final MutableClock clock = new MutableClock(START);
  private final EndedDownloads ended = new EndedDownloads();
  private final LogLines log = new LogLines("org.instantmirror.upstream.lists");
  private final Path folder;
  private RunningMirror mirror;

  MirrorListTest(@TempDir Path folder) {
    this.folder = folder;
    for (int i = 0; i < 2; i++) {
      mirrors.add(FakeUpstream.start());
    }
    publishList(0, 1);
    mirror = start("mirrorlist=" + lists.origin() + "/list");
  }

  private RunningMirror start(String... lines) {
    return RunningMirror.setup()
        .section("[repo]\n" + String.join("\n", lines))
        .section("retries = 1\ntimeout = 1\nconnect_timeout = 1")
        .clock(clock)
        .folder(folder)
        .start();
  }

  private void restart(String... lines) {
    mirror.close();
    mirror = start(lines);
  }

  @AfterEach
  void close() {
    mirror.close();
    mirrors.forEach(FakeUpstream::close);
    lists.close();
    ended.close();
    log.close();
  }

  private FakeUpstream up(int number) {
    return mirrors.get(number);
  }

  private void publishList(int... numbers) {
    StringBuilder text = new StringBuilder("# a list\nrsync://skipped.example/x/\n");
    for (int number : numbers) {
      text.append(up(number).origin()).append("/x/\n");
    }
    lists.file("/list", Mirrored.text(text.toString()));
  }

  private void publish(String path) {
    mirrors.forEach(
        each -> each.file("/x/" + path, RPM).lastModified(V1).etag("\"" + each.port() + "\""));
  }

  private void fetch(String path) {
    int before = ended.of("repo/" + path);
    assertWhole(mirror.get(path), RPM);
    ended.await("repo/" + path, before + 1);
  }

  @Test
  void theFirstRequestWaitsForTheListAndTheFirstMirrorIsAsked() {
    assertThat(lists.requests()).as("before a client asks").isEmpty();
    publish("a.rpm");
    publish("b.rpm");
    fetch("a.rpm");
    fetch("b.rpm");
    assertThat(lists.requests("/list")).hasSize(1);
    assertThat(up(0).requests()).hasSize(2);
    assertThat(up(1).requests()).isEmpty();
  }

  @Test
  void aBrokenTransferResumesOnTheNextMirrorInMidFile() {
    publish("a.rpm");
    up(0).file("/x/a.rpm", RPM).lastModified(V1).always(Behaviour.proper().cutAfter(150_000));
    fetch("a.rpm");
    assertThat(up(1).requests("/x/a.rpm").get(0).header("Range")).contains("bytes=150000-");
    assertThat(up(1).bytesSent("/x/a.rpm")).isEqualTo(50_000);
  }

  @Test
  void aPackageThatFailsOnOneIsFetchedFromTheNextWhichIsPreferredThen() {
    publish("a.rpm");
    publish("b.rpm");
    up(0).file("/x/a.rpm", RPM).always(Behaviour.html());
    fetch("a.rpm");
    fetch("b.rpm");
    assertThat(up(0).requests("/x/b.rpm")).isEmpty();
    assertThat(up(1).requests("/x/b.rpm")).hasSize(1);
  }

  @Test
  void aMirrorThatDiesIsPassedOver() {
    publish("a.rpm");
    publish("b.rpm");
    up(0).stop();
    fetch("a.rpm");
    clock.advance(Duration.ofSeconds(6));
    up(0).restart();
    fetch("b.rpm");
    assertThat(up(0).requests()).as("its failure counts after its rest, too").isEmpty();
  }

  @Test
  void baseUrlsComeFirstAndTheListIsFetchedWhenTheyFail() {
    try (FakeUpstream base = FakeUpstream.start()) {
      restart("baseurl=" + base.origin() + "/x/", "mirrorlist=" + lists.origin() + "/list");
      publish("b.rpm");
      base.file("/x/a.rpm", RPM).lastModified(V1);
      fetch("a.rpm");
      base.file("/x/index.html", RPM);
      assertWhole(mirror.get("index.html"), RPM);
      assertThat(lists.requests()).isEmpty();
      fetch("b.rpm");
      assertThat(base.requests("/x/b.rpm")).hasSize(1);
      assertThat(up(0).requests("/x/b.rpm")).hasSize(1);
    }
  }

  @Test
  void aHeadIsAskedOfTheListsMirrorsToo() {
    publish("a.rpm");
    up(0).remove("/x/a.rpm");
    assertThat(mirror.request("HEAD", "/mirror/repo/a.rpm").status()).isEqualTo(200);
    assertThat(up(1).requests("/x/a.rpm").get(0).method()).isEqualTo("HEAD");
  }

  @Test
  void whatIsPassedThroughComesFromThemToo() {
    mirrors.forEach(each -> each.file("/x/index.html", RPM));
    up(0).stop();
    assertWhole(mirror.get("index.html"), RPM);
  }

  @Test
  void anExpiredListIsUsedWhileItIsFetchedAgain() {
    publish("a.rpm");
    publish("b.rpm");
    publish("c.rpm");
    fetch("a.rpm");
    clock.advance(Duration.ofHours(1));
    publishList(1);
    fetch("b.rpm");
    assertThat(up(0).requests("/x/b.rpm")).hasSize(1);
    log.await("repo 'repo': mirrorlist " + lists.origin() + "/list: 1 mirrors");
    fetch("c.rpm");
    assertThat(up(0).requests("/x/c.rpm")).isEmpty();
  }

  @Test
  void theListIsUsedWhileItsServerIsDownAlsoAfterARestart() {
    publish("a.rpm");
    publish("b.rpm");
    fetch("a.rpm");
    restart("mirrorlist=" + lists.origin() + "/list");
    clock.advance(Duration.ofMinutes(90));
    lists.file("/list", RPM).always(Behaviour.status(503));
    fetch("b.rpm");
    log.await(
        "repo 'repo': mirrorlist "
            + lists.origin()
            + "/list answered 503; using the cached list of 2 mirrors from 90 min ago");
  }

  @Test
  void withoutAListTheAnswerSaysWhyAndTheListIsAskedForAgain() {
    publish("a.rpm");
    lists.file("/list", RPM).always(Behaviour.status(503));
    RawResponse refused = mirror.get("a.rpm");
    assertThat(refused.status()).isEqualTo(502);
    assertThat(refused.text()).contains("mirrorlist " + lists.origin() + "/list: answered 503");
    assertThat(mirror.get("a.rpm").status()).as("while it rests").isEqualTo(502);
    assertThat(lists.requests()).hasSize(1);
    clock.advance(Duration.ofSeconds(1));
    publishList(0);
    fetch("a.rpm");
  }

  @Test
  void anErrorPageInPlaceOfAListIsNone() {
    lists.file("/list", Mirrored.text("<html>no such repository</html>"));
    RawResponse refused = mirror.get("a.rpm");
    assertThat(refused.status()).isEqualTo(502);
    assertThat(refused.text()).contains("it holds no URL");
  }

  @Test
  void eachReleaseHasItsOwnList() {
    restart("mirrorlist=" + lists.origin() + "/list/$releasever");
    lists.file("/list/8", Mirrored.text(up(0).origin() + "/x/8/"));
    lists.file("/list/9", Mirrored.text(up(1).origin() + "/x/9/$basearch/"));
    publish("8/a.rpm");
    publish("9/x86_64/a.rpm");
    fetch("8/a.rpm");
    fetch("9/x86_64/a.rpm");
    assertThat(up(0).requests()).extracting(r -> r.path()).containsExactly("/x/8/a.rpm");
    assertThat(up(1).requests()).extracting(r -> r.path()).containsExactly("/x/9/x86_64/a.rpm");
    assertThat(mirror.get("..%2fx/a.rpm").status()).isBetween(400, 404);
    assertThat(lists.requests()).hasSize(2);
  }

  @Test
  void aCopyIsDroppedWhenFiveMirrorsSayThatItIsGoneAndNoMoreAreAsked() {
    while (mirrors.size() < 7) {
      mirrors.add(FakeUpstream.start());
    }
    publishList(0, 1, 2, 3, 4, 5, 6);
    publish("a.rpm");
    fetch("a.rpm");
    clock.advance(PACKAGE_EXPIRE);
    mirrors.forEach(each -> each.remove("/x/a.rpm"));
    assertThat(mirror.get("a.rpm").status()).isEqualTo(404);
    assertThat(mirror.stored("a.rpm")).doesNotExist();
    assertThat(mirrors.stream().map(each -> each.requests().size()).collect(Collectors.toList()))
        .as("the first one brought it")
        .containsExactly(2, 1, 1, 1, 1, 0, 0);
  }

  @Test
  void aCopyStaysWhileNoMirrorCanBeReached() {
    publish("a.rpm");
    fetch("a.rpm");
    clock.advance(PACKAGE_EXPIRE);
    mirrors.forEach(FakeUpstream::stop);
    assertWhole(mirror.get("a.rpm"), RPM);
  }
}
