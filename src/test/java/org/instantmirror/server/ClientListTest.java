package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instantmirror.server.Mirrored.START;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import org.instantmirror.repodata.Checksum;
import org.instantmirror.repodata.ChecksumType;
import org.instantmirror.repodata.Metalink.MetalinkFile;
import org.instantmirror.repodata.Metalink.MetalinkUrl;
import org.instantmirror.repodata.MetalinkReader;
import org.instantmirror.repodata.ReadLimits;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.LogLines;
import org.instantmirror.testing.MutableClock;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.PublishedRepository;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code /mirrorlist/} and {@code /metalink/}: this mirror first, upstream after it. */
class ClientListTest {

  private static final String FOLDER = "/42/x86_64/";
  private static final String QUERY = "?releasever=42&basearch=x86_64";
  private static final Duration STICKY = Duration.ofSeconds(10);

  private final FakeUpstream upstream = FakeUpstream.start();
  private final MutableClock clock = new MutableClock(START);
  private final LogLines log = new LogLines("org.instantmirror.mirror");
  private final PublishedRepository repository = new PublishedRepository(upstream, FOLDER);
  private final RunningMirror mirror =
      RunningMirror.setup()
          .repo("fedora", List.of(upstream.origin() + "/$releasever/$basearch/"))
          .repo("tree", List.of(upstream.origin() + "/"))
          .repo("closed", List.of(upstream.origin() + "/"), "username = me", "password = secret")
          .clock(clock)
          .start();

  @AfterEach
  void close() {
    mirror.close();
    upstream.close();
    log.close();
  }

  private String base() {
    return "http://127.0.0.1:" + mirror.port() + "/";
  }

