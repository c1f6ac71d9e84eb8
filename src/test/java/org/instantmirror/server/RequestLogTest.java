package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeFile;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.LogLines;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawClient;
import org.instantmirror.testing.RunningMirror;
import org.instantmirror.testing.TailingClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The line that a request leaves in the log, and the one that a download does. */
class RequestLogTest {

  private FakeUpstream upstream;
  private RunningMirror mirror;
  private LogLines lines;

  @BeforeEach
  void start() {
    upstream = FakeUpstream.start();
    mirror = RunningMirror.setup().repo(upstream, "retries = 1").start();
    lines = new LogLines("org.instantmirror.access", "org.instantmirror.download");
  }

  @AfterEach
  void stop() {
    lines.close();
    mirror.close();
    upstream.close();
  }

  @Test
  void aRequestIsOneLineWithItsParts() {
    upstream.file("/a.rpm", Packages.rpm(20_000, 1)).etag("\"1\"");
    mirror.get("a.rpm");
    assertThat(lines.await("GET /mirror/repo/a.rpm"))
        .matches(
            "127\\.0\\.0\\.1 GET /mirror/repo/a\\.rpm 200 20000 \\d+ ms"
                + " \"InstantMirror; fwd=uri-miss; stored\" "
                + upstream.hostPort());
    Warm.file(mirror, "a.rpm");
    assertThat(lines.await("\"InstantMirror; hit\""))
        .matches(
            "127\\.0\\.0\\.1 GET /mirror/repo/a\\.rpm 200 20000 \\d+ ms"
                + " \"InstantMirror; hit\" -");
  }

  @Test
  void theLineTellsOfAPartAndOfAnErrorToo() {
    upstream.file("/a.rpm", Packages.rpm(20_000, 1)).etag("\"1\"");
    Warm.file(mirror, "a.rpm");
    mirror.get("a.rpm", "Range: bytes=100-199");
    assertThat(lines.await(" 206 "))
        .matches(
            "127\\.0\\.0\\.1 GET /mirror/repo/a\\.rpm 206 100 \\d+ ms"
                + " \"InstantMirror; hit\" -");
    upstream.stop();
    int bytes = mirror.get("b.rpm").body().length;
    assertThat(lines.await(" 502 "))
        .matches(
            "127\\.0\\.0\\.1 GET /mirror/repo/b\\.rpm 502 "
                + bytes
                + " \\d+ ms \"InstantMirror; fwd=uri-miss\" -");
  }

  @Test
  void eachRequestIsOneLineOnly() {
    upstream.file("/a.rpm", Packages.rpm(20_000, 1)).etag("\"1\"");
    mirror.get("a.rpm");
    mirror.get("page.txt");
    mirror.request("PUT", "/mirror/repo/a.rpm");
    mirror.request("GET", "/mirror/nosuch/a.rpm");
    mirror.request("GET", "/mirror/repo/..;/x");
    mirror.request("HEAD", "/last");
    // Lines are written after the answer and by different threads: none follows from another.
    lines.await("GET /mirror/repo/a.rpm 200");
    lines.await("GET /mirror/nosuch/a.rpm 404");
    lines.await("GET /mirror/repo/..;/x ");
    lines.await("HEAD /last 404");
    assertThat(lines.await("GET /mirror/repo/page.txt 404"))
        .contains("\"InstantMirror; fwd=bypass\" " + upstream.hostPort());
    assertThat(lines.await("PUT /mirror/repo/a.rpm 405")).contains("\"-\" -");
    assertThat(lines.all().stream().filter(line -> line.startsWith("127.0.0.1 "))).hasSize(6);
  }

  @Test
  void aBrokenTransferSaysSo() {
    upstream.file("/cut.txt", new byte[500_000]).always(Behaviour.proper().cutAfter(200_000));
    mirror.get("cut.txt");
    assertThat(lines.await("GET /mirror/repo/cut.txt"))
        .matches(
            "127\\.0\\.0\\.1 GET /mirror/repo/cut\\.txt 200 200000 \\d+ ms"
                + " \"InstantMirror; fwd=bypass\" "
                + upstream.hostPort()
                + " broken");
  }

