package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawClient;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Who may ask for which absolute URL, through the forward proxy and as another proxy's parent, and
 * that a reload says it anew.
 */
class AbsoluteUrlAccessTest {

  private static final byte[] RPM = Packages.rpm(30_000, 5);
  private static final String VIA = "Via: 1.1 squid.example (squid/5.7)";

  @AutoClose private final FakeUpstream upstream = FakeUpstream.start();
  @AutoClose private final FakeUpstream other = FakeUpstream.startOn("127.0.0.2");
  private final List<String> main = new ArrayList<>();

  AbsoluteUrlAccessTest() {
    upstream.file("/pub/a.rpm", RPM);
    other.file("/pub/a.rpm", RPM);
    main.add("proxy_port = 0");
    main.add("proxy_peers = 127.0.0.0/8");
  }

  private RunningMirror mirror(String... lines) {
    RunningMirror.Setup setup = RunningMirror.setup();
    main.forEach(setup::main);
    return setup.repo("repo", List.of(upstream.origin() + "/pub/"), lines).start();
  }

  /** The two ways in which an absolute URL comes. */
  private static List<RawResponse> both(RunningMirror mirror, String url) throws IOException {
    return List.of(proxied(mirror, url), asPeer(mirror, url));
  }

  private static RawResponse proxied(RunningMirror mirror, String url) throws IOException {
    return RawClient.request(mirror.proxyPort(), "GET", url);
  }

  private static RawResponse asPeer(RunningMirror mirror, String url) throws IOException {
    try (RawClient client = new RawClient(mirror.port())) {
      String authority = url.replaceFirst("http://([^/]*).*", "$1");
      client.sendRaw("GET " + url + " HTTP/1.1\r\nHost: " + authority + "\r\n" + VIA + "\r\n\r\n");
      return client.receive("GET");
    }
  }

