package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the WAR does in each Tomcat. One Tomcat serves all tests of a class, to save the time to
 * start it; so a test that needs a cold file has a repository of its own.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.Random.class)
abstract class TomcatContract {
  private final WorkDirectory work = WorkDirectory.create("tomcat-it");
  private final Path copy = work.path().resolve("copy.rpm");
  private final RpmRepository repository =
      RpmRepository.create(
          work.path().resolve("repo"), SampleRpm.HELLO, SampleRpm.ODD, SampleRpm.BIG);
  private final Upstream upstream = NginxUpstream.serving(repository.folder());
  private final TruncatingUpstream cutLength =
      TruncatingUpstream.start(TruncatingUpstream.Framing.CONTENT_LENGTH);
  private final TruncatingUpstream cutChunked =
      TruncatingUpstream.start(TruncatingUpstream.Framing.CHUNKED);
  private final MirrorFiles files =
      MirrorFiles.create()
          .repo("samples", upstream.url())
          .repo("cold", upstream.url())
          .repo("stored", upstream.url())
          .repo("caret", upstream.url())
          .repo("staffed", upstream.url(), "allow_roles=staff")
          .repo("cut-content_length", cutLength.url(), "retries=1")
          .repo("cut-chunked", cutChunked.url(), "retries=1");
  private TomcatServer tomcat;

  /** The {@code CATALINA_HOME}. */
  abstract Path home();

  @BeforeAll
  void startTomcat() {
    tomcat = TomcatServer.start(home(), files);
  }

  @AfterAll
  void stopEverything() {
    if (tomcat != null) {
      tomcat.close();
    }
    cutLength.close();
    cutChunked.close();
    upstream.close();
    files.close();
    work.close();
  }

  @Test
  void theContainersOwnUsersMayReadWhatIsForTheirRoles() {
    String url = repoUrl("staffed") + Urls.encoded(SampleRpm.HELLO.fileName());
    CommandResult asked = Curl.head(url);
    assertThat(asked.exitCode()).isEqualTo(Curl.HTTP_ERROR);
    assertThat(asked.output()).contains("401");
    assertThat(Curl.head(url, "--user", "ann:wrong").exitCode()).isEqualTo(Curl.HTTP_ERROR);
    Curl.download(url, copy, "--user", "ann:secret").succeeded();
    assertThat(copy).hasSameBinaryContentAs(repository.file(SampleRpm.HELLO));
  }

  @Test
  void aRepositoryThatIsAddedIsThereAfterACallWithoutARestart() {
    String url = repoUrl("later") + Urls.encoded(SampleRpm.HELLO.fileName());
    files.repo("later", upstream.url());
    String reload = tomcat.url() + "api/v1/reload";
    assertThat(Curl.run(List.of("--request", "POST", reload)).succeeded().output())
        .contains("\"fault\":null");
    Curl.download(url, copy).succeeded();
    assertThat(copy).hasSameBinaryContentAs(repository.file(SampleRpm.HELLO));
  }

  @Test
  @RequiresPrograms({Program.DNF, Program.ROOT_USER})
  void dnfInstallsThroughTheDeployedWar() {
    // dnf spells ^ as %5e, so that it needs nothing of the connector.
    try (Dnf dnf = Dnf.withBaseUrl(repoUrl("samples"))) {
      dnf.run("makecache").succeeded();
      dnf.run("install", "libodd++", "big").succeeded();

      for (SampleRpm rpm : List.of(SampleRpm.HELLO, SampleRpm.ODD, SampleRpm.BIG)) {
        assertThat(dnf.installedText(rpm)).isEqualTo(rpm.installedText());
      }
    }
  }

  @Test
  void theClientsPackageIsMadeInTheContainerToo() {
    String url = tomcat.url() + "client/";
    Curl.download(url + "instantmirror-client.rpm", copy).succeeded();

    assertThat(Command.of(Program.RPM, "--checksig", copy.toString()).run().succeeded().output())
        .contains("digests OK");
    assertThat(Curl.run(List.of(url + "instantmirror-client.repo")).succeeded().output())
        .contains("baseurl=" + url + "\n");
  }

