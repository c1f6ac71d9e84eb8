package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** The WAR in a Tomcat that says nothing of it: its configuration is where packages put it. */
@RequiresPrograms({
  Program.TOMCAT10,
  Program.NGINX,
  Program.CURL,
  Program.UNSHARE,
  Program.ROOT_USER
})
class DefaultConfigurationIT {
  @AutoClose private final WorkDirectory work = WorkDirectory.create("default-conf");

  @Test
  void withoutParameterAndEnvironmentItIsThatBelowEtc() {
    Path published = work.write("repo/.treeinfo", "[general]\n");
    Path cache = work.folder("cache");
    try (Upstream upstream = NginxUpstream.serving(work.folder("repo"))) {
      work.write("settings/instantmirror.conf", "[main]\ncachedir = " + cache + "\n");
      work.write(
          "settings/repos.d/given.repo",
          "[given]\nbaseurl=" + upstream.url() + "\ncache_patterns=.treeinfo\n");
      Path copy = work.path().resolve("copy");
      try (TomcatServer tomcat =
          TomcatServer.startWithDefaults(
              Path.of(Program.TOMCAT10.path()), work.folder("settings"))) {
        Curl.download(tomcat.url() + "mirror/given/.treeinfo", copy).succeeded();
        assertThat(copy).hasSameBinaryContentAs(published);
        Curl.awaitHit(tomcat.url() + "mirror/given/.treeinfo");
      }
      assertThat(cache.resolve("given/.treeinfo")).hasSameBinaryContentAs(published);
    }
    // The machine's own is as it was.
    assertThat(Files.exists(Path.of("/etc/instantmirror/repos.d/given.repo"))).isFalse();
  }
}
