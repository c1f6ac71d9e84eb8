package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/**
 * The same noarch packages, in two architectures' trees as createrepo_c lists them, and by the URLs
 * of two mirrors, one of which no repository names: each byte comes from upstream once.
 */
@RequiresRpmTools
@RequiresPrograms({Program.NGINX, Program.CURL, Program.ROOT_USER})
class OneContentIT {
  private static final String REPO = "samples";
  private static final List<SampleRpm> RPMS =
      List.of(SampleRpm.HELLO, SampleRpm.ODD, SampleRpm.TILDE, SampleRpm.BIG);

  @AutoClose private final WorkDirectory work = WorkDirectory.create("names");
  private final Path trees = work.folder("trees");
  private final RpmRepository intel = tree("x86_64");
  private final RpmRepository arm = tree("aarch64");
  @AutoClose private final NginxUpstream upstream = NginxUpstream.serving(trees);
  @AutoClose private final NginxUpstream stranger = NginxUpstream.serving(trees);
  @AutoClose private final MirrorFiles files = MirrorFiles.create();
  private final int port = BoundPorts.next();

  private RpmRepository tree(String arch) {
    return RpmRepository.create(trees.resolve(arch), RPMS.toArray(SampleRpm[]::new));
  }

  private static String encoded(SampleRpm rpm) {
    return rpm.fileName().replace("^", "%5E").replace("+", "%2B").replace("~", "%7E");
  }

  private void get(String url, SampleRpm rpm, String... options) {
    Path copy = work.path().resolve(rpm.fileName() + Integer.toHexString(url.hashCode()));
    Curl.download(url + encoded(rpm), copy, options).succeeded();
    assertThat(copy).hasSameBinaryContentAs(intel.file(rpm));
  }

  private void know(MirrorProcess mirror, String url, String folder, String... options) {
    Curl.download(url + "repodata/repomd.xml", work.path().resolve("repomd"), options).succeeded();
    mirror.awaitLog(folder + ": generation 1 is live");
  }

  private long bytes(Upstream from) {
    return from.accessLog().entriesFor(".rpm").stream().mapToLong(AccessLog.Entry::bytes).sum();
  }

  private Object inode(String repo, String path) throws IOException {
    Path file = files.cached(repo, path);
    await().until(() -> Files.exists(file));
    return Files.getAttribute(file, "unix:ino");
  }

  @Test
  void theSamePackagesInTwoTreesAndByTwoMirrorsUrlsComeFromUpstreamOnce() throws IOException {
    String unknown = URI.create(stranger.url()).getAuthority();
    files
        .settings("proxy_port = " + port, "proxy_hosts = " + unknown)
        .repo(REPO, upstream.url() + "$basearch/");
    String[] proxy = {"--proxy", "http://127.0.0.1:" + port};
    try (MirrorProcess mirror = MirrorProcess.start(files)) {
      String base = mirror.url() + "mirror/" + REPO + "/";
      know(mirror, base + "x86_64/", "x86_64");
      know(mirror, base + "aarch64/", "aarch64");
      know(mirror, stranger.url() + "x86_64/", unknown + "/x86_64", proxy);
      for (SampleRpm rpm : RPMS) {
        // Two at once, by two names.
        CompletableFuture<Void> other =
            CompletableFuture.runAsync(() -> get(base + "aarch64/", rpm));
        get(base + "x86_64/", rpm);
        other.join();
        get(stranger.url() + "x86_64/", rpm, proxy);
        // A mirror that the repository names.
        get(upstream.url() + "aarch64/", rpm, proxy);
      }
      long content = 0;
      for (SampleRpm rpm : RPMS) {
        content += Files.size(intel.file(rpm));
        Object inode = inode(REPO, "x86_64/" + rpm.fileName());
        assertThat(inode(REPO, "aarch64/" + rpm.fileName())).isEqualTo(inode);
        assertThat(inode("_proxy", unknown + "/x86_64/" + rpm.fileName())).isEqualTo(inode);
      }
      double ratio = (double) (bytes(upstream) + bytes(stranger)) / content;
      assertThat(ratio).isEqualTo(1.0);
      assertThat(arm.file(SampleRpm.HELLO)).exists();
    }
    try (Stream<Path> left = Files.list(files.cacheDir().resolve(".instantmirror/partial"))) {
      assertThat(left).isEmpty();
    }
  }
}