  @Test
  void aClientThatLeavesIsBrokenToo() throws Exception {
    Gate gate = new Gate();
    upstream.file("/left.txt", new byte[50_000_000]).always(Behaviour.proper().gated(gate));
    try (RawClient client = new RawClient(mirror.port(), 4096)) {
      client.send("GET", "/mirror/repo/left.txt");
      gate.release(100);
      client.receiveHead();
    }
    gate.releaseAll();
    assertThat(lines.await("GET /mirror/repo/left.txt")).contains(" 200 ").endsWith(" broken");
  }

  @Test
  void aDownloadsEndIsOneLineWithItsFigures() {
    upstream.file("/a.rpm", Packages.rpm(20_000, 1)).etag("\"1\"");
    mirror.get("a.rpm");
    assertThat(lines.await("repo/a.rpm: stored"))
        .matches(
            "repo/a\\.rpm: stored, 20000 bytes in \\d+\\.\\d{3} s, \\d+\\.\\d\\d MB/s,"
                + " resumed from 0, 0 failed tries, 1 clients, "
                + upstream.uri("/a.rpm"));
  }

  @Test
  void aResumedDownloadsLineTellsFromWhereHowFastAndForHowMany() throws Exception {
    byte[] rpm = Packages.rpm(300_000, 1);
    Gate gate = new Gate();
    upstream
        .file("/a.rpm", rpm)
        .etag("\"1\"")
        .next(Behaviour.proper().cutAfter(100_000))
        .next(Behaviour.proper().gated(gate));
    assertThat(mirror.get("a.rpm").complete()).isFalse();
    lines.await("repo/a.rpm: not stored");
    try (TailingClient first = TailingClient.ask(mirror, "a.rpm")) {
      gate.release(10_000);
      first.head();
      try (TailingClient second = TailingClient.ask(mirror, "a.rpm");
          TailingClient third = TailingClient.ask(mirror, "a.rpm")) {
        second.head();
        third.head();
        gate.releaseAll();
        String line = lines.await("repo/a.rpm: stored");
        Matcher figures =
            Pattern.compile(
                    "repo/a\\.rpm: stored, 300000 bytes in (\\d+\\.\\d{3}) s, (\\d+\\.\\d\\d) MB/s,"
                        + " resumed from 100000, 0 failed tries, 3 clients, "
                        + upstream.uri("/a.rpm"))
                .matcher(line);
        assertThat(figures.matches()).as(line).isTrue();
        double seconds = Double.parseDouble(figures.group(1));
        assertThat(figures.group(2))
            .as("what this transfer brought, over its time: %s", line)
            .isEqualTo(String.format(Locale.ROOT, "%.2f", 200_000 / seconds / 1e6));
      }
    }
  }

  @Test
  void whatCouldNotBeGoneOnWithIsNotTakenForResumed() {
    FakeFile file = upstream.file("/a.rpm", Packages.rpm(300_000, 1)).etag("\"1\"");
    file.next(Behaviour.proper().cutAfter(100_000));
    mirror.get("a.rpm");
    lines.await("repo/a.rpm: not stored");
    file.content(Packages.rpm(300_000, 2)).etag("\"2\"");
    mirror.get("a.rpm");
    assertThat(lines.await("repo/a.rpm: stored")).contains(", resumed from 0, ");
  }

  @Test
  void aDownloadThatFailsIsOneLineToo() {
    upstream
        .file("/cut.rpm", Packages.rpm(20_000, 1))
        .always(Behaviour.proper().cutAfter(10_000).withoutHeader("ETag"));
    mirror.get("cut.rpm");
    assertThat(lines.await("not stored"))
        .matches(
            "repo/cut\\.rpm: not stored \\(upstream\\), 10000 bytes in \\d+\\.\\d{3} s,"
                + " \\d+\\.\\d\\d MB/s, resumed from 0, 1 failed tries, 1 clients, "
                + upstream.uri("/cut.rpm"));
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> assertThat(lines.all().stream().filter(l -> l.contains("bytes in"))).hasSize(1));
  }
}
