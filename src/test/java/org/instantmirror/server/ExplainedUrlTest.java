package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What explain says of upstreams' URLs, which clients of the proxy ask for. */
class ExplainedUrlTest {

  private static final byte[] RPM = Packages.rpm(20_000, 1);

  @AutoClose private final FakeUpstream upstream = FakeUpstream.start();

  private static RunningMirror.Setup setup() {
    return RunningMirror.setup()
        .repo("repo", List.of("http://up.example/pub/", "https://second.example/x/"))
        .repo("rel", List.of("http://up.example/rel/$releasever/os/"));
  }

  private static JsonTree explain(RunningMirror mirror, String url) {
    String encoded = URLEncoder.encode(url, StandardCharsets.UTF_8);
    return JsonTree.parse(mirror.request("GET", "/api/v1/explain?url=" + encoded).body());
  }

  private static String action(JsonTree told) {
    return String.valueOf(Objects.requireNonNull(told.object("decision")).text("action"));
  }

  private static void assertTold(RunningMirror mirror, String url, String action, String place) {
    JsonTree told = explain(mirror, url);
    assertThat(action(told)).isEqualTo(action);
    String found = told.text("path") == null ? "-" : told.text("repo") + "/" + told.text("path");
    assertThat(found).isEqualTo(place);
  }

  @ParameterizedTest
  @CsvSource({
    "http://up.example/pub/a.rpm, fetch, repo/a.rpm",
    "HTTP://UP.example:80/pub/a%5Eb.rpm, fetch, repo/a^b.rpm",
    "http://user:secret@up.example/pub/a.rpm, fetch, repo/a.rpm",
    "https://second.example/x/a.rpm, fetch, repo/a.rpm",
    "http://second.example/x/a.rpm, fetch, repo/a.rpm",
    "http://up.example/rel/42/os/a.rpm, fetch, rel/42/a.rpm",
    "http://up.example/pub/readme.html, pass-through, repo/readme.html",
    "http://up.example/pub/a.rpm?x=1, pass-through, repo/a.rpm",
    "http://up.example/pub/../a.rpm, refuse, -",
    // The mirror's own, under whatever name.
    "http://mirror.example/mirror/repo/a.rpm, fetch, repo/a.rpm",
    "https://mirror.example:8443/ctx/mirror/repo/a.rpm, fetch, repo/a.rpm",
    "http://up.example:8080/pub/a.rpm, refuse, -",
    "https://up.example/elsewhere/a.rpm, refuse, -",
  })
  void anUpstreamsUrlIsExplainedAsTheFileThatItIs(String url, String action, String place) {
    try (RunningMirror mirror = setup().start()) {
      assertTold(mirror, url, action, place);
      assertThat(explain(mirror, url).text("url")).isNotNull().doesNotContain("secret");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "http://stranger.example/x/a.rpm, fetch, _proxy/stranger.example/x/a.rpm",
    "http://stranger.example/x/page, pass-through, _proxy/stranger.example/x/page",
    "http://stranger.example/mirror/nosuch/a.rpm, fetch, _proxy/stranger.example/mirror/nosuch/a.rpm",
    "http://stranger.example/mirror/repo/a.rpm, fetch, repo/a.rpm",
    "https://stranger.example/x/a.rpm, refuse, -",
    "http://127.0.0.1/x/a.rpm, refuse, -",
    "http://stranger.example:8080/x/a.rpm, refuse, -",
  })
  void aStrangersUrlIsExplainedWhereSomebodyMayAskForIt(String url, String action, String place) {
    try (RunningMirror mirror = setup().main("proxy_peers = 127.0.0.1").start()) {
      assertTold(mirror, url, action, place);
    }
    if (place.startsWith("_proxy")) {
      try (RunningMirror mirror = setup().start()) {
        JsonTree told = explain(mirror, url);
        assertThat(told.text("path")).isNull();
      }
    }
  }

  @Test
  void aMirrorThatAListNamesIsKnownOnceTheListIsHereAndNobodyIsAskedForIt() {
    upstream.file("/list", "http://m.example/pub/\n".getBytes(StandardCharsets.UTF_8));
    try (RunningMirror mirror =
        RunningMirror.setup()
            .section(
                "[repo]\nretries = 1\nconnect_timeout = 1\nbaseurl="
                    + upstream.origin()
                    + "/own/\nmirrorlist="
                    + upstream.origin()
                    + "/list\n")
            .start()) {
      assertTold(mirror, "http://m.example/pub/a.rpm", "refuse", "-");
      assertThat(upstream.requests()).isEmpty();
      // Its base URL hasn't got it, so that the list is looked at.
      mirror.get("other.rpm");
      assertThat(upstream.requests("/list")).hasSize(1);
      assertTold(mirror, "http://m.example/pub/a.rpm", "fetch", "repo/a.rpm");
    }
  }

  @Test
  void whoMayNotReadTheRepositoryLearnsNothingByItsUrls() {
    String url = "http://up.example/pub/a.rpm";
    try (RunningMirror hidden =
            setup().main("admin_clients = none").main("allow = 10.0.0.0/8").start();
        RunningMirror without = RunningMirror.setup().main("admin_clients = none").start()) {
      String path = "/api/v1/explain?url=" + url;
      assertThat(hidden.request("GET", path).text()).isEqualTo(without.request("GET", path).text());
    }
  }

  @Test
  void whatIsStoredOfItIsTold() throws Exception {
    upstream.file("/pub/a.rpm", RPM);
    String url = upstream.origin() + "/pub/a.rpm";
    try (RunningMirror mirror =
        RunningMirror.setup().repo("repo", List.of(upstream.origin() + "/pub/")).start()) {
      assertThat(mirror.get("a.rpm").body()).isEqualTo(RPM);
      mirror.awaitStored("a.rpm");
      JsonTree told = explain(mirror, url);
      assertThat(Objects.requireNonNull(told.object("stored")).text("size")).isEqualTo("20000");
      assertThat(action(told)).isEqualTo("serve");
    }
    assertThat(upstream.requests()).hasSize(1);
  }
}
