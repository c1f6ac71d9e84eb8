package org.instantmirror.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which requests are the mirror's own, which it passes through, and which it refuses. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClassificationTest {

  private static final Instant LAST_YEAR = Instant.parse("2025-06-01T00:00:00Z");

  private final FakeUpstream upstream = FakeUpstream.start();
  private final RunningMirror mirror =
      RunningMirror.setup()
          .repo(upstream)
          .repo(
              "patterns",
              List.of(upstream.origin() + "/patterns/"),
              "cache_patterns = *.zst",
              "pass_patterns = *-debuginfo-*.rpm")
          .repo("variables", List.of(upstream.origin() + "/v/$releasever/os/$basearch/"))
          .start();

  @AfterAll
  void stop() {
    mirror.close();
    upstream.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ours/a-1-1.noarch.rpm",
        "ours/a-1-2.noarch.drpm",
        "ours/repodata/repomd.xml",
        "ours/repodata/repomd.xml.asc",
        "ours/repodata/repomd.xml.key",
        "ours/repodata/primary.xml.gz",
        "ours/RPM-GPG-KEY-fedora-40-x86_64",
        "ours/.treeinfo",
        "ours/.composeinfo",
        "ours/media.repo",
        "ours/images/boot.iso",
        "ours/images/pxeboot/vmlinuz",
        "ours/images/install.img",
      })
  void packagesAndMetadataAreKept(String path) throws Exception {
    byte[] content = Packages.rpm(500, path.hashCode());
    upstream.file("/" + path, content).lastModified(LAST_YEAR);
    Warm.file(mirror, path);
    RawResponse second = mirror.get(path);
    assertThat(second.body()).isEqualTo(content);
    assertThat(second.header("Cache-Status")).isEqualTo("InstantMirror; hit");
    assertThat(upstream.requests("/" + path)).hasSize(1);
    assertThat(mirror.stored(path)).hasBinaryContent(content);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "others/",
        "others/readme.txt",
        "others/Packages/a/",
        "others/config.repo",
        "others/repodata/",
      })
  void everythingElseIsPassedThroughEachTimeAndNotKept(String path) {
    upstream.file("/" + path, "<a href=x>x</a>".getBytes(UTF_8)).contentType("text/html");
    for (int i = 1; i <= 2; i++) {
      RawResponse answer = mirror.get(path);
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.text()).isEqualTo("<a href=x>x</a>");
      assertThat(answer.header("Content-Type")).isEqualTo("text/html");
      assertThat(answer.header("Cache-Status")).isEqualTo("InstantMirror; fwd=bypass");
      assertThat(upstream.requests("/" + path)).hasSize(i);
    }
    assertThat(mirror.stored("others")).doesNotExist();
  }

  @Test
  void aQueryMakesAFileNoneOfOurs() {
    upstream.file("/asked/repodata/repomd.xml", "<repomd/>".getBytes(UTF_8));
    RawResponse answer = mirror.get("asked/repodata/repomd.xml?countme=1&a=%2F+b");
    assertThat(answer.text()).isEqualTo("<repomd/>");
    assertThat(upstream.requests("/asked/repodata/repomd.xml"))
        .singleElement()
        .satisfies(
            request ->
                assertThat(request.target())
                    .isEqualTo("/asked/repodata/repomd.xml?countme=1&a=%2F+b"));
    assertThat(mirror.stored("asked")).doesNotExist();
  }

  @Test
  void aCachePatternAddsToWhatIsKept() {
    upstream.file("/patterns/appstream.zst", new byte[] {1, 2, 3}).lastModified(LAST_YEAR);
    Warm.target(mirror, "/mirror/patterns/appstream.zst");
    assertThat(upstream.requests("/patterns/appstream.zst")).hasSize(1);
    assertThat(mirror.cacheDir().resolve("patterns/appstream.zst")).exists();
  }

  @Test
  void aPassPatternTakesAwayFromIt() {
    String name = "a-debuginfo-1-1.noarch.rpm";
    byte[] rpm = Packages.rpm(500, 1);
    upstream.file("/patterns/" + name, rpm).lastModified(LAST_YEAR);
    mirror.request("GET", "/mirror/patterns/" + name);
    assertThat(mirror.request("GET", "/mirror/patterns/" + name).body()).isEqualTo(rpm);
    assertThat(upstream.requests("/patterns/" + name)).hasSize(2);
    assertThat(mirror.cacheDir().resolve("patterns/" + name)).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "MKCOL", "PROPFIND", "BREW"})
  void writesAndUnknownMethodsAreRefused(String method) {
    for (String path : List.of("/mirror/repo/refused.rpm", "/mirror/repo/refused/", "/", "/x")) {
      RawResponse answer = mirror.request(method, path);
      assertThat(answer.status()).isEqualTo(405);
      assertThat(answer.header("Allow")).isEqualTo("GET, HEAD, OPTIONS");
    }
    assertThat(upstream.requests("/refused.rpm")).isEmpty();
    assertThat(upstream.requests("/refused/")).isEmpty();
  }

  @Test
  void optionsAreToldAndDoNothing() {
    RawResponse answer = mirror.request("OPTIONS", "/mirror/repo/options.rpm");
    assertThat(answer.status()).isEqualTo(204);
    assertThat(answer.header("Allow")).isEqualTo("GET, HEAD, OPTIONS");
    assertThat(upstream.requests("/options.rpm")).isEmpty();
  }

  @Test
  void anUnknownRepositoryIsNotFoundWithASentence() {
    RawResponse answer = mirror.request("GET", "/mirror/nosuch/repodata/repomd.xml");
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.header("Content-Type")).startsWith("text/plain");
    assertThat(answer.text()).contains("no repository of that name");
    assertThat(mirror.cacheDir().resolve("nosuch")).doesNotExist();
  }

  @Test
  void aRepositorysNameAloneLeadsToItsFolder() {
    RawResponse answer = mirror.request("GET", "/mirror/repo");
    assertThat(answer.status()).isEqualTo(301);
    assertThat(answer.header("Location")).isEqualTo("./repo/");
  }

  @Test
  void variablesAreLeadingSegmentsInTheirFixedOrder() {
    upstream
        .file("/v/9/os/x86_64/repodata/repomd.xml", "<repomd/>".getBytes(UTF_8))
        .lastModified(LAST_YEAR);
    RawResponse answer = Warm.target(mirror, "/mirror/variables/9/x86_64/repodata/repomd.xml");
    assertThat(answer.text()).isEqualTo("<repomd/>");
    assertThat(mirror.cacheDir().resolve("variables/9/x86_64/repodata/repomd.xml")).exists();
  }

  @ParameterizedTest
  @CsvSource({"/mirror/variables/", "/mirror/variables/a%20b/x86_64/a.rpm", "/mirror/variables/9"})
  void aPathWithoutItsVariablesIsNotFoundWithASentence(String target) {
    RawResponse answer = mirror.request("GET", target);
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.text()).contains("$releasever/$basearch");
  }
}
