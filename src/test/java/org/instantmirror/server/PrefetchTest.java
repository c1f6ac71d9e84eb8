package org.instantmirror.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.LogLines;
import org.instantmirror.testing.MutableClock;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.PublishedRepository;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.instantmirror.usage.Demand;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Packages are here before a client asks, as far as clients are known to want them. */
class PrefetchTest {

  private static final String REPOMD = "repodata/repomd.xml";
  private static final Duration STICKY = Duration.ofSeconds(10);

  private final Map<String, Double> wanted = new ConcurrentHashMap<>();
  private FakeUpstream upstream;
  private PublishedRepository repository;
  private MutableClock clock;
  private LogLines log;

  @BeforeEach
  void start() {
    upstream = FakeUpstream.start();
    clock = new MutableClock(Instant.parse("2026-06-01T00:00:00Z"));
    log = new LogLines("org.instantmirror.mirror");
    repository = new PublishedRepository(upstream, "/os/");
  }

  @AfterEach
  void stop() {
    log.close();
    upstream.close();
  }

  private RunningMirror.Setup setup(String... lines) {
    return RunningMirror.setup()
        .repo(upstream, lines)
        .clock(clock)
        .demand((repo, name, arch, now) -> wanted.getOrDefault(name, 0.0));
  }

  private void goLive(RunningMirror mirror, int number) {
    clock.advance(STICKY);
    assertThat(mirror.get("os/" + REPOMD, "Cache-Control: no-cache").status()).isEqualTo(200);
    log.await("repo/os: generation " + number + " is live");
    clock.advance(STICKY);
  }

  private long requests(String path) {
    return upstream.requests(path).size();
  }

  @Test
  void anUpdateThatClientsHaveIsFetchedBeforeAnyAsksAndOneThatNobodyHasIsNot() throws Exception {
    wanted.put("kernel", 100.0);
    byte[] kernel = Packages.rpm(200_000, 1);
    try (RunningMirror mirror = setup().start()) {
      repository.add("kernel-1.rpm", Packages.rpm(1000, 2)).publish();
      goLive(mirror, 1);
      repository.add("kernel-2.rpm", kernel).add("vim-2.rpm", Packages.rpm(1000, 3)).publish();
      goLive(mirror, 2);

      assertThat(mirror.awaitStored("os/kernel-2.rpm")).isEqualTo(kernel);
      assertThat(mirror.get("os/kernel-2.rpm").header("Cache-Status"))
          .contains("InstantMirror; hit");
      assertThat(requests("/os/kernel-2.rpm")).isEqualTo(1);
      assertThat(requests("/os/vim-2.rpm")).isZero();
      // What was there before isn't news.
      assertThat(requests("/os/kernel-1.rpm")).isZero();
    }
  }

  @Test
  void ofTwoReleasesEachIsWantedByItsOwnClientsOnly() throws Exception {
    Demand ofOld =
        new Demand() {
          @Override
          public double ofNewVersion(RepoId repo, String name, String arch, Instant now) {
            return 100;
          }

          @Override
          public double ofNewVersion(
              RepositoryFolder folder, String name, String arch, Instant now) {
            return folder.path().equals("os") ? 100 : 0;
          }
        };
    PublishedRepository other = new PublishedRepository(upstream, "/next/");
    try (RunningMirror mirror = setup().demand(ofOld).start()) {
      other.add("b-1.rpm", Packages.rpm(1000, 4)).publish();
      mirror.get("next/" + REPOMD);
      log.await("repo/next: generation 1 is live");
      repository.add("a-1.rpm", Packages.rpm(1000, 2)).publish();
      goLive(mirror, 1);
      other.add("b-2.rpm", Packages.rpm(1000, 5)).publish();
      clock.advance(STICKY);
      mirror.get("next/" + REPOMD, "Cache-Control: no-cache");
      log.await("repo/next: generation 2 is live");
      repository.add("a-2.rpm", Packages.rpm(1000, 3)).publish();
      goLive(mirror, 2);

      // Decided after the other one's, on the same thread.
      mirror.awaitStored("os/a-2.rpm");
      assertThat(requests("/next/b-2.rpm")).isZero();
    }
  }

  @Test
  void everythingIsFetchedWhereThatIsWanted() throws Exception {
    try (RunningMirror mirror = setup("prefetch = all").start()) {
      byte[] vim = Packages.rpm(1000, 1);
      repository.add("vim-1.rpm", vim).publish();
      goLive(mirror, 1);

      assertThat(mirror.awaitStored("os/vim-1.rpm")).isEqualTo(vim);
    }
  }

