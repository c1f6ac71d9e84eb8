package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawClient;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers that can't be the file, or whose end nobody can tell, are never stored. */
class ImplausibleAnswerTest {

  private static final int SIZE = 50_000;
  private static final byte[] RPM = Packages.rpm(SIZE, 41);

  private FakeUpstream upstream;
  private FakeUpstream other;

  @BeforeEach
  void start() {
    upstream = FakeUpstream.start();
    other = FakeUpstream.start();
  }

  @AfterEach
  void stop() {
    upstream.close();
    other.close();
  }

  private RunningMirror oneUpstream() {
    return RunningMirror.setup().repo(upstream, "timeout = 1", "retries = 1").start();
  }

  private static void assertNothingStored(RunningMirror mirror) {
    Path partial = mirror.cacheDir().resolve(".instantmirror/partial");
    await().untilAsserted(() -> assertThat(partial).isEmptyDirectory());
    assertThat(mirror.stored("a.rpm")).doesNotExist();
  }

  static Stream<Named<Behaviour>> noPackages() {
    byte[] noPackage = RPM.clone();
    noPackage[0] = 'P';
    return Stream.of(
        Named.of("a web page", Behaviour.html()),
        Named.of("an empty body", Behaviour.empty()),
        Named.of("an empty body, chunked", Behaviour.empty().chunked()),
        Named.of("an empty body, ended by closing", Behaviour.empty().untilClose()),
        Named.of("two bytes", Behaviour.proper().body(new byte[] {(byte) 0xED, (byte) 0xAB})),
        Named.of("other magic", Behaviour.proper().body(noPackage)),
        Named.of("gzip", Behaviour.proper().header("Content-Encoding", "gzip")),
        Named.of("204", Behaviour.status(204)),
        Named.of("206", Behaviour.partial(RPM, 0, SIZE - 1)),
        Named.of("304", Behaviour.status(304)));
  }

  static Stream<Named<Behaviour>> ambiguousFramings() {
    return Stream.of(
        Named.of("two lengths", Behaviour.proper().contentLength("100", "50000")),
        Named.of("a list of lengths", Behaviour.proper().contentLength("100, 50000")),
        Named.of("a negative length", Behaviour.proper().contentLength("-1")),
        Named.of("a huge length", Behaviour.proper().contentLength("9000000000000000000")),
        Named.of("a length of words", Behaviour.proper().contentLength("many")),
        Named.of(
            "an unknown coding",
            Behaviour.proper()
                .withoutHeader("Content-Length")
                .header("Transfer-Encoding", "gzip")
                .closing()),
        Named.of(
            "length and chunks",
            Behaviour.proper().chunked().addHeader("Content-Length", "50000").closing()));
  }

  @ParameterizedTest
  @MethodSource({"noPackages", "ambiguousFramings"})
  void onlyUpstreamsUselessAnswerIsABadGateway(Behaviour useless) throws Exception {
    upstream.file("/a.rpm", RPM).etag("\"1\"").next(useless);
    try (RunningMirror mirror = oneUpstream()) {
      assertThat(mirror.get("a.rpm").status()).isEqualTo(502);
      assertNothingStored(mirror);
      RawResponse next = mirror.get("a.rpm");
      assertThat(next.status()).isEqualTo(200);
      assertThat(next.body()).isEqualTo(RPM);
    }
  }

  @ParameterizedTest
  @MethodSource({"noPackages", "ambiguousFramings"})
  void nextUpstreamIsAskedAndNoClientNotices(Behaviour useless) throws Exception {
    upstream.file("/a.rpm", RPM).always(useless);
    other.file("/a.rpm", RPM).etag("\"1\"");
    try (RunningMirror mirror =
        RunningMirror.setup()
            .repo("repo", List.of(upstream.origin() + "/", other.origin() + "/"), "retries = 1")
            .start()) {
      RawResponse response = mirror.get("a.rpm");
      assertThat(response.status()).isEqualTo(200);
      assertThat(response.body()).isEqualTo(RPM);
      assertThat(mirror.awaitStored("a.rpm")).isEqualTo(RPM);
    }
  }

