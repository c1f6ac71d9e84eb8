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
  private static final String CONF = "/etc/instantmirror/instantmirror.conf";
  private static final String NEWS = "# A comment that the next version has.\n";

  private static final WorkDirectory BUILT = WorkDirectory.create("packages");

  @AutoClose private final WorkDirectory work = WorkDirectory.create("packages-it");
  @AutoClose private final InstallationRoot root = InstallationRoot.create();

  @BeforeAll
  static void build() throws IOException {
    build(Recipe.project(), "1.0.0~test");
    // The next version: another WAR, other settings and another file for logs.
    Path next = BUILT.folder("next");
    Files.createDirectory(next.resolve("src"));
    for (String name : List.of("conf", "docs", "src/packaging")) {
      Path of = Recipe.project().resolve(name);
      Command.of("/bin/cp", List.of("-r", of.toString(), next.resolve(name).toString()))
          .run()
          .succeeded();
    }
    for (String name : List.of("README.md", "CHANGELOG.md", "LICENSE", "pom.xml")) {
      Files.copy(Recipe.project().resolve(name), next.resolve(name));
    }
    Path conf = next.resolve("conf/instantmirror.conf");
    Files.writeString(conf, NEWS + Files.readString(conf));
    Path log = next.resolve("conf/logback/instantmirror.xml");
    Files.writeString(log, Files.readString(log) + "<!-- next -->\n");
    build(next, "1.0.1");
  }

  private static void build(Path project, String version) {
    Command.of("/bin/bash", List.of(project.resolve("src/packaging/build").toString()))
        .with("OUT", BUILT.folder(version).toString())
        .with("WAR", MirrorProcess.war().toAbsolutePath().toString())
        .with("VERSION", version)
        .run()
        .succeeded();
  }

  @AfterAll
  static void remove() {
    BUILT.close();
  }

  @Test
  void theRpmInstallsRunsAndLeaves() throws IOException {
    rpm("--initdb");

    rpm("--install", "--nodeps", built("1.0.0~test", ".rpm"));

    assertThat(root.calls())
        .containsExactly(
            "systemd-sysusers instantmirror.conf",
            "systemd-tmpfiles --create instantmirror.conf",
            "systemctl --no-reload preset instantmirror.service");
    rpm("--verify", "--nodeps", "instantmirror");
    serves(root.file("/usr/lib/systemd/system/instantmirror.service"));

    Files.writeString(root.file(CONF), "[main]\nport = 81\n");
    rpm("--upgrade", "--nodeps", built("1.0.1", ".rpm"));
    assertThat(root.calls())
        .containsExactly(
            "systemd-sysusers instantmirror.conf",
            "systemd-tmpfiles --create instantmirror.conf",
            "systemctl daemon-reload",
            "systemctl try-restart instantmirror.service");
    upgraded(".rpmnew");

    rpm("--erase", "instantmirror");

    assertThat(root.calls())
        .containsExactly(
            "systemctl --no-reload disable --now instantmirror.service", "systemctl daemon-reload");
    assertThat(root.file("/usr/share/instantmirror")).doesNotExist();
    assertThat(root.file(CONF + ".rpmsave")).content().contains("port = 81");
    cacheUserAndRepositoriesAreThere();
  }

  /** What an administrator changed is as he left it; what he didn't is the new version's. */
  private void upgraded(String suffix) {
    assertThat(root.file(CONF)).content().isEqualTo("[main]\nport = 81\n");
    assertThat(root.file(CONF + suffix)).content().startsWith(NEWS);
    assertThat(root.file("/etc/instantmirror/logback.xml")).content().contains("<!-- next -->");
    assertThat(root.file("/etc/instantmirror/logback.xml" + suffix)).doesNotExist();
    cacheUserAndRepositoriesAreThere();
  }

  private void cacheUserAndRepositoriesAreThere() {
    assertThat(root.file("/var/cache/instantmirror/r/a.rpm")).exists();
    assertThat(root.file("/etc/passwd")).content().contains("instantmirror:");
    assertThat(root.file("/etc/instantmirror/repos.d/r.repo")).exists();
  }

  @Test
  void theDebianPackageInstallsRunsAndLeaves() throws IOException {
    for (String folder : List.of("info", "updates", "triggers")) {
      Files.createDirectories(root.file("/var/lib/dpkg/" + folder));
    }
    Files.createFile(root.file("/var/lib/dpkg/status"));

    dpkg("--force-depends", "--install", built("1.0.0~test", ".deb"));

    assertThat(root.calls())
        .containsExactly(
            "systemd-sysusers instantmirror.conf",
            "systemd-tmpfiles --create instantmirror.conf",
            "deb-systemd-helper unmask instantmirror.service",
            "deb-systemd-helper --quiet was-enabled instantmirror.service",
            "deb-systemd-helper enable instantmirror.service",
            "systemctl --system daemon-reload",
            "deb-systemd-invoke start instantmirror.service");
    serves(root.file("/lib/systemd/system/instantmirror.service"));

    Files.writeString(root.file(CONF), "[main]\nport = 81\n");
    dpkg("--force-depends", "--force-confold", "--install", built("1.0.1", ".deb"));
    assertThat(root.calls()).endsWith("deb-systemd-invoke restart instantmirror.service");
    upgraded(".dpkg-dist");

    dpkg("--remove", "instantmirror");
    assertThat(root.calls())
        .containsExactly(
            "deb-systemd-invoke stop instantmirror.service", "systemctl --system daemon-reload");
    assertThat(root.file("/usr/share/instantmirror")).doesNotExist();
    assertThat(root.file(CONF)).content().contains("port = 81");
    cacheUserAndRepositoriesAreThere();

    dpkg("--purge", "instantmirror");
    assertThat(root.calls()).containsExactly("deb-systemd-helper purge instantmirror.service");
    assertThat(root.file(CONF)).doesNotExist();
    assertThat(root.file("/var/cache/instantmirror")).doesNotExist();
    assertThat(root.file("/etc/passwd")).content().contains("instantmirror:");
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

  private static String built(String version, String ending) throws IOException {
    try (Stream<Path> all = Files.list(BUILT.folder(version))) {
      return all.map(Path::toString)
          .filter(file -> file.endsWith(ending))
          .findFirst()
          .orElseThrow();
    }
  }
}