  @Test
  void aPackageThatIsSignedAgainUnderItsNameIsFetchedOnceItsGenerationIsLive() throws Exception {
    wanted.put("a", 10.0);
    try (RunningMirror mirror = setup().start()) {
      repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
      goLive(mirror, 1);
      assertThat(mirror.get("os/a-1.rpm").status()).isEqualTo(200);
      byte[] again = Packages.rpm(1200, 2);
      repository.add("a-1.rpm", again).publish();
      goLive(mirror, 2);

      await().until(() -> java.util.Arrays.equals(again, mirror.awaitStored("os/a-1.rpm")));
      assertThat(mirror.get("os/a-1.rpm").body()).isEqualTo(again);
    }
  }

  @Test
  void aClientThatAsksMeanwhileJoinsItsDownload() {
    wanted.put("kernel", 100.0);
    byte[] kernel = Packages.rpm(200_000, 1);
    Gate gate = new Gate();
    try (RunningMirror mirror = setup().start()) {
      repository.add("kernel-1.rpm", Packages.rpm(1000, 2)).publish();
      goLive(mirror, 1);
      repository.add("kernel-2.rpm", kernel);
      upstream.file("/os/kernel-2.rpm", kernel).next(Behaviour.proper().gated(gate));
      repository.publish();
      goLive(mirror, 2);
      gate.awaitRequest();
      gate.releaseAll();

      RawResponse response = mirror.get("os/kernel-2.rpm");
      assertThat(response.complete()).isTrue();
      assertThat(response.body()).isEqualTo(kernel);
      assertThat(requests("/os/kernel-2.rpm")).isEqualTo(1);
    }
  }

  private static JsonTree status(RunningMirror mirror) {
    RawResponse response = mirror.request("GET", "/api/v1/prefetch");
    assertThat(response.status()).as(response.text()).isEqualTo(200);
    return JsonTree.parse(response.body());
  }

