package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** The commands of {@code docs/deploy-*.md}, word for word but for the places that they change. */
@RequiresPrograms({Program.CURL, Program.NGINX, Program.ROOT_USER})
class DeploymentPagesIT {
  @AutoClose private final WorkDirectory work = WorkDirectory.create("pages");
  @AutoClose private final MirrorFiles files = MirrorFiles.create();

  @Test
  @RequiresPrograms({
    Program.RPMBUILD,
    Program.DPKG_DEB,
    Program.SYSTEMD_ANALYZE,
    Program.SYSTEMD_SYSUSERS,
    Program.SYSTEMD_TMPFILES
  })
  void thePageOfTheServiceMakesPackagesAndInstallsByHand() throws IOException {
    Path project = project("docs", "src", "README.md", "CHANGELOG.md", "LICENSE", "pom.xml");
    Files.createDirectory(project.resolve("target"));
    Files.createSymbolicLink(
        project.resolve("target/instantmirror.war"), MirrorProcess.war().toAbsolutePath());
    Path root = work.folder("root");

    run("docs/deploy-service.md", project, Map.of("DESTDIR=\n", "DESTDIR=" + root + "\n"));

    try (var packages = Files.list(project.resolve("target/packages"))) {
      assertThat(packages).hasSize(2);
    }
    assertThat(root.resolve("etc/passwd")).content().contains("instantmirror:");
    assertThat(Files.getOwner(root.resolve("var/cache/instantmirror")).getName())
        .isNotEqualTo("root");
  }

  @Test
  void thePageOfTheTomcatPutsItsRecipesInPlace() throws IOException {
    Path project = project();
    Files.createSymbolicLink(
        project.resolve("target"), MirrorProcess.war().toAbsolutePath().getParent());
    Path root = work.folder("root");

    run("docs/deploy-tomcat.md", project, Map.of("DESTDIR=\n", "DESTDIR=" + root + "\n"));

    assertThat(root.resolve("etc/tomcat10/Catalina/localhost/instantmirror.xml"))
        .content()
        .contains("docBase=\"/usr/share/instantmirror/instantmirror.war\"")
        .contains("value=\"/etc/instantmirror/instantmirror.conf\"");
    assertThat(root.resolve("usr/share/instantmirror/instantmirror.war"))
        .hasSameBinaryContentAs(MirrorProcess.war());
    String connector = Recipe.read("conf/tomcat/connector.xml").text();
    assertThat(Recipe.read("docs/deploy-tomcat.md").text())
        .contains(connector.substring(connector.indexOf("<Connector")).strip());
  }

  @Test
  @RequiresPrograms(Program.OPENSSL)
  void thePageOfTlsMakesAServerWithTlsAndUsers() throws IOException {
    Path project = project();
    Files.createSymbolicLink(
        project.resolve("target"), MirrorProcess.war().toAbsolutePath().getParent());
    Path settings = work.folder("etc");
    int port = BoundPorts.next();
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    // In the foreground of the same script, since the client's commands come after it.
    String start =
        java
            + " -Xmx256m -jar target/instantmirror.war --address 127.0.0.1 --port 0 --cachedir cache"
            + " --config /etc/instantmirror/instantmirror.conf"
            + " --reposdir /etc/instantmirror/repos.d >ready 2>log &\n"
            + "until grep -q '^InstantMirror ready' ready; do kill -0 $!; sleep 0.1; done";

    CommandResult result =
        run(
            "docs/deploy-tls.md",
            project,
            ordered(
                "host=mirror.example",
                "host=localhost",
                "java -jar",
                java + " -jar",
                "check-config ",
                "check-config --reposdir /etc/instantmirror/repos.d ",
                "systemctl restart instantmirror",
                "sed -i 's/^tls_port.*/tls_port = "
                    + port
                    + "/' /etc/instantmirror/instantmirror.conf\n"
                    + start,
                "https://$host:8443/",
                "https://localhost:" + port + "/",
                "-g instantmirror",
                "-g root",
                "chgrp instantmirror",
                "chgrp root",
                "/etc/instantmirror",
                settings.toString()));

    assertThat(result.output())
        .contains("internal http://build.example/internal/ (from ")
        .contains("user ann, role staff)")
        .contains("\nready\n")
        .contains("\nbaseurl=https://localhost:" + port + "/mirror/internal/\n");
    assertThat(Files.getPosixFilePermissions(settings.resolve("server.key")))
        .isEqualTo(PosixFilePermissions.fromString("rw-r-----"));
  }