  private static void reload(RunningMirror mirror, List<String> mainLines, String repos)
      throws IOException {
    Files.writeString(
        mirror.folder().resolve("instantmirror.conf"),
        "[main]\naddress = 127.0.0.1\nshutdown_timeout = 0\nmin_free = 1M\nprofiles = no\n"
            + String.join("\n", mainLines)
            + "\n");
    Files.writeString(mirror.folder().resolve("repos.d/test.repo"), repos);
    RawResponse answer = mirror.request("POST", "/api/v1/reload");
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.text()).contains("\"waitingForRestart\":[]");
  }

  private String section(String id, FakeUpstream... bases) {
    StringBuilder urls = new StringBuilder();
    for (FakeUpstream base : bases) {
      urls.append(' ').append(base.origin()).append("/pub/");
    }
    return "[" + id + "]\nbaseurl =" + urls + "\n";
  }

  private static void assertRefused(List<RawResponse> answers, String why) {
    for (RawResponse answer : answers) {
      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.text()).contains(why);
      assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    }
  }

  @Test
  void whoMayNotReadARepositoryMayNotByItsUrlsEither() throws IOException {
    try (RunningMirror mirror = mirror("allow = 10.0.0.0/8")) {
      assertRefused(both(mirror, upstream.origin() + "/pub/a.rpm"), "You may not read");
      assertThat(upstream.requests()).isEmpty();
    }
  }

  @Test
  void itIsTheProxysClientThatIsJudgedAndNotTheDoorByWhichItIsHandedOver() throws IOException {
    try (RunningMirror mirror = mirror("allow = 127.0.0.1")) {
      assertThat(proxied(mirror, upstream.origin() + "/pub/a.rpm").body()).isEqualTo(RPM);
    }
    try (RunningMirror mirror = mirror("allow = 127.0.0.9")) {
      assertThat(proxied(mirror, upstream.origin() + "/pub/a.rpm").status()).isEqualTo(403);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"allow_users = ann", "allow_roles = staff"})
  void whatIsForUsersWithANameIsAskedForBelowMirror(String line) throws IOException {
    try (RunningMirror mirror = mirror(line)) {
      assertRefused(both(mirror, upstream.origin() + "/pub/a.rpm"), "below /mirror/");
      assertThat(upstream.requests()).isEmpty();
    }
  }

  @Test
  void whatMainAllowsHoldsForHostsThatNoRepositoryNames() throws IOException {
    main.add("proxy_hosts = " + other.hostPort());
    main.add("allow = 10.0.0.0/8");
    try (RunningMirror mirror = mirror("allow = all")) {
      assertRefused(both(mirror, other.origin() + "/pub/a.rpm"), "You may not read");
      assertThat(other.requests()).isEmpty();
      assertThat(proxied(mirror, upstream.origin() + "/pub/a.rpm").body()).isEqualTo(RPM);
    }
  }

  @Test
  void aRepositoryThatIsAddedHasItsUrlsAtOnceAndOneThatIsRemovedLosesThem() throws IOException {
    try (RunningMirror mirror = mirror()) {
      assertRefused(both(mirror, other.origin() + "/pub/a.rpm"), "see proxy_");
      reload(mirror, main, section("new", other));
      assertThat(proxied(mirror, other.origin() + "/pub/a.rpm").body()).isEqualTo(RPM);
      assertThat(asPeer(mirror, other.origin() + "/pub/a.rpm").body()).isEqualTo(RPM);
      assertRefused(both(mirror, upstream.origin() + "/pub/a.rpm"), "see proxy_");
      assertThat(other.requests()).hasSize(1);
    }
    assertThat(upstream.requests()).isEmpty();
  }

  @Test
  void aBaseUrlThatIsAddedIsTheSameRepositorysAtOnce() throws IOException {
    try (RunningMirror mirror = mirror()) {
      assertThat(proxied(mirror, upstream.origin() + "/pub/a.rpm").body()).isEqualTo(RPM);
      mirror.awaitStored("a.rpm");
      reload(mirror, main, section("repo", upstream, other));
      for (RawResponse answer : both(mirror, other.origin() + "/pub/a.rpm")) {
        assertThat(answer.body()).isEqualTo(RPM);
        assertThat(answer.header("Cache-Status")).contains("hit");
      }
    }
    assertThat(other.requests()).isEmpty();
  }

  @Test
  void theListsOfClientsHostsAndPeersAreTakenAnew() throws IOException {
    String url = other.origin() + "/pub/a.rpm";
    try (RunningMirror mirror = mirror()) {
      List<String> open = List.of("proxy_port = 0", "proxy_peers = 127.0.0.0/8");
      assertRefused(both(mirror, url), "see proxy_");

      List<String> named = new ArrayList<>(open);
      named.add("proxy_hosts = " + other.hostPort());
      reload(mirror, named, section("repo", upstream));
      assertThat(both(mirror, url)).allMatch(answer -> answer.status() == 200);

      named.add("proxy_clients = 10.0.0.0/8");
      reload(mirror, named, section("repo", upstream));
      assertThat(proxied(mirror, url).text()).contains("none of proxy_clients");
      assertThat(asPeer(mirror, url).status()).isEqualTo(200);

      reload(mirror, List.of("proxy_port = 0", "proxy_peers = none"), section("repo", upstream));
      // One of the mirror's own paths now, and there is no such one.
      assertThat(asPeer(mirror, upstream.origin() + "/pub/a.rpm").status()).isEqualTo(404);
      assertRefused(List.of(proxied(mirror, url)), "see proxy_");
    }
  }

  @Test
  void withoutAProxyAndWithoutPeersEveryRequestIsForTheMirrorsOwnPages() throws IOException {
    main.clear();
    try (RunningMirror mirror = mirror()) {
      assertThat(mirror.proxyPort()).isEqualTo(-1);
      assertThat(asPeer(mirror, upstream.origin() + "/pub/a.rpm").status()).isEqualTo(404);
      assertThat(asPeer(mirror, "http://mirror.example/mirror/repo/a.rpm").body()).isEqualTo(RPM);
      assertThat(mirror.request("GET", "/health/live", VIA).status()).isEqualTo(200);
    }
    assertThat(upstream.requests()).hasSize(1);
  }

  @Test
  void whatAProxyAsksForIsSentToItAndNotNamedToAWebServer() throws IOException {
    String key = "0123456789abcdef";
    main.add("sendfile_key = " + key);
    String offer = "X-Sendfile-Type: X-Sendfile " + key;
    try (RunningMirror mirror = mirror()) {
      String url = upstream.origin() + "/pub/a.rpm";
      proxied(mirror, url);
      mirror.awaitStored("a.rpm");
      assertThat(mirror.get("a.rpm", offer).header("X-Sendfile")).isNotNull();
      assertSent(RawClient.request(mirror.proxyPort(), "GET", url, offer));
      try (RawClient client = new RawClient(mirror.port())) {
        client.sendRaw(
            "GET /pub/a.rpm HTTP/1.1\r\nHost: %s\r\n%s\r\n%s\r\n\r\n"
                .formatted(upstream.hostPort(), VIA, offer));
        assertSent(client.receive("GET"));
      }
    }
  }

  private static void assertSent(RawResponse answer) {
    assertThat(answer.header("Cache-Status")).contains("hit");
    assertThat(answer.header("X-Sendfile")).isNull();
    assertThat(answer.body()).isEqualTo(RPM);
  }
}
