package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.instantmirror.testing.Packages;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A real Squid with our fragment, and a mirror as its parent. */
@RequiresPrograms({Program.SQUID, Program.NGINX, Program.CURL})
class SquidIT {
  private static final String PACKAGE = "a-1.0-1.noarch.rpm";

  @AutoClose private final WorkDirectory work = WorkDirectory.create("squid-test");
  private final Path documents = work.folder("documents");
  @AutoClose private final NginxUpstream first = NginxUpstream.serving(documents);
  @AutoClose private final NginxUpstream second = NginxUpstream.serving(documents);
  @AutoClose private final NginxUpstream stranger = NginxUpstream.serving(documents);
  @AutoClose private final MirrorFiles files = MirrorFiles.create();
  private final Path copy = work.path().resolve("copy");

  private void prepare() throws IOException {
    Files.write(documents.resolve(PACKAGE), Packages.rpm(70_000, 7));
    Files.writeString(documents.resolve("page.html"), "a page");
    files
        .settings("proxy_peers = 127.0.0.1", "proxy_hosts = " + authority(stranger))
        .section("samples", "baseurl=" + first.url() + " " + second.url());
  }

  private static String authority(Upstream upstream) {
    return URI.create(upstream.url()).getAuthority();
  }

  private SquidServer squid(String mirrorUrl) {
    List<Integer> ports = new ArrayList<>();
    for (Upstream upstream : List.of(first, second, stranger)) {
      ports.add(URI.create(upstream.url()).getPort());
    }
    return SquidServer.before(mirrorUrl, ports);
  }

  private void fetch(SquidServer squid, Upstream upstream, String file) {
    Curl.download(upstream.url() + file, copy, "--proxy", squid.url()).succeeded();
    assertThat(copy).hasSameBinaryContentAs(documents.resolve(file));
  }

  private int fetches() {
    return first.accessLog().packageGets().size() + second.accessLog().packageGets().size();
  }

  @Test
  void aPackageByTwoMirrorsNamesIsOneFetchUpstream() throws IOException {
    prepare();
    try (MirrorProcess mirror = MirrorProcess.start(files);
        SquidServer squid = squid(mirror.url())) {
      fetch(squid, first, PACKAGE);
      fetch(squid, second, PACKAGE);
      fetch(squid, second, PACKAGE);
      assertThat(fetches()).isEqualTo(1);
      assertThat(squid.requests()).contains("FIRSTUP_PARENT").doesNotContain("_HIT");
      assertThat(files.cached("samples", PACKAGE)).exists();
    }
  }

  @Test
  @RequiresPrograms(Program.TOMCAT10)
  void aWarThatIsRootInATomcatIsAParentToo() throws IOException {
    prepare();
    try (TomcatServer tomcat =
            TomcatServer.start(Path.of(Program.TOMCAT10.path()), Map.of("ROOT", files));
        SquidServer squid = squid(tomcat.serverUrl())) {
      fetch(squid, first, PACKAGE);
      fetch(squid, second, PACKAGE);
      assertThat(fetches()).isEqualTo(1);
      assertThat(squid.requests()).contains("FIRSTUP_PARENT");
    }
  }

  @Test
  void aPackageOfAHostThatNoRepositoryNamesIsStoredUnderIt() throws IOException {
    prepare();
    try (MirrorProcess mirror = MirrorProcess.start(files);
        SquidServer squid = squid(mirror.url())) {
      fetch(squid, stranger, PACKAGE);
      fetch(squid, stranger, PACKAGE);
      assertThat(stranger.accessLog().packageGets()).hasSize(1);
      assertThat(files.cached("_proxy", authority(stranger) + "/" + PACKAGE)).exists();
    }
  }

  @Test
  void allElseIsSquidsOwn() throws IOException {
    prepare();
    try (MirrorProcess mirror = MirrorProcess.start(files);
        SquidServer squid = squid(mirror.url())) {
      fetch(squid, first, "page.html");
      assertThat(squid.requests()).contains("HIER_DIRECT").doesNotContain("PARENT");
    }
  }

  @Test
  void whileTheMirrorIsDownSquidAsksUpstreamItself() throws IOException {
    prepare();
    try (MirrorProcess mirror = MirrorProcess.start(files);
        SquidServer squid = squid(mirror.url())) {
      fetch(squid, first, PACKAGE);
      mirror.stop();
      fetch(squid, second, PACKAGE);
      fetch(squid, first, PACKAGE);
      assertThat(squid.requests()).contains("HIER_DIRECT");
    }
  }
}
