package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instantmirror.server.Mirrored.FETCHED;
import static org.instantmirror.server.Mirrored.V1;
import static org.instantmirror.server.Mirrored.assertServed;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.EndedDownloads;
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

/** What an administrator drops is gone for who comes after, and for nobody who is being served. */
class PurgeTest {

  private static final byte[] RPM = Packages.rpm(8_000_000, 1);

  private static RawResponse delete(RunningMirror mirror, String call, String... fields) {
    return mirror.request("DELETE", "/api/v1/" + call, fields);
  }

  private static void assertPurged(RawResponse answer, int files) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(JsonTree.parse(answer.body()).text("files")).isEqualTo(Integer.toString(files));
  }

  @Test
  void aFileThatIsBeingServedIsServedToItsEndAndFetchedAnewAfter() throws Exception {
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/p/a^b.rpm", RPM).lastModified(V1);
      it.fetch("p/a^b.rpm", RPM);
      try (TailingClient client = TailingClient.askSlowly(it.mirror, "p/a%5Eb.rpm")) {
        assertThat(client.head().status()).isEqualTo(200);
        client.readTo(10_000);
        assertPurged(delete(it.mirror, "entries/repo/p/a%5Eb.rpm"), 1);
        assertThat(it.mirror.stored("p")).doesNotExist();
        client.readTo(RPM.length);
        assertThat(client.body()).isEqualTo(RPM);
      }
      assertThat(delete(it.mirror, "entries/repo/p/a%5Eb.rpm").status()).isEqualTo(404);
      assertServed(it.get("p/a%5Eb.rpm"), RPM, FETCHED);
    }
  }

  @Test
  void aFileThatIsBeingDownloadedIsLetBe() throws Exception {
    Gate gate = new Gate();
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/a.rpm", RPM).lastModified(V1).next(Behaviour.proper().gated(gate));
      gate.release(1_000_000);
      try (TailingClient client = TailingClient.ask(it.mirror, "a.rpm")) {
        assertThat(client.head().status()).isEqualTo(200);
        client.readTo(500_000);
        RawResponse answer = delete(it.mirror, "entries/repo/a.rpm");
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.text()).contains("being downloaded");
        gate.releaseAll();
        client.readTo(RPM.length);
        assertThat(client.body()).isEqualTo(RPM);
      }
    }
  }

  @Test
  void aNegativeAnswerIsForgotten() {
    try (Mirrored it = Mirrored.with()) {
      assertThat(it.get("a.rpm").status()).isEqualTo(404);
      it.upstream.file("/a.rpm", RPM).lastModified(V1);
      assertThat(it.get("a.rpm").status()).isEqualTo(404);
      assertPurged(delete(it.mirror, "entries/repo/a.rpm"), 0);
      it.fetch("a.rpm", RPM);
    }
  }

  @Test
  void aRepomdTakesItsGenerationWithIt() {
    byte[] rpm = Packages.rpm(20_000, 1);
    try (FakeUpstream upstream = FakeUpstream.start();
        LogLines log = new LogLines("org.instantmirror.mirror");
        EndedDownloads ended = new EndedDownloads();
        RunningMirror mirror = RunningMirror.setup().repo(upstream).start()) {
      PublishedRepository repository = new PublishedRepository(upstream, "/os/");
      repository.add("a-1.rpm", rpm).publish();
      mirror.get("os/repodata/repomd.xml");
      log.await("generation 1 is live");
      ended.await("repo/os/repodata/repomd.xml", 1);
      RawResponse answer = delete(mirror, "entries/repo/os/repodata/repomd.xml");
      assertPurged(answer, 1);
      assertThat(JsonTree.parse(answer.body()).text("generations")).isEqualTo("1");
      JsonTree told =
          JsonTree.parse(mirror.request("GET", "/api/v1/explain?url=repo/os/a-1.rpm").body());
      assertThat(told.objects("generations")).isEmpty();
      repository.add("b-1.rpm", rpm).publish();
      assertThat(mirror.get("os/repodata/repomd.xml").body()).isEqualTo(repository.repomd());
    }
  }

  @Test
  void aFolderOrAWholeRepositoryGoesWithAllThatIsKnownOfIt() throws Exception {
    byte[] rpm = Packages.rpm(20_000, 1);
    try (FakeUpstream upstream = FakeUpstream.start();
        LogLines log = new LogLines("org.instantmirror.mirror");
        RunningMirror mirror =
            RunningMirror.setup()
                .repo(upstream, "retries = 1")
                .repo("other", List.of(upstream.origin() + "/"))
                .start()) {
      new PublishedRepository(upstream, "/os/").add("a-1.rpm", rpm).publish();
      upstream.file("/extra/b.rpm", rpm).lastModified(V1);
      upstream
          .file("/cut.rpm", RPM)
          .lastModified(V1)
          .always(Behaviour.proper().cutAfter(4_000_000));
      mirror.get("os/repodata/repomd.xml");
      log.await("generation 1 is live");
      Warm.file(mirror, "os/a-1.rpm");
      Warm.file(mirror, "extra/b.rpm");
      Warm.target(mirror, "/mirror/other/extra/b.rpm");
      assertThat(mirror.get("cut.rpm").complete()).isFalse();

      assertPurged(delete(mirror, "repos/repo?path=extra/"), 1);
      assertThat(mirror.stored("extra")).doesNotExist();
      assertThat(delete(mirror, "repos/repo?path=extra").status()).isEqualTo(404);

      RawResponse all = delete(mirror, "repos/repo");
      // repomd.xml, the list of packages, the package
      assertPurged(all, 3);
      assertThat(JsonTree.parse(all.body()).text("generations")).isEqualTo("1");
      assertThat(JsonTree.parse(all.body()).text("partials")).isEqualTo("1");
      assertThat(files(mirror.cacheDir().resolve("repo"))).isEmpty();
      assertThat(files(mirror.cacheDir().resolve(".instantmirror/partial"))).isEmpty();
      assertThat(mirror.cacheDir().resolve("other/extra/b.rpm")).exists();
      assertThat(delete(mirror, "repos/repo").status()).isEqualTo(404);
    }
  }

  private static List<Path> files(Path folder) throws Exception {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "entries/repo/a.rpm, Origin: http://evil.example, 403",
    "entries/repo/a.rpm, Sec-Fetch-Site: cross-site, 403",
    "entries/repo/a.rpm, X-Forwarded-For: 192.0.2.1, 403",
    "repos/repo, Origin: null, 403",
    "repos/nosuch, Origin: null, 403",
    "repos/nosuch, X-Nothing: 1, 404",
    "entries/nosuch/a.rpm, X-Nothing: 1, 404",
    "entries/repo/, X-Nothing: 1, 400",
    "entries/repo/folder/, X-Nothing: 1, 400",
    "entries/repo/../other/a.rpm, X-Nothing: 1, 400",
    "entries/repo/%2e%2e/other/a.rpm, X-Nothing: 1, 400",
    "entries/repo/.instantmirror/index.db, X-Nothing: 1, 400",
    "repos/repo?path=../other, X-Nothing: 1, 400",
    "repos/repo?path=, X-Nothing: 1, 400",
    "repos/.., X-Nothing: 1, 400",
    "explain?url=repo/a.rpm, X-Nothing: 1, 405",
  })
  void whatMayNotBePurgedStays(String call, String field, int status) {
    byte[] rpm = Packages.rpm(20_000, 1);
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/a.rpm", rpm).lastModified(V1);
      it.fetch("a.rpm", rpm);
      RawResponse answer = delete(it.mirror, call, field);
      assertThat(answer.status()).as(answer.text()).isEqualTo(status);
      assertThat(JsonTree.parse(answer.body()).text("error")).isNotEmpty();
      assertServed(it.get("a.rpm"), rpm, Mirrored.HIT);
    }
  }

  @Test
  void whoIsNoAdministratorMayLookOnly() {
    try (FakeUpstream upstream = FakeUpstream.start();
        RunningMirror mirror =
            RunningMirror.setup().main("admin_clients = 192.0.2.1").repo(upstream).start()) {
      RawResponse answer = delete(mirror, "repos/repo");
      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.text()).contains("admin_clients");
      assertThat(mirror.request("GET", "/api/v1/explain?url=repo/a.rpm").status()).isEqualTo(200);
      assertThat(mirror.request("GET", "/api/v1/repos").status()).isEqualTo(200);
      assertThat(mirror.request("GET", "/api/v1/entries?repo=repo").status()).isEqualTo(200);
    }
  }

  @Test
  void aBrowsersQuestionWhetherItMaySendAnotherSitesDeleteGetsNoLeave() {
    try (Mirrored it = Mirrored.with()) {
      RawResponse answer =
          it.mirror.request(
              "OPTIONS",
              "/api/v1/repos/repo",
              "Origin: http://evil.example",
              "Access-Control-Request-Method: DELETE");
      assertThat(answer.header("Access-Control-Allow-Origin")).isNull();
      assertThat(answer.header("Access-Control-Allow-Methods")).isNull();
      assertThat(it.mirror.request("POST", "/api/v1/repos/repo").status()).isEqualTo(405);
      assertThat(it.mirror.request("DELETE", "/mirror/repo/a.rpm").status()).isEqualTo(405);
    }
  }
}