  /** What was decided of a package in the last run, when it is of that generation. */
  private static JsonTree decided(RunningMirror mirror, int generation, String path) {
    await()
        .until(
            () ->
                status(mirror).objects("runs").stream()
                    .anyMatch(run -> ("" + generation).equals(run.text("generation"))));
    return status(mirror).objects("runs").get(0).objects("packages").stream()
        .filter(each -> path.equals(each.text("path")))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void itIsSaidOfEachPackageWhyItWasFetchedOrNot() throws Exception {
    wanted.put("kernel", 100.0);
    wanted.put("few", 0.1);
    String advisory =
        """
        <updates><update type="security"><id>A-1</id><severity>Important</severity>
        <pkglist><collection><package name="kernel" epoch="0" version="1" release="1" arch="noarch"/>
        </collection></pkglist></update></updates>
        """;
    try (RunningMirror mirror = setup().start()) {
      repository.other("updateinfo", "<updates/>".getBytes(UTF_8)).publish();
      goLive(mirror, 1);
      assertThat(mirror.get("os/" + repository.otherPath("updateinfo")).status()).isEqualTo(200);
      repository
          .other("updateinfo", advisory.getBytes(UTF_8))
          .add("kernel-2.rpm", Packages.rpm(1000, 1))
          .add("few-2.rpm", Packages.rpm(1000, 2))
          .add("vim-2.rpm", Packages.rpm(1000, 3))
          .publish();
      goLive(mirror, 2);
      mirror.awaitStored("os/kernel-2.rpm");

      JsonTree kernel = decided(mirror, 2, "os/kernel-2.rpm");
      assertThat(kernel.text("decision")).isEqualTo("fetch");
      assertThat(kernel.text("urgency")).isEqualTo("3");
      await()
          .untilAsserted(
              () ->
                  assertThat(decided(mirror, 2, "os/kernel-2.rpm").text("state"))
                      .isEqualTo("fetched"));
      assertThat(decided(mirror, 2, "os/few-2.rpm").text("decision")).isEqualTo("too-few");
      assertThat(decided(mirror, 2, "os/vim-2.rpm").text("decision")).isEqualTo("nobody");
      JsonTree explained =
          JsonTree.parse(mirror.request("GET", "/api/v1/explain?url=repo/os/vim-2.rpm").body());
      assertThat(java.util.Objects.requireNonNull(explained.object("prefetch")).text("why"))
          .isEqualTo("no client is known to want it");
      assertThat(ExplanationText.lines(explained)).anyMatch(line -> line.contains("no client is"));
      assertThat(status(mirror).text("spent")).isEqualTo("1000");
    }
  }

  @Test
  void theDaysBudgetIsKeptAlsoOverARestart(@TempDir Path folder) throws Exception {
    wanted.put("kernel", 100.0);
    wanted.put("other", 50.0);
    RunningMirror.Setup setup = setup().main("prefetch_budget = 1500").folder(folder);
    try (RunningMirror mirror = setup.start()) {
      repository.publish();
      goLive(mirror, 1);
      repository.add("kernel-2.rpm", Packages.rpm(1000, 1)).publish();
      goLive(mirror, 2);
      mirror.awaitStored("os/kernel-2.rpm");
      await().untilAsserted(() -> assertThat(status(mirror).text("spent")).isEqualTo("1000"));
    }
    try (RunningMirror mirror = setup.start()) {
      assertThat(status(mirror).text("spent")).isEqualTo("1000");
      repository.add("other-2.rpm", Packages.rpm(1000, 2)).publish();
      goLive(mirror, 3);
      assertThat(decided(mirror, 3, "os/other-2.rpm").text("decision")).isEqualTo("over-budget");
      // Another generation on another day: nothing is lost of what was put off.
      clock.advance(Duration.ofDays(1));
      repository.add("new-2.rpm", Packages.rpm(1000, 3)).publish();
      goLive(mirror, 4);
      assertThat(mirror.awaitStored("os/other-2.rpm")).hasSize(1000);
      assertThat(requests("/os/kernel-2.rpm")).isEqualTo(1);
    }
  }

  @Test
  void outsideOfItsWindowNothingIsFetchedAndWithinItWhatWasPutOff() throws Exception {
    wanted.put("kernel", 100.0);
    LocalTime now = LocalTime.ofInstant(clock.instant(), ZoneId.systemDefault());
    String begin = now.plusHours(2).toString().substring(0, 5);
    String end = now.plusHours(6).toString().substring(0, 5);
    try (RunningMirror mirror = setup().main("prefetch_window = " + begin + "-" + end).start()) {
      repository.publish();
      goLive(mirror, 1);
      repository.add("kernel-2.rpm", Packages.rpm(1000, 1)).publish();
      goLive(mirror, 2);
      assertThat(decided(mirror, 2, "os/kernel-2.rpm").text("decision"))
          .isEqualTo("outside-window");
      assertThat(requests("/os/kernel-2.rpm")).isZero();

      clock.advance(Duration.ofHours(3));
      repository.add("vim-2.rpm", Packages.rpm(1000, 2)).publish();
      goLive(mirror, 3);
      assertThat(mirror.awaitStored("os/kernel-2.rpm")).hasSize(1000);
    }
  }

  private static HttpResponse<byte[]> warm(RunningMirror mirror, String query, String body)
      throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + mirror.port() + "/api/v1/warm" + query))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
  }

  @Test
  void anAdministratorsListIsFetchedWhateverIsKnownOfClients() throws Exception {
    try (RunningMirror mirror = setup("prefetch = off").start()) {
      repository
          .add("kernel-2.rpm", Packages.rpm(1000, 1))
          .add("vim-2.rpm", Packages.rpm(1000, 2))
          .publish();
      // Nobody has asked for the repository yet.
      HttpResponse<byte[]> answer = warm(mirror, "?repo=repo/os&kind=names", "vim absent");
      JsonTree job = JsonTree.parse(answer.body());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(job.text("toFetch")).isEqualTo("1");
      assertThat(job.texts("notFound")).containsExactly("absent");
      assertThat(mirror.awaitStored("os/vim-2.rpm")).hasSize(1000);
      await()
          .untilAsserted(
              () ->
                  assertThat(
                          JsonTree.parse(
                                  mirror.request("GET", "/api/v1/warm/" + job.text("id")).body())
                              .text("state"))
                      .isEqualTo("done"));
      assertThat(requests("/os/kernel-2.rpm")).isZero();
      JsonTree again = JsonTree.parse(warm(mirror, "?repo=repo", "vim").body());
      assertThat(again.text("here")).isEqualTo("1");
      assertThat(again.text("state")).isEqualTo("done");
    }
  }

  @Test
  void aListThatCannotBeTakenIsRefusedWithASentence() throws Exception {
    try (RunningMirror mirror = setup().start()) {
      assertThat(warm(mirror, "", "vim").statusCode()).isEqualTo(400);
      assertThat(warm(mirror, "?repo=repo/os&kind=x", "vim").statusCode()).isEqualTo(400);
      assertThat(warm(mirror, "?repo=repo/os", "").statusCode()).isEqualTo(400);
      assertThat(warm(mirror, "?repo=repo/os&kind=lock", "vim").statusCode()).isEqualTo(400);
      assertThat(mirror.request("GET", "/api/v1/warm/77").status()).isEqualTo(404);
      JsonTree job = JsonTree.parse(warm(mirror, "?repo=nowhere", "vim").body());
      assertThat(job.text("state")).isEqualTo("failed");
      assertThat(job.text("fault")).isEqualTo("there is no repository 'nowhere'");
      assertThat(JsonTree.parse(warm(mirror, "?repo=repo/none", "vim").body()).text("fault"))
          .contains("repomd.xml can't be had");
    }
    try (RunningMirror mirror = setup().main("admin_clients = none").start()) {
      assertThat(warm(mirror, "?repo=repo/os", "vim").statusCode()).isEqualTo(403);
      assertThat(mirror.request("GET", "/api/v1/warm").status()).isEqualTo(403);
    }
  }
}
