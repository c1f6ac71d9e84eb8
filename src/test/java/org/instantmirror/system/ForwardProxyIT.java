package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A real dnf and a real curl with the mirror for their proxy. */
@RequiresRpmTools
@RequiresPrograms({Program.DNF, Program.NGINX, Program.CURL, Program.ROOT_USER})
class ForwardProxyIT {
  private static final String REPO = "samples";

  @AutoClose private final WorkDirectory work = WorkDirectory.create("proxied");
  private final RpmRepository repository =
      RpmRepository.create(work.path().resolve("repo"), SampleRpm.HELLO, SampleRpm.ODD);
  @AutoClose private final NginxUpstream first = NginxUpstream.serving(repository.folder());
  @AutoClose private final NginxUpstream second = NginxUpstream.serving(repository.folder());
  @AutoClose private final NginxUpstream lists = NginxUpstream.serving(work.folder("lists"));
  @AutoClose private final MirrorFiles files = MirrorFiles.create();
  private final int port = BoundPorts.next();
  private final String proxy = "http://127.0.0.1:" + port;

  private void prepare() throws IOException {
    for (String order : new String[] {"12", "21"}) {
      String list =
          order.equals("12")
              ? first.url() + "\n" + second.url()
              : second.url() + "\n" + first.url();
      Files.writeString(work.folder("lists").resolve("list" + order), list + "\n");
    }
    files
        .settings(
            "proxy_port = " + port,
            "proxy_hosts = " + authority(first) + " " + authority(second) + " " + authority(lists))
        .section(REPO, "mirrorlist=" + lists.url() + "list12");
  }

  private static String authority(Upstream upstream) {
    return URI.create(upstream.url()).getAuthority();
  }

  private int fetches(String ending) {
    return first.accessLog().entriesFor(ending).size()
        + second.accessLog().entriesFor(ending).size();
  }

  @Test
  void twoClientsWithTwoMirrorsOfOneListAreOneFetch() throws IOException {
    prepare();
    try (MirrorProcess mirror = MirrorProcess.start(files)) {
      for (String list : new String[] {"list12", "list21"}) {
        try (Dnf dnf =
            Dnf.behindProxy(proxy, lists.url() + list, first.url() + RpmRepository.KEY_FILE)) {
          dnf.run("install", "hello", "libodd++").succeeded();
          assertThat(dnf.installedText(SampleRpm.HELLO)).isEqualTo(SampleRpm.HELLO.installedText());
          assertThat(dnf.installedText(SampleRpm.ODD)).isEqualTo(SampleRpm.ODD.installedText());
        }
      }
      assertThat(fetches(SampleRpm.HELLO.fileName())).isEqualTo(1);
      assertThat(fetches(SampleRpm.ODD.fileName())).isEqualTo(1);
      assertThat(fetches("-primary.xml.gz") + fetches("-primary.xml.zst")).isEqualTo(1);
      assertThat(files.cached(REPO, SampleRpm.HELLO.fileName())).exists();
      assertThat(files.cached("_proxy", "")).doesNotExist();
      mirror.awaitLog("access 127.0.0.1 GET " + first.url());
    }
  }

  @Test
  void otherRequestsAndTunnelsAreSentOn() throws IOException {
    prepare();
    Files.writeString(work.folder("lists").resolve("page"), "a page");
    Path copy = work.path().resolve("copy");
    try (MirrorProcess mirror = MirrorProcess.start(files)) {
      Curl.download(lists.url() + "page", copy, "--proxy", proxy).succeeded();
      assertThat(copy).hasContent("a page");
      Curl.download(lists.url() + "page", copy, "--proxy", proxy, "--proxytunnel").succeeded();
      assertThat(copy).hasContent("a page");
      assertThat(Curl.download(mirror.url(), copy, "--proxy", proxy).exitCode())
          .isEqualTo(Curl.HTTP_ERROR);
    }
  }
}
