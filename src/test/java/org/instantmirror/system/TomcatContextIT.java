package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.instantmirror.testing.ServerKeys;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
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
  private final TruncatingUpstream cutLength =
      TruncatingUpstream.start(TruncatingUpstream.Framing.CONTENT_LENGTH);
  private final TruncatingUpstream cutChunked =
      TruncatingUpstream.start(TruncatingUpstream.Framing.CHUNKED);
  private final MirrorFiles first =
      MirrorFiles.create()
          .repo("first", upstream.url())
          // One for each test: an upstream that has failed in a repository rests there.
          .repo("apache-content_length", cutLength.url(), "retries=1")
          .repo("apache-chunked", cutChunked.url(), "retries=1")
          .repo("nginx-content_length", cutLength.url(), "retries=1")
          .repo("nginx-chunked", cutChunked.url(), "retries=1");
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
    cutLength.close();
    cutChunked.close();
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
  void behindApacheClientsFilesLeadToApache() {
    try (Upstream front = ApacheServer.before(tomcat.serverUrl())) {
      assertClientsFilesLeadTo(front.url());
    }
  }

  @Test
  void behindApacheWithTlsTheyLeadThereByHttps() {
    ServerKeys keys = ServerKeys.make(work.path(), "apache", "EC");
    try (Upstream front = ApacheServer.securedBefore(tomcat.serverUrl(), keys)) {
      String url = front.url().replace("http://", "https://");
      assertClientsFilesLeadTo(url, "--cacert", keys.certificate.toString());
    }
  }

  @Test
  void behindNginxTheyLeadToNginx() {
    try (Upstream front = NginxFront.before(tomcat.serverUrl())) {
      assertClientsFilesLeadTo(front.url());
    }
  }

  /** Scheme, host and port are those that the client used, and what they name is there. */
  private void assertClientsFilesLeadTo(String front, String... options) {
    assertThat(Curl.run(with(options, front + "mirrors/yum/repos/second.repo")).output())
        .contains("\nbaseurl=" + front + "mirrors/yum/mirror/second/\n");
    assertThat(Curl.run(with(options, front + "mirrors/yum/repos/")).output())
        .contains(front + "mirrors/yum/repos/second.repo\t");
    Curl.download(front + "mirrors/yum/mirror/second/.treeinfo", copy, options).succeeded();
    assertThat(copy).hasSameBinaryContentAs(published);
  }

  private static List<String> with(String[] options, String url) {
    return Stream.concat(Stream.of(options), Stream.of(url)).toList();
  }

  @ParameterizedTest
  @EnumSource
  void behindApacheACutUpstreamIsABrokenTransfer(TruncatingUpstream.Framing framing) {
    try (Upstream front = ApacheServer.before(tomcat.serverUrl())) {
      assertBroken(front.url(), "apache-" + framing.name().toLowerCase(Locale.ROOT));
    }
  }

  @ParameterizedTest
  @EnumSource
  void behindNginxACutUpstreamIsABrokenTransfer(TruncatingUpstream.Framing framing) {
    try (Upstream front = NginxFront.before(tomcat.serverUrl())) {
      assertBroken(front.url(), "nginx-" + framing.name().toLowerCase(Locale.ROOT));
    }
  }

  /** As the second file of a connection that goes on after the first. */
  private void assertBroken(String front, String repo) {
    String whole = front + "mirror/first/.treeinfo";
    String cut = front + "mirror/" + repo + "/cut-1-1.noarch.rpm";

    Curl.SecondOfTwo second = Curl.secondOfTwo(whole, cut, copy);

    assertThat(second.newConnections()).isZero();
    assertThat(second.exitCode()).isIn(Curl.PARTIAL_FILE, Curl.RECEIVE_ERROR);
    assertThat(copy.toFile().length()).isLessThan(TruncatingUpstream.PROMISED);
    // Nothing of it is left on the connections between front and Tomcat.
    Curl.download(whole, copy).succeeded();
    assertThat(copy).hasSameBinaryContentAs(published);
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
