package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The WAR twice in one Tomcat, at the root and deeper, by the recipes in {@code conf/tomcat}, and
 * behind the web server that organisations have.
 */
@RequiresPrograms({Program.TOMCAT10, Program.NGINX, Program.APACHE, Program.CURL})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TomcatContextIT {
  private final WorkDirectory work = WorkDirectory.create("tomcat-context");
  private final Path copy = work.path().resolve("copy");
  private final Path published = work.write("repo/.treeinfo", "[general]\n");
  private final Upstream upstream = NginxUpstream.serving(work.folder("repo"));
  private final MirrorFiles first = MirrorFiles.create().repo("first", upstream.url());
  private final MirrorFiles second = MirrorFiles.create().repo("second", upstream.url());
  private TomcatServer tomcat;

  @BeforeAll
  void start() {
    tomcat =
        TomcatServer.start(
            Path.of(Program.TOMCAT10.path()), Map.of("ROOT", first, "mirrors#yum", second));
  }

  @AfterAll
  void stop() {
    if (tomcat != null) {
      tomcat.close();
    }
    upstream.close();
    first.close();
    second.close();
    work.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"mirror/first/", "mirrors/yum/mirror/second/"})
  void eachPathHasItsOwnConfiguration(String path) {
    Curl.download(tomcat.serverUrl() + path + ".treeinfo", copy).succeeded();

    assertThat(copy).hasSameBinaryContentAs(published);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mirror/second/", "mirrors/yum/mirror/first/", "yum/mirror/second/"})
  void noPathHasAnothers(String path) {
    assertThat(Curl.head(tomcat.serverUrl() + path + ".treeinfo").exitCode())
        .isEqualTo(Curl.HTTP_ERROR);
  }

  @Test
  void behindApacheTheLogNamesTheClient() {
    try (Upstream front = ApacheServer.before(tomcat.serverUrl())) {
      String url = front.url() + "mirrors/yum/mirror/second/.treeinfo";

      Curl.head(url, "--interface", "127.0.0.9", "--header", "X-Forwarded-For: 192.0.2.1")
          .succeeded();

      await()
          .untilAsserted(
              () ->
                  assertThat(tomcat.log())
                      .contains("access 127.0.0.9 GET /mirrors/yum/mirror/second/.treeinfo 200")
                      .doesNotContain("access 192.0.2.1"));
    }
  }
}