  private static Map<String, String> ordered(String... pairs) {
    Map<String, String> all = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      all.put(pairs[i], pairs[i + 1]);
    }
    return all;
  }

  @Test
  @RequiresPrograms({Program.APACHE, Program.APACHE_XSENDFILE})
  void thePageOfApacheMakesOneThatSendsTheMirrorsFiles() throws IOException {
    Path apache = debiansApache();
    Files.copy(
        Recipe.project().resolve("conf/instantmirror.conf"),
        files.config(),
        StandardCopyOption.REPLACE_EXISTING);
    Path published = work.folder("repo").resolve("large.iso");
    byte[] content = new byte[1 << 20];
    new Random(1).nextBytes(content);
    Files.write(published, content);

    run(
        "docs/deploy-apache.md",
        project(),
        Map.of(
            "/etc/apache2",
            apache.toString(),
            "/etc/instantmirror/instantmirror.conf",
            files.config().toString()));

    Path copy = work.path().resolve("copy");
    int port = BoundPorts.next();
    try (Upstream upstream = NginxUpstream.serving(work.folder("repo"))) {
      files.repo("r", upstream.url(), "cache_patterns=*.iso");
      try (MirrorProcess mirror = MirrorProcess.start(files);
          HttpServerProcess front = apache(apache, port, mirror.url(), files.cacheDir())) {
        Curl.awaitHit(mirror.repoUrl("r") + "large.iso");
        front.start();
        String url = "http://127.0.0.1:" + port + "/mirror/r";

        Curl.download(url + "/large.iso", copy).succeeded();

        assertThat(copy).hasSameBinaryContentAs(published);
        // Apache would say 404 by itself.
        assertThat(Curl.run(List.of("--no-fail", "--include", url + "%2flarge.iso")).output())
            .startsWith("HTTP/1.1 400");
        // It is Apache who opens the file: what it can't read it doesn't find.
        hide(files.cacheDir());
        assertThat(Curl.run(List.of("--no-fail", "--include", url + "/large.iso")).output())
            .startsWith("HTTP/1.1 404");
      }
    }
  }

  /** From everybody but the mirror, which is root's here. */
  private static void hide(Path cache) throws IOException {
    Files.setPosixFilePermissions(
        cache.resolve(".instantmirror"), PosixFilePermissions.fromString("rwx------"));
  }

  /** A copy of the configuration that Debian's package brings, whose server runs below it. */
  private Path debiansApache() throws IOException {
    Path apache = work.path().resolve("apache2");
    Command.of("/bin/cp", List.of("-a", "/etc/apache2", apache.toString())).run().succeeded();
    Path variables = apache.resolve("envvars");
    String run = work.folder("run").toString();
    Files.writeString(
        variables,
        Files.readString(variables).replaceAll("/var/(run|lock|log)/apache2\\$SUFFIX", run));
    return apache;
  }

  private static HttpServerProcess apache(Path apache, int port, String mirror, Path cache)
      throws IOException {
    edit(apache.resolve("ports.conf"), "Listen 80", "Listen 127.0.0.1:" + port);
    edit(apache.resolve("sites-available/000-default.conf"), "*:80", "*:" + port);
    Path recipe = apache.resolve("conf-available/instantmirror.conf");
    edit(recipe, "http://127.0.0.1:8080", mirror.substring(0, mirror.length() - 1));
    edit(recipe, "/var/cache/instantmirror", cache.toString());
    return new HttpServerProcess(
        "apache",
        Command.of(
                "/bin/sh",
                List.of(
                    "-c",
                    ". ./envvars && exec "
                        + Program.APACHE.path()
                        + " -d $APACHE_CONFDIR -DFOREGROUND"))
            .in(apache)
            .with("APACHE_CONFDIR", apache.toString()),
        port,
        apache.resolveSibling("apache.log"));
  }

  private static void edit(Path file, String before, String after) throws IOException {
    Files.writeString(file, new Recipe(Files.readString(file)).with(before, after).text());
  }

  /** A folder that looks like the project's, with {@code conf} and these files of it. */
  private Path project(String... names) throws IOException {
    Path folder = work.folder("project");
    Files.createSymbolicLink(folder.resolve("conf"), Recipe.project().resolve("conf"));
    for (String name : names) {
      Files.createSymbolicLink(folder.resolve(name), Recipe.project().resolve(name));
    }
    return folder;
  }

  private CommandResult run(String page, Path folder, Map<String, String> replacements) {
    return ReadmeTour.read(Recipe.project().resolve(page))
        .replacing(replacements)
        .run(
            folder,
            Map.of(
                "PATH",
                "/usr/sbin:/usr/bin:/sbin:/bin",
                "APACHE_CONFDIR",
                work.path().resolve("apache2").toString(),
                "APACHE_STATE_DIRECTORY",
                work.folder("state").toString()))
        .succeeded();
  }
}