  @ParameterizedTest
  @MethodSource("webPages")
  void webPageInPlaceOfMetadataLeavesTheStoredCopy(Behaviour page) throws Exception {
    byte[] repomd = "<?xml version=\"1.0\"?><repomd/>".getBytes(StandardCharsets.UTF_8);
    upstream
        .file("/repodata/repomd.xml", repomd)
        .lastModified(Instant.parse("2026-01-01T00:00:00Z"))
        .next(Behaviour.proper())
        .always(page.header("Last-Modified", "Fri, 02 Jan 2026 00:00:00 GMT"));
    try (RunningMirror mirror =
        RunningMirror.setup().repo(upstream, "mirror_metadata_expire = 0", "retries = 1").start()) {
      mirror.get("repodata/repomd.xml");
      assertThat(mirror.awaitStored("repodata/repomd.xml")).isEqualTo(repomd);
      RawResponse stale = mirror.get("repodata/repomd.xml");
      assertThat(stale.status()).isEqualTo(200);
      assertThat(stale.body()).isEqualTo(repomd);
      assertThat(stale.header("Cache-Status")).contains("upstream-unreachable");
      assertThat(mirror.awaitStored("repodata/repomd.xml")).isEqualTo(repomd);
    }
  }

  static Stream<Named<Behaviour>> webPages() {
    return Stream.of(Named.of("a page", Behaviour.html()), Named.of("nothing", Behaviour.empty()));
  }

  static Stream<Named<Behaviour>> unfinishedBodies() {
    return Stream.of(
        Named.of("shorter than its length", Behaviour.proper().contentLength("60000")),
        Named.of("without a last chunk", Behaviour.proper().chunkedWithoutEnd()));
  }

  @ParameterizedTest
  @MethodSource("unfinishedBodies")
  void bodyThatEndsBeforeItsEndIsNeverStored(Behaviour unfinished) throws Exception {
    Gate gate = new Gate();
    upstream.file("/a.rpm", RPM).next(unfinished.gated(gate)).always(Behaviour.status(500));
    try (RunningMirror mirror = oneUpstream();
        RawClient client = new RawClient(mirror.port())) {
      client.send("GET", "/mirror/repo/a.rpm");
      gate.release(20_000);
      RawClient.Head head = client.receiveHead();
      gate.releaseAll();
      assertThat(client.receiveBody(head, "GET").complete()).isFalse();
      assertNothingStored(mirror);
    }
  }

  @Test
  void bodyThatEndsByClosingIsPassedOnTheWayItCame() throws Exception {
    upstream.file("/a.rpm", RPM).always(Behaviour.proper().untilClose());
    try (RunningMirror mirror = oneUpstream()) {
      RawResponse response = mirror.get("a.rpm");
      assertThat(response.status()).isEqualTo(200);
      assertThat(response.body()).isEqualTo(RPM);
      assertThat(response.header("Connection")).isEqualToIgnoringCase("close");
      assertThat(response.header("Content-Length")).isNull();
      assertThat(response.header("Cache-Status")).isEqualTo("InstantMirror; fwd=uri-miss");
      assertNothingStored(mirror);
      assertThat(mirror.get("a.rpm").body()).isEqualTo(RPM);
      assertThat(upstream.requests("/a.rpm")).hasSize(2);
    }
  }

  @Test
  void bodyOfUnknownLengthWithALastChunkIsStored() throws Exception {
    upstream.file("/a.rpm", RPM).next(Behaviour.proper().chunked());
    try (RunningMirror mirror = oneUpstream()) {
      RawResponse response = mirror.get("a.rpm");
      assertThat(response.complete()).isTrue();
      assertThat(response.body()).isEqualTo(RPM);
      assertThat(mirror.awaitStored("a.rpm")).isEqualTo(RPM);
    }
  }
}
