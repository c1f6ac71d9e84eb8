package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A real dnf, which checks signatures, through a standalone mirror. */
@RequiresRpmTools
@RequiresPrograms({Program.DNF, Program.NGINX, Program.CURL, Program.ROOT_USER})
class DnfIT {
  @AutoClose private final MirroredRepository mirrored = MirroredRepository.overNginx();

  @Test
  void clientMakesCacheQueriesDownloadsAndInstalls() {
    try (Dnf dnf = mirrored.newClient()) {
      dnf.run("makecache").succeeded();
      assertThat(dnf.run("repoquery").succeeded().output())
          .contains("hello-0:1.0-1.noarch")
          .contains("libodd++-0:1.0^20240101git-1~rc1.noarch");

      dnf.downloadOnly(SampleRpm.BIG.packageName()).succeeded();
      assertThat(dnf.downloadedPackages())
          .singleElement()
          .satisfies(
              rpm ->
                  assertThat(rpm)
                      .hasSameBinaryContentAs(mirrored.repository().file(SampleRpm.BIG)));
      assertThat(dnf.installed(SampleRpm.BIG)).doesNotExist();

      dnf.run("install", "libodd++", "tilde").succeeded();
      assertInstalled(dnf, SampleRpm.HELLO);
      assertInstalled(dnf, SampleRpm.ODD);
      assertInstalled(dnf, SampleRpm.TILDE);
    }
  }

  @Test
  void clientUpgradesToWhatUpstreamHasPublishedSince() {
    try (Dnf dnf = mirrored.newClient()) {
      dnf.run("install", "hello").succeeded();
      assertInstalled(dnf, SampleRpm.HELLO);

      mirrored.repository().add(SampleRpm.HELLO_UPDATE);
      mirrored.repository().publish(Instant.now());

      // dnf's no-cache makes the mirror ask upstream, but not more often than once a second.
      await("the update")
          .atMost(Duration.ofSeconds(15))
          .untilAsserted(
              () -> {
                dnf.run("--refresh", "upgrade").succeeded();
                assertInstalled(dnf, SampleRpm.HELLO_UPDATE);
              });
    }
  }

  @Test
  @RequiresPrograms(Program.APACHE)
  void clientInstallsAndUpgradesFromAnApacheUpstream() {
    try (MirroredRepository overApache = MirroredRepository.overApache();
        Dnf dnf = overApache.newClient()) {
      dnf.run("install", "libodd++", "big").succeeded();
      assertInstalled(dnf, SampleRpm.ODD);
      assertInstalled(dnf, SampleRpm.BIG);

      overApache.repository().add(SampleRpm.HELLO_UPDATE);
      overApache.repository().publish(Instant.now());

      await("the update")
          .atMost(Duration.ofSeconds(15))
          .untilAsserted(
              () -> {
                dnf.run("--refresh", "upgrade").succeeded();
                assertInstalled(dnf, SampleRpm.HELLO_UPDATE);
              });
    }
  }

  @Test
  void secondClientIsServedFromDisk() {
    install(List.of(SampleRpm.HELLO, SampleRpm.ODD, SampleRpm.BIG));
    assertThat(mirrored.upstream().accessLog().packageGets()).hasSize(3);

    install(List.of(SampleRpm.HELLO, SampleRpm.ODD, SampleRpm.BIG));

    assertThat(mirrored.upstream().accessLog().packageGets()).hasSize(3);
  }

  @Test
  void cacheIsATreeWithUpstreamsRealNamesAndTimes() {
    install(List.of(SampleRpm.HELLO, SampleRpm.ODD));

    Path cached = mirrored.files().cached(MirroredRepository.REPO, SampleRpm.ODD.fileName());
    assertThat(cached).hasSameBinaryContentAs(mirrored.repository().file(SampleRpm.ODD));
    assertThat(cached.toFile().lastModified()).isEqualTo(RpmRepository.PACKAGE_TIME.toEpochMilli());
  }

  @Test
  void newClientInstallsWhatIsCachedWhileUpstreamIsDown() {
    install(List.of(SampleRpm.HELLO, SampleRpm.ODD, SampleRpm.BIG));
    mirrored.upstream().stop();

    // It also needs the signature and the public key.
    install(List.of(SampleRpm.HELLO, SampleRpm.ODD, SampleRpm.BIG));
  }

  @Test
  void newClientInstallsWhatIsCachedWhileUpstreamIsDownAndTheMirrorHasRestarted() {
    install(List.of(SampleRpm.HELLO, SampleRpm.ODD));
    mirrored.upstream().stop();
    assertThat(mirrored.mirror().stop()).as("exit code after SIGTERM").isIn(0, 143);

    mirrored.startMirror();

    install(List.of(SampleRpm.HELLO, SampleRpm.ODD));
  }

  @Test
  void packageThatIsNotCachedFailsClearlyWhileUpstreamIsDown() {
    install(List.of(SampleRpm.HELLO));
    mirrored.upstream().stop();

    try (Dnf dnf = mirrored.newClient()) {
      CommandResult result = dnf.run("install", "unasked").failed();
      assertThat(result.output()).containsPattern("Status code: 50[234]");
      assertThat(dnf.installed(SampleRpm.UNASKED)).doesNotExist();
    }
    CommandResult head =
        Curl.run(List.of("--no-fail", "--include", mirrored.url(SampleRpm.UNASKED)));
    assertThat(head.output()).startsWith("HTTP/1.1 50").containsIgnoringCase("upstream");
  }

  @Test
  void upstreamThatCameBackIsAskedAgain() {
    install(List.of(SampleRpm.HELLO));
    mirrored.upstream().stop();
    try (Dnf dnf = mirrored.newClient()) {
      dnf.run("install", "unasked").failed();
      mirrored.upstream().start();

      await("upstream is back")
          .atMost(Duration.ofSeconds(15))
          .untilAsserted(() -> dnf.run("install", "unasked").succeeded());
      assertInstalled(dnf, SampleRpm.UNASKED);
    }
  }

  private void install(List<SampleRpm> rpms) {
    try (Dnf dnf = mirrored.newClient()) {
      for (SampleRpm rpm : rpms) {
        dnf.run("install", rpm.packageName()).succeeded();
        assertInstalled(dnf, rpm);
      }
    }
  }

  private static void assertInstalled(Dnf dnf, SampleRpm rpm) {
    assertThat(dnf.installedText(rpm)).isEqualTo(rpm.installedText());
  }
}
