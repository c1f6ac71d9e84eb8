package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instantmirror.server.Mirrored.V1;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.LogLines;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.PublishedRepository;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.instantmirror.testing.TailingClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What explain says is what a request would meet; and it asks nobody and changes nothing. */
class ExplainTest {

  private static final byte[] RPM = Packages.rpm(200_000, 1);

  private static JsonTree explain(RunningMirror mirror, String url) {
    RawResponse answer = mirror.request("GET", "/api/v1/explain?url=" + url);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).isEqualTo("application/json;charset=UTF-8");
    assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    assertThat(answer.header("Access-Control-Allow-Origin")).isNull();
    return JsonTree.parse(answer.body());
  }

  private static JsonTree object(JsonTree tree, String name) {
    return Objects.requireNonNull(tree.object(name), name);
  }

  private static void assertDecision(JsonTree tree, String action, String reason) {
    assertThat(
            List.of(
                object(tree, "decision").text("action"), object(tree, "decision").text("reason")))
        .containsExactly(action, reason);
    assertThat(object(tree, "decision").text("sentence")).endsWith(".");
  }

  @Test
  void aStoredPackageIsToldWithItsValidatorsAndWhoWasAsked() {
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/a.rpm", RPM).lastModified(V1).etag("\"1\"");
      JsonTree before = explain(it.mirror, "repo/a.rpm");
      assertDecision(before, "fetch", "not-stored");
      assertThat(before.object("stored")).isNull();
      assertThat(it.asked("a.rpm")).as("it is a mere look").isZero();

      it.fetch("a.rpm", RPM);
      JsonTree after = explain(it.mirror, "repo/a.rpm");
      assertDecision(after, "serve", "within-lifetime");
      assertThat(after.text("kind")).isEqualTo("package");
      assertThat(after.text("rule")).contains(".rpm");
      JsonTree stored = object(after, "stored");
      assertThat(stored.text("size")).isEqualTo("200000");
      assertThat(stored.text("etag")).isEqualTo("\"1\"");
      assertThat(stored.text("lastModified")).isEqualTo("Thu, 01 Jan 2026 00:00:00 GMT");
      assertThat(stored.text("source")).isEqualTo(it.upstream.uri("/a.rpm").toString());
      assertThat(after.objects("upstreams"))
          .singleElement()
          .satisfies(each -> assertThat(each.text("rank")).isEqualTo("1"));
      assertThat(after.objects("answers"))
          .singleElement()
          .satisfies(each -> assertThat(each.text("status")).isEqualTo("200"))
          .satisfies(each -> assertThat(each.text("method")).isEqualTo("GET"));

      it.pass(Mirrored.PACKAGE_EXPIRE);
      assertDecision(explain(it.mirror, "repo/a.rpm"), "validate", "expired");
      assertThat(it.asked("a.rpm")).isEqualTo(1);
    }
  }

  @Test
  void whatIsPutThereByHandIsToldButNotAdopted() throws Exception {
    try (Mirrored it = Mirrored.with()) {
      Files.createDirectories(it.mirror.stored("a.rpm").getParent());
      Files.write(it.mirror.stored("a.rpm"), RPM);
      JsonTree told = explain(it.mirror, "repo/a.rpm");
      assertDecision(told, "validate", "unconfirmed");
      assertThat(object(told, "stored").text("origin")).isEqualTo("adopted");
      String firstSeen = object(told, "stored").text("fetchedAt");
      it.passSeconds(60);
      assertThat(object(explain(it.mirror, "repo/a.rpm"), "stored").text("fetchedAt"))
          .isNotEqualTo(firstSeen);
    }
  }

  @Test
  void aRunningDownloadIsTold() throws Exception {
    Gate gate = new Gate();
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/a.rpm", RPM).lastModified(V1).next(Behaviour.proper().gated(gate));
      gate.release(100_000);
      try (TailingClient client = TailingClient.ask(it.mirror, "a.rpm")) {
        assertThat(client.head().status()).isEqualTo(200);
        client.readTo(90_000);
        JsonTree download = object(explain(it.mirror, "repo/a.rpm"), "download");
        assertThat(download.text("phase")).isEqualTo("streaming");
        assertThat(download.text("length")).isEqualTo("200000");
        assertThat(download.text("clients")).isEqualTo("1");
        assertThat(Long.parseLong(String.valueOf(download.text("bytes")))).isBetween(1L, 100_000L);
        gate.releaseAll();
        client.readTo(RPM.length);
      }
    }
  }

  @Test
  void aNegativeAnswerAndABrokenTransferAreRemembered() {
    try (Mirrored it = Mirrored.with("retries = 1")) {
      assertThat(it.get("none.rpm").status()).isEqualTo(404);
      JsonTree told = explain(it.mirror, "repo/none.rpm");
      assertDecision(told, "answer-404", "negative-answer");
      assertThat(object(told, "negative").text("kind")).isEqualTo("missing");
      assertThat(told.objects("answers"))
          .singleElement()
          .satisfies(each -> assertThat(each.text("status")).isEqualTo("404"));

      it.upstream.file("/a.rpm", RPM).lastModified(V1).always(Behaviour.proper().cutAfter(150_000));
      assertThat(it.get("a.rpm").complete()).isFalse();
      assertThat(explain(it.mirror, "repo/a.rpm").objects("answers"))
          .first()
          .satisfies(each -> assertThat(each.text("status")).isEqualTo("200"))
          .satisfies(each -> assertThat(each.text("fault")).contains("connection"));
      it.pass(Duration.ofSeconds(10));
      assertDecision(explain(it.mirror, "repo/none.rpm"), "fetch", "not-stored");
    }
  }

  @Test
  void generationsThatListAFileAreTold() {
    try (FakeUpstream upstream = FakeUpstream.start();
        LogLines log = new LogLines("org.instantmirror.mirror");
        RunningMirror mirror = RunningMirror.setup().repo(upstream).start()) {
      new PublishedRepository(upstream, "/os/").add("a-1.rpm", RPM).publish();
      assertThat(mirror.get("os/repodata/repomd.xml").status()).isEqualTo(200);
      log.await("generation 1 is live");
      assertThat(mirror.get("os/a-1.rpm").complete()).isTrue();
      Warm.file(mirror, "os/a-1.rpm");
      JsonTree told = explain(mirror, "repo/os/a-1.rpm");
      assertDecision(told, "serve", "listed");
      assertThat(object(told, "listed").text("checksum"))
          .isEqualTo(object(told, "stored").text("checksum"));
      assertThat(told.objects("generations"))
          .singleElement()
          .satisfies(each -> assertThat(each.isTrue("live")).isTrue())
          .satisfies(each -> assertThat(each.text("folder")).isEqualTo("os"))
          .satisfies(each -> assertThat(each.text("generation")).isEqualTo("1"));
      JsonTree top = explain(mirror, "repo/os/repodata/repomd.xml");
      assertDecision(top, "serve", "within-lifetime");

      JsonTree repos = JsonTree.parse(mirror.request("GET", "/api/v1/repos").body());
      JsonTree folder = repos.objects("repos").get(0).objects("generations").get(0);
      assertThat(object(folder, "live").text("packages")).isEqualTo("1");
      assertThat(folder.isTrue("assembling")).isFalse();
      assertThat(folder.text("complaint")).isNull();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "repo/a.rpm, package, fetch, repo/a.rpm",
    "/mirror/repo/a.rpm, package, fetch, repo/a.rpm",
    "http://mirror.example/mirror/repo/a.rpm, package, fetch, repo/a.rpm",
    "https://mirror.example/ctx/mirror/repo/a.rpm, package, fetch, repo/a.rpm",
    "repo/libstdc++.rpm, package, fetch, repo/libstdc++.rpm",
    "repo/a%5Eb.rpm, package, fetch, repo/a^b.rpm",
    "repo/a%2525b.rpm, package, fetch, repo/a%b.rpm",
    "repo/repodata/x.xml, metadata, fetch, repo/repodata/x.xml",
    "repo/readme.html, other, pass-through, repo/readme.html",
    "repo/folder/, other, pass-through, repo/folder/",
    "repo/a.rpm%3Fx=1, other, pass-through, repo/a.rpm",
    "repo, other, redirect, -",
    "nosuch/a.rpm, unknown-repository, answer-404, -",
    "repo/../../etc/passwd, refused, refuse, -",
    "repo/%252e%252e/a.rpm, refused, refuse, -",
    "repo/a%252fb.rpm, refused, refuse, -",
    "/health/live, elsewhere, refuse, -",
    "http://mirror.example, elsewhere, refuse, -",
  })
  void eachPathIsExplained(String url, String kind, String action, String place) {
    try (Mirrored it = Mirrored.with()) {
      JsonTree told = explain(it.mirror, url);
      assertThat(told.text("kind")).isEqualTo(kind);
      assertThat(object(told, "decision").text("action")).isEqualTo(action);
      String found = told.text("path") == null ? "-" : told.text("repo") + "/" + told.text("path");
      assertThat(found).isEqualTo(place);
      assertThat(it.upstream.requests()).isEmpty();
    }
  }

  @Test
  void secretsInUrlsAreNotShown() {
    try (FakeUpstream lists = FakeUpstream.start();
        FakeUpstream storage = FakeUpstream.start();
        Mirrored it = Mirrored.with("username = admin", "password = hidden-1")) {
      it.upstream
          .file("/a.rpm", RPM)
          .always(Behaviour.redirect(302, storage.uri("/a.rpm") + "?X-Sign=hidden-2"));
      it.get("a.rpm");
      RawResponse told =
          it.mirror.request(
              "GET", "/api/v1/explain?url=http://u:hidden-3@mirror.example/mirror/repo/a.rpm");
      assertThat(told.text()).doesNotContain("hidden").contains("\"answers\":[{");
      try (RunningMirror mirror =
          RunningMirror.setup()
              .section("[repo]\nretries = 1\nmetalink=" + lists.origin() + "/m?repo=x&key=hidden-4")
              .start()) {
        assertThat(mirror.get("a.rpm").status()).isEqualTo(502);
        RawResponse repos = mirror.request("GET", "/api/v1/repos");
        assertThat(repos.text()).doesNotContain("hidden").contains("/m?repo=x&key=***");
        assertThat(mirror.request("GET", "/api/v1/explain?url=repo/a.rpm").text())
            .doesNotContain("hidden");
      }
    }
  }

  @Test
  void aCallThatIsNoneIsToldInJson() {
    try (Mirrored it = Mirrored.with()) {
      for (String target :
          List.of(
              "/api/v1/explain 400",
              "/api/v1/explain?url= 400",
              "/api/v1/explain?url=%zz 400",
              "/api/v1/nosuch 404",
              "/api/v1/a//b 400",
              "/api/v1/%2e%2e/x 400",
              "/api/v1/entries 400",
              "/api/v1/entries?repo=nosuch 404",
              "/api/v1/entries?repo=repo&limit=0 400",
              "/api/v1/entries?repo=repo&limit=501 400",
              "/api/v1/entries?repo=repo&prefix=../ 400",
              "/api/v1/entries?repo=repo&after=/x 400",
              "/api/v1/repos/repo 404")) {
        String[] parts = target.split(" ", -1);
        RawResponse answer = it.mirror.request("GET", parts[0]);
        assertThat(answer.status()).as(target).isEqualTo(Integer.parseInt(parts[1]));
        assertThat(JsonTree.parse(answer.body()).text("error"))
            .as(new String(answer.body(), StandardCharsets.UTF_8))
            .isNotEmpty();
      }
    }
  }
}
