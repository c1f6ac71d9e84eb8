package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.instantmirror.testing.ServerKeys;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** curl with HTTP/2 and dnf with {@code sslcacert} and a password: {@code docs/deploy-tls.md}. */
@RequiresRpmTools
@RequiresPrograms({Program.NGINX, Program.CURL})
class TlsIT {
  @AutoClose private final WorkDirectory work = WorkDirectory.create("tls");

  @AutoClose
  private final MirroredRepository mirrored = MirroredRepository.overNginx("allow_users = ann");

  private final ServerKeys keys = ServerKeys.make(work.path(), "server", "EC");

  @BeforeEach
  void restartWithTls() {
    Path users =
        work.write(
            "users.xml",
            "<tomcat-users><user username='ann' password='secret' roles=''/></tomcat-users>\n");
    mirrored.mirror().stop();
    mirrored
        .files()
        .settings(
            "tls_port = 0",
            "sslservercert = " + keys.certificate,
            "sslserverkey = " + keys.key,
            "users_file = " + users);
    mirrored.startMirror();
  }

  private String secureUrl() {
    return mirrored.mirror().secureUrl() + "mirror/" + MirroredRepository.REPO + "/";
  }

  @Test
  void curlFetchesByHttp2AndResumes() throws Exception {
    Path copy = work.path().resolve("copy.rpm");
    String url = secureUrl() + Urls.encoded(SampleRpm.BIG.fileName());
    String[] options = {
      "--http2",
      "--cacert",
      keys.certificate.toString(),
      "--user",
      "ann:secret",
      "--write-out",
      "version %{http_version}"
    };
    assertThat(Curl.download(url, copy, options).succeeded().output()).isEqualTo("version 2");
    byte[] whole = Files.readAllBytes(mirrored.repository().file(SampleRpm.BIG));
    assertThat(copy).hasBinaryContent(whole);

    Files.write(copy, java.util.Arrays.copyOf(whole, 1_000_000));
    Curl.run(
            java.util.List.of(
                "--http2",
                "--cacert",
                keys.certificate.toString(),
                "--user",
                "ann:secret",
                "--continue-at",
                "-",
                "--output",
                copy.toString(),
                url))
        .succeeded();
    assertThat(copy).hasBinaryContent(whole);
    assertThat(Curl.head(url, "--cacert", keys.certificate.toString()).exitCode())
        .isEqualTo(Curl.HTTP_ERROR);
    assertThat(mirrored.mirror().log()).doesNotContain("Exception");
  }

  @Test
  @RequiresPrograms({Program.DNF, Program.ROOT_USER})
  void dnfInstallsWithTheServersAuthorityAndAPassword() {
    try (Dnf dnf = Dnf.withBaseUrl(secureUrl())) {
      String[] install = {
        "--setopt=samples.sslcacert=" + keys.certificate,
        "--setopt=samples.username=ann",
        "--setopt=samples.password=secret",
        "install",
        "libodd++",
        "tilde"
      };
      dnf.run(install).succeeded();
      assertThat(dnf.installed(SampleRpm.ODD)).exists();
      assertThat(dnf.installed(SampleRpm.TILDE)).exists();
    }
    assertThat(mirrored.mirror().log()).doesNotContain("Exception");
  }
}
