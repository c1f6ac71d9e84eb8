package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawClient;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The line that a request leaves in the log, and the one that a download does. */
class RequestLogTest {

  private final Lines lines = new Lines();
  private FakeUpstream upstream;
  private RunningMirror mirror;

  /** Collects what is logged; unlike the library's list it may be read at the same time. */
  private static final class Lines extends AppenderBase<ILoggingEvent> {
    private final List<String> all = new CopyOnWriteArrayList<>();

    @Override
    protected void append(ILoggingEvent event) {
      all.add(event.getFormattedMessage());
    }

    String await(String part) {
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> all.stream().anyMatch(line -> line.contains(part)));
      return all.stream().filter(line -> line.contains(part)).findFirst().orElseThrow();
    }
  }

  private static List<Logger> loggers() {
    return List.of(
        (Logger) LoggerFactory.getLogger("org.instantmirror.access"),
        (Logger) LoggerFactory.getLogger("org.instantmirror.download"));
  }

  @BeforeEach
  void start() {
    upstream = FakeUpstream.start();
    mirror = RunningMirror.setup().repo(upstream, "retries = 1").start();
    lines.start();
    loggers().forEach(logger -> logger.addAppender(lines));
  }

  @AfterEach
  void stop() {
    loggers().forEach(logger -> logger.detachAppender(lines));
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
  void eachRequestIsOneLineOnly() {
    upstream.file("/a.rpm", Packages.rpm(20_000, 1)).etag("\"1\"");
    mirror.get("a.rpm");
    mirror.get("page.txt");
    mirror.request("PUT", "/mirror/repo/a.rpm");
    mirror.request("GET", "/mirror/nosuch/a.rpm");
    mirror.request("GET", "/mirror/repo/..;/x");
    mirror.request("HEAD", "/last");
    lines.await("HEAD /last 404");
    lines.await("GET /mirror/repo/a.rpm 200");
    assertThat(lines.all.stream().filter(line -> line.startsWith("127.0.0.1 "))).hasSize(6);
    assertThat(lines.await("GET /mirror/repo/page.txt 404"))
        .contains("\"InstantMirror; fwd=bypass\" " + upstream.hostPort());
    assertThat(lines.await("PUT /mirror/repo/a.rpm 405")).contains("\"-\" -");
  }

  @Test
  void aBrokenTransferSaysSo() {
    upstream.file("/cut.txt", new byte[500_000]).always(Behaviour.proper().cutAfter(200_000));
    mirror.get("cut.txt");
    assertThat(lines.await("GET /mirror/repo/cut.txt"))
        .contains(" 200 200000 ")
        .endsWith(" broken");
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
  void aDownloadThatFailsIsOneLineToo() {
    upstream
        .file("/cut.rpm", Packages.rpm(20_000, 1))
        .always(Behaviour.proper().cutAfter(10_000).withoutHeader("ETag"));
    mirror.get("cut.rpm");
    assertThat(lines.await("not stored"))
        .startsWith("repo/cut.rpm: not stored (upstream), 10000 bytes in ")
        .contains("1 failed tries, 1 clients");
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> assertThat(lines.all.stream().filter(l -> l.contains("bytes in"))).hasSize(1));
  }
}
