package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.instantmirror.testing.JavaCommand;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** The commands of the pages on the forward proxy and on Squid; see {@link DeploymentPagesIT}. */
class ProxyPagesIT {
  @AutoClose private final WorkDirectory work = WorkDirectory.create("proxy-pages");
  private final Path root = work.folder("root");

  /** A folder that looks like the project's after building. */
  private Path project() throws IOException {
    Path folder = work.folder("project");
    Files.createSymbolicLink(folder.resolve("conf"), Recipe.project().resolve("conf"));
    Files.createSymbolicLink(
        folder.resolve("target"), MirrorProcess.war().toAbsolutePath().getParent());
    Path installed = Files.createDirectories(root.resolve("etc/instantmirror"));
    Files.copy(
        Recipe.project().resolve("conf/instantmirror.conf"),
        installed.resolve("instantmirror.conf"));
    return folder;
  }

  private void run(String page, Path folder, Map<String, String> replacements) {
    String java = Path.of(System.getProperty("java.home"), "bin").toString();
    ReadmeTour.read(Recipe.project().resolve(page))
        .replacing(replacements)
        .run(
            folder,
            Map.of(
                "PATH",
                work.folder("bin") + ":" + java + ":/usr/sbin:/usr/bin:/sbin:/bin",
                "HOME",
                work.folder("home").toString(),
                "JDK_JAVA_OPTIONS",
                JavaCommand.TEMPORARY_FILES + " " + JavaCommand.NO_PERFORMANCE_DATA))
        .succeeded();
  }

  @Test
  @RequiresRpmTools
  @RequiresPrograms({Program.DNF, Program.NGINX, Program.CURL, Program.WGET, Program.ROOT_USER})
  void thePageOfTheProxyHasClientsGetWhatTheServerHas() throws IOException {
    Path project = project();
    RpmRepository.create(work.folder("tree/fedora"), SampleRpm.HELLO);
    Files.createDirectories(root.resolve("etc/dnf"));
    Files.writeString(root.resolve("etc/dnf/dnf.conf"), "[main]\n");
    String proxy = "http://127.0.0.1:" + BoundPorts.next();
    try (NginxUpstream upstream = NginxUpstream.serving(work.folder("tree"))) {
      String authority = URI.create(upstream.url()).getAuthority();
      work.write(
          "project/repos.d/fedora.repo", "[fedora]\nbaseurl=" + upstream.url() + "fedora/\n");
      dnf(upstream.url() + "fedora/");
      Map<String, String> replacements = new LinkedHashMap<>();
      // The upstream's own port may hold the digits of one of these.
      replacements.put("--port 8080", "--port 0 --address 127.0.0.1");
      replacements.put("--proxy-port 3128", "--proxy-port " + URI.create(proxy).getPort());
      replacements.put("http://mirror.example.org:3128", proxy);
      replacements.put("http://download.example.org/", upstream.url());
      replacements.put("DESTDIR=\n", "DESTDIR=" + root + "\n");
      replacements.put(
          "dnf --refresh",
          "sed -i s,http://mirror.example.org:3128," + proxy + ", $DESTDIR/etc/dnf/dnf.conf\ndnf");

      run("docs/deploy-proxy.md", project, replacements);

      assertThat(project.resolve("repomd.xml"))
          .hasSameBinaryContentAs(project.resolve("again.xml"));
      assertThat(upstream.accessLog().entriesFor("repodata/repomd.xml")).hasSize(1);
      assertThat(project.resolve("cache/fedora/repodata/repomd.xml")).exists();
      assertThat(project.resolve("mirror.log"))
          .content()
          .contains("access 127.0.0.1 GET http://" + authority + "/fedora/repodata/repomd.xml");
      assertThat(root.resolve("etc/instantmirror/instantmirror.conf"))
          .content()
          .contains("\nproxy_port = 3128\n");
    }
  }

  /** What the page calls dnf is the real one, with a root of its own. */
  private void dnf(String baseUrl) {
    work.write("repos/fedora.repo", "[fedora]\nname=f\ngpgcheck=0\nbaseurl=" + baseUrl + "\n");
    Path script =
        work.write(
            "bin/dnf",
            """
            #!/bin/sh
            exec %s -y --config=%s/etc/dnf/dnf.conf --installroot=%s --releasever=1 --noplugins \\
              --setopt=reposdir=%s --setopt=cachedir=%s --setopt=logdir=%s "$@"
            """
                .formatted(
                    Program.DNF.path(),
                    root,
                    work.folder("dnf-root"),
                    work.folder("repos"),
                    work.folder("dnf-cache"),
                    work.folder("log")));
    assertThat(script.toFile().setExecutable(true)).isTrue();
  }

  @Test
  @RequiresPrograms(Program.SQUID)
  void thePageOfSquidMakesAConfigurationThatBothTake() throws IOException {
    Path project = project();
    Command.of("/bin/cp", java.util.List.of("-a", "/etc/squid", root.resolve("etc/").toString()))
        .run()
        .succeeded();
    Path squid = root.resolve("etc/squid/squid.conf");
    Files.writeString(
        squid,
        new Recipe(Files.readString(squid))
            .with("include /etc/squid/", "include " + root + "/etc/squid/")
            .text());

    run("docs/deploy-squid.md", project, Map.of("DESTDIR=\n", "DESTDIR=" + root + "\n"));

    assertThat(root.resolve("etc/instantmirror/instantmirror.conf"))
        .content()
        .contains("\nproxy_peers = 127.0.0.1\n");
    assertThat(root.resolve("etc/squid/conf.d/instantmirror.conf"))
        .hasSameTextualContentAs(Recipe.project().resolve("conf/squid/instantmirror.conf"));
  }
}
