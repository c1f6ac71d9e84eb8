package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.awaitility.Awaitility;
import org.instantmirror.http.Via;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawClient;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests of a proxy that has the mirror as its parent. */
class PeerRequestTest {

  private static final byte[] RPM = Packages.rpm(30_000, 5);
  private static final byte[] OTHER = Packages.rpm(20_000, 6);
  private static final String VIA = "Via: 1.1 squid.example (squid/5.7)";

  @AutoClose private final FakeUpstream upstream = FakeUpstream.start();
  @AutoClose private final FakeUpstream stranger = FakeUpstream.startOn("127.0.0.2");

  private RunningMirror mirror(String peers) {
    return RunningMirror.setup()
        .main("proxy_peers = " + peers)
        .main("proxy_hosts = " + stranger.hostPort())
        .repo("repo", List.of(upstream.origin() + "/pub/"))
        .start();
  }

  /** In absolute form; the container wants the field Host to say the same. */
  private static RawResponse ask(RunningMirror mirror, String method, String url, String... fields)
      throws IOException {
    try (RawClient client = new RawClient(mirror.port())) {
      String authority = url.replaceFirst("http://([^/]*).*", "$1");
      String more = fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
      client.sendRaw(
          method + " " + url + " HTTP/1.1\r\nHost: " + authority + "\r\n" + more + "\r\n");
      return client.receive(method);
    }
  }

  @Test
  void aFileBelowABaseUrlIsTheRepositorys() throws IOException {
    upstream.file("/pub/a.rpm", RPM);
    try (RunningMirror mirror = mirror("127.0.0.0/8")) {
      assertThat(ask(mirror, "GET", upstream.origin() + "/pub/a.rpm", VIA).body()).isEqualTo(RPM);
      mirror.awaitStored("a.rpm");
      RawResponse hit = ask(mirror, "GET", upstream.origin() + "/pub/a.rpm", VIA);
      assertThat(hit.body()).isEqualTo(RPM);
      assertThat(hit.header("Cache-Status")).contains("hit");
    }
    assertThat(upstream.requests()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/mirror/repo/a.rpm", "/api/v1/repodata/x.xml", "/health/a.rpm", "/a.rpm"})
  void aHostThatNoRepositoryNamesHasItsOwnFilesWhateverTheirPaths(String path) throws IOException {
    upstream.file("/pub/a.rpm", RPM);
    stranger.file(path, OTHER);
    try (RunningMirror mirror = mirror("127.0.0.0/8")) {
      assertThat(ask(mirror, "GET", stranger.origin() + path, VIA).body()).isEqualTo(OTHER);
      var stored = mirror.cacheDir().resolve("_proxy/" + stranger.hostPort() + path);
      Awaitility.await().until(() -> Files.exists(stored));
      RawResponse hit = ask(mirror, "GET", stranger.origin() + path, VIA);
      assertThat(hit.body()).isEqualTo(OTHER);
      assertThat(hit.header("Cache-Status")).contains("hit");
    }
    assertThat(upstream.requests()).isEmpty();
    assertThat(stranger.requests()).hasSize(1);
  }

  @Test
  void theMirrorsOwnPagesAreThereForThePeersMachine() throws IOException {
    upstream.file("/pub/a.rpm", RPM);
    try (RunningMirror mirror = mirror("127.0.0.0/8")) {
      assertThat(mirror.get("a.rpm").body()).isEqualTo(RPM);
      assertThat(mirror.get("a.rpm", VIA).body()).isEqualTo(RPM);
      assertThat(mirror.request("GET", "/health/live", VIA).status()).isEqualTo(200);
    }
  }

  @Test
  void nobodyElsesHostIsLookedAt() throws IOException {
    upstream.file("/pub/a.rpm", RPM);
    try (RunningMirror mirror = mirror("10.0.0.0/8")) {
      assertThat(ask(mirror, "GET", upstream.origin() + "/pub/a.rpm", VIA).status()).isEqualTo(404);
    }
    try (RunningMirror mirror = mirror("127.0.0.0/8")) {
      assertThat(ask(mirror, "GET", upstream.origin() + "/pub/a.rpm").status()).isEqualTo(404);
    }
    assertThat(upstream.requests()).isEmpty();
  }

  @Test
  void refusalsAreSaid() throws IOException {
    try (RunningMirror mirror = mirror("127.0.0.0/8")) {
      assertThat(ask(mirror, "GET", "http://127.0.0.3/a.rpm", VIA).status()).isEqualTo(403);
      assertThat(ask(mirror, "GET", "http://192.0.2.1:22/a.rpm", VIA).status()).isEqualTo(403);
      assertThat(ask(mirror, "POST", upstream.origin() + "/pub/a", VIA).status()).isEqualTo(405);
      assertThat(ask(mirror, "GET", upstream.origin() + "/pub/a.rpm", "Via: " + Via.OWN).status())
          .isEqualTo(508);
    }
    assertThat(upstream.requests()).isEmpty();
  }
}
