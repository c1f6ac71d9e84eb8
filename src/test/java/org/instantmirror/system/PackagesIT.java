package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The packages, built as {@code docs/deploy-service.md} says, installed into roots of their own,
 * and the service started there as its unit says, by the user that it is given.
 */
@RequiresPrograms({
  Program.RPMBUILD,
  Program.RPM,
  Program.DPKG,
  Program.DPKG_DEB,
  Program.UNSHARE,
  Program.SYSTEMD_SYSUSERS,
  Program.SYSTEMD_TMPFILES,
  Program.NGINX,
  Program.CURL,
  Program.ROOT_USER
})
class PackagesIT {
  private static final WorkDirectory BUILT = WorkDirectory.create("packages");

  @AutoClose private final WorkDirectory work = WorkDirectory.create("packages-it");
  @AutoClose private final InstallationRoot root = InstallationRoot.create();

  @BeforeAll
  static void build() {
    Command.of("/bin/bash", List.of(Recipe.project().resolve("packaging/build").toString()))
        .with("OUT", BUILT.path().toString())
        .with("WAR", MirrorProcess.war().toAbsolutePath().toString())
        .run()
        .succeeded();
  }

  @AfterAll
  static void remove() {
    BUILT.close();
  }

  @Test
  void theRpmInstallsRunsAndLeaves() throws IOException {
    Path rpm = built(".rpm");
    rpm("--initdb");

    rpm("--install", "--nodeps", rpm.toString());

    assertThat(root.calls())
        .containsExactly(
            "systemd-sysusers instantmirror.conf",
            "systemd-tmpfiles --create instantmirror.conf",
            "systemctl preset instantmirror.service");
    rpm("--verify", "--nodeps", "instantmirror");
    serves(root.file("/usr/lib/systemd/system/instantmirror.service"));

    Files.writeString(root.file("/etc/instantmirror/instantmirror.conf"), "[main]\nport = 81\n");
    rpm("--install", "--force", "--nodeps", rpm.toString());
    assertThat(root.file("/etc/instantmirror/instantmirror.conf")).content().contains("port = 81");
    root.calls();

    rpm("--erase", "instantmirror");

    assertThat(root.calls())
        .containsExactly(
            "systemctl disable --now instantmirror.service", "systemctl daemon-reload");
    assertThat(root.file("/usr/share/instantmirror")).doesNotExist();
    assertThat(root.file("/etc/instantmirror/instantmirror.conf.rpmsave")).exists();
    assertThat(root.file("/var/cache/instantmirror")).exists();
  }

  @Test
  void theDebianPackageInstallsRunsAndLeaves() throws IOException {
    Path deb = built(".deb");
    for (String folder : List.of("info", "updates", "triggers")) {
      Files.createDirectories(root.file("/var/lib/dpkg/" + folder));
    }
    Files.createFile(root.file("/var/lib/dpkg/status"));

    dpkg("--force-depends", "--install", deb.toString());

    assertThat(root.calls())
        .containsExactly(
            "systemd-sysusers instantmirror.conf",
            "systemd-tmpfiles --create instantmirror.conf",
            "systemctl daemon-reload",
            "systemctl preset instantmirror.service");
    serves(root.file("/lib/systemd/system/instantmirror.service"));

    Files.writeString(root.file("/etc/instantmirror/instantmirror.conf"), "[main]\nport = 81\n");
    dpkg("--force-depends", "--force-confold", "--install", deb.toString());
    assertThat(root.calls()).contains("systemctl try-restart instantmirror.service");
    assertThat(root.file("/etc/instantmirror/instantmirror.conf")).content().contains("port = 81");

    dpkg("--remove", "instantmirror");
    assertThat(root.calls())
        .containsExactly(
            "systemctl disable --now instantmirror.service", "systemctl daemon-reload");
    assertThat(root.file("/usr/share/instantmirror")).doesNotExist();
    assertThat(root.file("/etc/instantmirror/instantmirror.conf")).exists();
    assertThat(root.file("/var/cache/instantmirror/r")).exists();

    dpkg("--purge", "instantmirror");
    assertThat(root.file("/etc/instantmirror/instantmirror.conf")).doesNotExist();
    assertThat(root.file("/var/cache/instantmirror")).doesNotExist();
  }

  /** Makes the user and the folders, and runs what the unit says, with the log in files. */
  private void serves(Path unit) throws IOException {
    String inRoot = "--root=" + root.path();
    Command.of(Program.SYSTEMD_SYSUSERS, inRoot, "instantmirror.conf").run().succeeded();
    Command.of(Program.SYSTEMD_TMPFILES, inRoot, "--create", "instantmirror.conf")
        .run()
        .succeeded();
    byte[] lead = {(byte) 0xED, (byte) 0xAB, (byte) 0xEE, (byte) 0xDB};
    Path published = Files.write(work.folder("repo").resolve("a.rpm"), Arrays.copyOf(lead, 1000));
    int port = BoundPorts.next();
    try (Upstream upstream = NginxUpstream.serving(work.folder("repo"));
        HttpServerProcess service = service(unit, port)) {
      Files.writeString(
          root.file("/etc/instantmirror/repos.d/r.repo"),
          "[r]\nbaseurl=" + upstream.url() + "\npackage_expire=1h\n");
      service.start();
      String url = "http://127.0.0.1:" + port + "/";

      assertThat(Curl.run(List.of("--include", url + "health/ready")).succeeded().output())
          .startsWith("HTTP/1.1 200");
      Curl.run(List.of(url + "mirror/r/repodata/x")).failed();
      Curl.awaitHit(url + "mirror/r/a.rpm");
      assertThat(root.file("/var/cache/instantmirror/r/a.rpm")).hasSameBinaryContentAs(published);
    }
    Path log = root.file("/var/log/instantmirror/instantmirror.log");
    assertThat(log).content().contains("access 127.0.0.1 GET /mirror/r/repodata/x 404");
    assertThat(Files.getOwner(log).getName()).isNotEqualTo("root");
    assertThat(root.file("/var/cache/instantmirror/.instantmirror/index.db")).exists();
  }

  private HttpServerProcess service(Path unit, int port) throws IOException {
    String start =
        Files.readAllLines(unit).stream()
            .filter(line -> line.startsWith("ExecStart="))
            .map(line -> line.substring("ExecStart=".length()))
            .findFirst()
            .orElseThrow();
    Command command =
        root.command("instantmirror", "exec " + start)
            .with("LANG", "C.UTF-8")
            .with(
                "JAVA_OPTIONS",
                "-Xmx208m -XX:-UsePerfData"
                    + " -Dlogback.configurationFile=/etc/instantmirror/logback.xml")
            .with("OPTIONS", "--address 127.0.0.1 --port " + port);
    return new HttpServerProcess("the service", command, port, work.path().resolve("service.log"));
  }

  private void rpm(String... options) {
    run(
        Program.RPM,
        words -> Stream.concat(Stream.of("--root", root.path().toString()), words),
        options);
  }

  private void dpkg(String... options) {
    run(Program.DPKG, words -> Stream.concat(Stream.of("--root=" + root.path()), words), options);
  }

  private static void run(
      Program program, UnaryOperator<Stream<String>> withRoot, String... options) {
    Command.of(program, withRoot.apply(Stream.of(options)).toArray(String[]::new))
        .with("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .run()
        .succeeded();
  }

  private static Path built(String ending) throws IOException {
    try (Stream<Path> all = Files.list(BUILT.path())) {
      return all.filter(file -> file.toString().endsWith(ending)).findFirst().orElseThrow();
    }
  }
}
