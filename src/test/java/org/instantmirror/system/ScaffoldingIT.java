package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The programs without a mirror between them: where this fails, look no further. */
@RequiresRpmTools
@RequiresPrograms({Program.DNF, Program.ROOT_USER})
class ScaffoldingIT {
  private final WorkDirectory work = WorkDirectory.create("scaffolding");
  private final RpmRepository repository =
      RpmRepository.create(work.path().resolve("repo"), SampleRpm.HELLO, SampleRpm.ODD);

  @AfterEach
  void removeFiles() {
    work.close();
  }

  @Test
  @RequiresPrograms(Program.NGINX)
  void dnfInstallsSignedPackagesStraightFromNginx() {
    try (Upstream upstream = NginxUpstream.serving(repository.folder())) {
      installStraightFrom(upstream);
    }
  }

  @Test
  @RequiresPrograms(Program.APACHE)
  void dnfInstallsSignedPackagesStraightFromApache() {
    try (Upstream upstream = ApacheServer.serving(repository.folder())) {
      installStraightFrom(upstream);
    }
  }

  private static void installStraightFrom(Upstream upstream) {
    try (Dnf dnf = Dnf.withBaseUrl(upstream.url())) {
      dnf.run("install", SampleRpm.ODD.packageName()).succeeded();

      assertThat(dnf.installedText(SampleRpm.ODD)).isEqualTo(SampleRpm.ODD.installedText());
      assertThat(dnf.installedText(SampleRpm.HELLO)).isEqualTo(SampleRpm.HELLO.installedText());
      assertThat(upstream.accessLog().packageGets())
          .hasSize(2)
          .allSatisfy(entry -> assertThat(entry.status()).isEqualTo(200));
      assertThat(upstream.accessLog().entriesFor(SampleRpm.ODD.fileName())).hasSize(1);
    }
  }

  @Test
  @RequiresPrograms(Program.NGINX)
  void upstreamThatWasStoppedRefusesConnectionsAndComesBackOnItsPort() {
    try (Upstream upstream = NginxUpstream.serving(repository.folder());
        Dnf dnf = Dnf.withBaseUrl(upstream.url())) {
      upstream.stop();
      dnf.run("makecache").failed();

      upstream.start();
      dnf.run("makecache").succeeded();
    }
  }

  @Test
  @RequiresPrograms({Program.APACHE, Program.NGINX, Program.CURL})
  void proxyPassHandsOnWhatNginxServes() {
    try (Upstream upstream = NginxUpstream.serving(repository.folder());
        Upstream front = ApacheServer.before(upstream.url())) {
      Path copy = work.path().resolve("copy.rpm");
      Curl.download(front.url() + Urls.encoded(SampleRpm.ODD.fileName()), copy).succeeded();

      assertThat(copy).hasSameBinaryContentAs(repository.file(SampleRpm.ODD));
    }
  }

  @ParameterizedTest
  @EnumSource
  @RequiresPrograms({Program.APACHE, Program.CURL})
  void proxyPassHandsOnThatABodyWasCut(TruncatingUpstream.Framing framing) {
    Path copy = work.path().resolve("copy.rpm");
    try (TruncatingUpstream upstream = TruncatingUpstream.start(framing);
        Upstream front = ApacheServer.before(upstream.url())) {
      for (String url : List.of(upstream.url(), front.url())) {
        CommandResult result = Curl.download(url + "cut.rpm", copy);

        assertThat(result.exitCode()).isEqualTo(Curl.PARTIAL_FILE);
        assertThat(copy).hasSize(TruncatingUpstream.SENT);
      }
    }
  }
}