  private MetalinkFile metalink(String path, String... fields) throws IOException {
    RawResponse answer = mirror.request("GET", path, fields);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).startsWith("application/metalink+xml");
    return MetalinkReader.read(
            new ByteArrayInputStream(answer.body()), "answer", ReadLimits.LISTING)
        .file("repomd.xml")
        .orElseThrow();
  }

  private static Checksum sha256(byte[] bytes) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
    return new Checksum(ChecksumType.SHA256, HexFormat.of().formatHex(digest));
  }

  @Test
  void aMetalinkOfAColdRepositoryTellsWhatItsRepomdWillBe() throws Exception {
    repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();

    MetalinkFile repomd = metalink("/metalink/fedora" + QUERY);

    assertThat(repomd.current().checksums()).contains(sha256(repository.repomd()));
    assertThat(repomd.current().size()).isEqualTo(repository.repomd().length);
    assertThat(repomd.current().timestamp()).isEqualTo(Instant.parse("2026-01-01T00:00:00Z"));
    assertThat(repomd.alternates()).isEmpty();
    assertThat(repomd.urls().stream().map(MetalinkUrl::url))
        .containsExactly(
            URI.create(base() + "mirror/fedora/42/x86_64/repodata/repomd.xml"),
            URI.create(upstream.origin() + "/42/x86_64/repodata/repomd.xml"));
    assertThat(repomd.urls().get(0).preference()).isGreaterThan(repomd.urls().get(1).preference());
    assertThat(mirror.request("GET", "/mirror/fedora/42/x86_64/repodata/repomd.xml").body())
        .isEqualTo(repository.repomd());
  }

  @Test
  void clientsWhoAskWithinItsLifetimeCauseOneFetch() throws Exception {
    repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    for (int i = 0; i < 3; i++) {
      assertThat(metalink("/metalink/fedora" + QUERY).urls()).hasSize(2);
    }
    assertThat(upstream.requests(FOLDER + "repodata/repomd.xml")).hasSize(1);
  }

  @Test
  void aMetalinkTellsTheGenerationThatIsServed() throws Exception {
    repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    byte[] first = repository.repomd();
    goesLive(1);
    repository.add("b-1.rpm", Packages.rpm(1000, 2));
    Gate gate = new Gate();
    repository.publishPrimary(Behaviour.proper().gated(gate)).publishRepomd();

    MetalinkFile pending = metalink("/metalink/fedora" + QUERY, "Cache-Control: no-cache");
    assertThat(pending.current().checksums()).contains(sha256(first));
    gate.awaitRequest();
    gate.releaseAll();
    log.await("generation 2 is live");
    clock.advance(STICKY);

    assertThat(metalink("/metalink/fedora" + QUERY).current().checksums())
        .contains(sha256(repository.repomd()));
  }

  @Test
  void generationsThatAreKeptAreAlternates() throws Exception {
    repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    byte[] first = repository.repomd();
    goesLive(1);
    repository.add("b-1.rpm", Packages.rpm(1000, 2)).publish();
    byte[] second = repository.repomd();
    goesLive(2);
    repository.add("c-1.rpm", Packages.rpm(1000, 3)).publish();
    goesLive(3);

    MetalinkFile repomd = metalink("/metalink/fedora" + QUERY);

    assertThat(repomd.current().checksums()).contains(sha256(repository.repomd()));
    assertThat(repomd.alternates()).hasSize(2);
    assertThat(repomd.alternates().get(0).checksums()).contains(sha256(second));
    assertThat(repomd.alternates().get(1).checksums()).contains(sha256(first));
  }

  private void goesLive(int number) throws IOException {
    assertThat(metalink("/metalink/fedora" + QUERY, "Cache-Control: no-cache").urls()).hasSize(2);
    assertThat(mirror.request("GET", "/mirror/fedora" + FOLDER + "repodata/repomd.xml").status())
        .isEqualTo(200);
    log.await("generation " + number + " is live");
    clock.advance(STICKY);
    assertThat(metalink("/metalink/fedora" + QUERY).urls()).hasSize(2);
    clock.advance(STICKY);
  }

  @Test
  void aMirrorlistNamesThisMirrorAndThenUpstream() {
    repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    RawResponse list = mirror.request("GET", "/mirrorlist/fedora" + QUERY);
    assertThat(list.status()).isEqualTo(200);
    assertThat(list.text())
        .isEqualTo(base() + "mirror/fedora/42/x86_64/\n" + upstream.origin() + "/42/x86_64/\n");
  }

  @Test
  void aFolderOfATreeIsNamedByItsPath() throws Exception {
    repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    assertThat(metalink("/metalink/tree?path=42/x86_64").urls().get(0).url())
        .isEqualTo(URI.create(base() + "mirror/tree/42/x86_64/repodata/repomd.xml"));
    assertThat(mirror.request("GET", "/mirrorlist/tree?path=/42/x86_64/").text())
        .startsWith(base() + "mirror/tree/42/x86_64/\n");
  }

  @Test
  void parametersOfDistributionsListsAndDnfsCountingDoNoHarm() throws Exception {
    repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    assertThat(
            metalink("/metalink/fedora?repo=fedora-42&releasever=42&arch=x86_64&countme=2").urls())
        .hasSize(2);
  }

  @Test
  void whereThisMirrorNeedsCredentialsUpstreamIsNotNamed() {
    repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    assertThat(mirror.request("GET", "/mirrorlist/closed?path=42/x86_64").text())
        .isEqualTo(base() + "mirror/closed/42/x86_64/\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/metalink/fedora",
        "/metalink/fedora?releasever=42",
        "/metalink/fedora?releasever=$releasever&basearch=x86_64",
        "/metalink/fedora?releasever=42/x86_64&basearch=x86_64",
        "/metalink/fedora?releasever=..&basearch=x86_64",
        "/metalink/fedora?releasever=42&basearch=%zz",
        "/mirrorlist/tree?path=../x",
        "/mirrorlist/tree?path=a//b",
        "/mirrorlist/tree?path=a%00b"
      })
  void valuesAreChecked(String path) {
    RawResponse answer = mirror.request("GET", path);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text()).contains("A client's file says m");
    assertThat(upstream.requests()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "/metalink/unknown, 404",
    "/metalink/, 404",
    "/metalink/fedora/x, 404",
    "/metalink/tree?path=nothing, 404",
    "/mirrorlist/tree?path=nothing, 404"
  })
  void whatIsNotThereIsNotListed(String path, int status) {
    assertThat(mirror.request("GET", path).status()).isEqualTo(status);
  }

  @Test
  void whileUpstreamIsAwayAMetalinkTellsWhatIsStored() throws Exception {
    repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    assertThat(metalink("/metalink/fedora" + QUERY).urls()).hasSize(2);
    upstream.stop();
    clock.advance(Duration.ofHours(1));
    assertThat(metalink("/metalink/fedora" + QUERY).current().checksums())
        .contains(sha256(repository.repomd()));
  }

  @Test
  void whatUpstreamCannotTellIsAnErrorOfAMetalinkAndNoneOfAMirrorlist() {
    upstream.stop();
    assertThat(mirror.request("GET", "/metalink/fedora" + QUERY).status()).isBetween(502, 504);
    assertThat(mirror.request("GET", "/mirrorlist/fedora" + QUERY).text()).contains("42/x86_64/\n");
  }

  @Test
  void aHeadSaysWhatAGetSays() {
    repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    RawResponse get = mirror.request("GET", "/metalink/fedora" + QUERY);
    RawResponse head = mirror.request("HEAD", "/metalink/fedora" + QUERY);
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.header("Content-Length")).isEqualTo(Integer.toString(get.body().length));
    assertThat(new String(head.body(), StandardCharsets.UTF_8)).isEmpty();
  }

  @Test
  void mirrorsOfUpstreamsListAreNamedOnceItIsKnown() throws Exception {
    repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    upstream.file(
        "/list",
        (upstream.origin() + "/42/x86_64/\n" + "http://other.example/42/\n")
            .getBytes(StandardCharsets.UTF_8));
    try (RunningMirror listed =
        RunningMirror.setup()
            .section("[listed]\nmirrorlist=" + upstream.origin() + "/list?r=$releasever")
            .clock(clock)
            .start()) {
      assertThat(listed.request("GET", "/mirrorlist/listed?releasever=42").text())
          .isEqualTo(
              "http://127.0.0.1:"
                  + listed.port()
                  + "/mirror/listed/42/\n"
                  + upstream.origin()
                  + "/42/x86_64/\nhttp://other.example/42/\n");
    }
  }
}