  @Test
  void whatAClientReportsIsLearnt() {
    ReportedUsage.assertLearnt(tomcat.url(), "samples", work.path());
  }

  @Test
  void coldFileStreamsAsItIsUpstream() {
    Curl.download(repoUrl("cold") + SampleRpm.BIG.fileName(), copy).succeeded();

    assertThat(copy).hasSameBinaryContentAs(repository.file(SampleRpm.BIG));
  }

  @Test
  void storedFileIsServedAsItIsUpstream() {
    String url = repoUrl("stored") + SampleRpm.BIG.fileName();
    Curl.download(url, copy).succeeded();
    Curl.awaitHit(url);

    for (int i = 0; i < 3; i++) {
      assertThat(Curl.head(url).succeeded().output())
          .containsIgnoringCase("\ncache-status: InstantMirror; hit");
      Curl.download(url, copy).succeeded();
      assertThat(copy).hasSameBinaryContentAs(repository.file(SampleRpm.BIG));
    }
  }

  @Test
  void explainAndPurgeWorkBelowTheContextPath() {
    String file = "samples/" + SampleRpm.ODD.fileName().replace("^", "%5E").replace("+", "%2B");
    String api = tomcat.url() + "api/v1/";
    Curl.download(tomcat.url() + "mirror/" + file, copy).succeeded();

    String explain = api + "explain?url=" + tomcat.url() + "mirror/" + file;
    // A client has the last byte before the file is stored.
    await()
        .until(
            () -> Curl.run(List.of(explain)).succeeded().output(),
            told -> told.contains("\"stored\":{") && told.contains("\"download\":null"));
    assertThat(Curl.run(List.of(explain)).succeeded().output())
        .contains("\"kind\":\"package\"", "\"repo\":\"samples\"", SampleRpm.ODD.fileName());
    List<String> purge = List.of("--no-fail", "-X", "DELETE", api + "entries/" + file);
    assertThat(Curl.run(purge).succeeded().output()).contains("\"files\":1");
    assertThat(Curl.run(purge).succeeded().output()).contains("\"error\":");
    assertThat(Curl.run(List.of(explain)).succeeded().output()).contains("\"stored\":null");
  }

  @ParameterizedTest
  @EnumSource
  void cutUpstreamIsABrokenTransferAtTheClient(TruncatingUpstream.Framing framing) {
    String url = repoUrl("cut-" + framing.name().toLowerCase(Locale.ROOT));

    CommandResult result = Curl.download(url + "cut-1.0-1.noarch.rpm", copy, "--max-time", "100");

    assertThat(List.of(Curl.PARTIAL_FILE, Curl.RECEIVE_ERROR))
        .as("what curl printed: %s", result.output())
        .contains(result.exitCode());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "WEB-INF/web.xml",
        "WEB-INF/lib/",
        "WEB-INF/lib-provided/",
        "META-INF/MANIFEST.MF",
        "org/springframework/boot/loader/launch/WarLauncher.class",
        "org/springframework/boot/loader/launch/Launcher.class"
      })
  void nothingOfTheWarItselfIsServed(String path) {
    CommandResult result =
        Curl.run(List.of("--no-fail", "--include", "--path-as-is", tomcat.url() + path));

    assertThat(result.succeeded().output()).startsWith("HTTP/1.1 404");
  }

  @Test
  void rawCaretIsRefusedByTomcatUnlessItsConnectorAllowsIt() {
    String path = "mirror/caret/" + SampleRpm.ODD.fileName();

    CommandResult refused = Curl.run(List.of("--no-fail", "--include", tomcat.url() + path));
    assertThat(refused.succeeded().output()).startsWith("HTTP/1.1 400");

    Curl.download(tomcat.relaxedUrl() + path, copy).succeeded();
    assertThat(copy).hasSameBinaryContentAs(repository.file(SampleRpm.ODD));
  }

  private String repoUrl(String id) {
    return tomcat.url() + "mirror/" + id + "/";
  }
}
