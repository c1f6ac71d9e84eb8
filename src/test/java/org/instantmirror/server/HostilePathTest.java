package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawClient;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No spelling of a path leads out of a repository's folder, or to what the mirror keeps. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostilePathTest {

  private final FakeUpstream upstream = FakeUpstream.start();
  private final RunningMirror mirror =
      RunningMirror.setup()
          .repo("repo", List.of(upstream.origin() + "/base/"))
          .repo("other", List.of(upstream.origin() + "/other/"))
          .start();

  HostilePathTest() {
    byte[] rpm = Packages.rpm(100, 1);
    upstream.file("/base/a.rpm", rpm).etag("\"1\"");
    upstream.file("/other/secret.rpm", rpm).etag("\"2\"");
    upstream.file("/secret.rpm", rpm).etag("\"3\"");
    Warm.file(mirror, "a.rpm");
  }

  @AfterAll
  void stop() {
    mirror.close();
    upstream.close();
  }

  /** What lies in the cache directory; serving links and the index's log come and go. */
  private Set<String> tree() throws IOException {
    try (Stream<Path> files = Files.walk(mirror.cacheDir())) {
      return files
          .map(file -> mirror.cacheDir().relativize(file).toString())
          .filter(name -> !name.startsWith(".instantmirror/"))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private RawResponse send(String target) throws IOException {
    try (RawClient client = new RawClient(mirror.port())) {
      client.sendRaw("GET " + target + " HTTP/1.1\r\nHost: m\r\n\r\n");
      return client.receive("GET");
    }
  }

  private void assertRefused(String target) throws IOException {
    Set<String> before = tree();
    int asked = upstream.requests().size();
    RawResponse answer = send(target);
    assertThat(answer.status()).isIn(400, 404);
    assertThat(upstream.requests()).hasSize(asked);
    assertThat(tree()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/mirror/repo/../other/secret.rpm",
        "/mirror/repo/../../secret.rpm",
        "/mirror/repo/x/../a.rpm",
        "/mirror/repo/./a.rpm",
        "/mirror/../mirror/repo/a.rpm",
        "/../../etc/passwd",
        "/mirror/repo/%2e%2e/other/secret.rpm",
        "/mirror/repo/%2E%2E/other/secret.rpm",
        "/mirror/repo/.%2e/other/secret.rpm",
        "/mirror/repo/%2e./other/secret.rpm",
        "/mirror/repo/%2e/a.rpm",
        "/mirror/%2e%2e/mirror/repo/a.rpm",
        "/mirror/repo/..%2fother%2fsecret.rpm",
        "/mirror/repo/..%2Fother/secret.rpm",
        "/mirror/repo/%2e%2e%2fsecret.rpm",
        "/mirror/repo%2fa.rpm",
        "/mirror/repo/..%5cother%5csecret.rpm",
        "/mirror/repo/x%5C..%5Ca.rpm",
        "/mirror/repo/..\\other\\secret.rpm",
        "/mirror/repo/..;/other/secret.rpm",
        "/mirror/repo/..;x=y/other/secret.rpm",
        "/mirror/repo/a.rpm;x",
        "/mirror/repo/a.rpm;.txt",
        "/mirror/repo;x/a.rpm",
        "/mirror;/repo/a.rpm",
        "/mirror/repo/;/a.rpm",
        "//mirror/repo/a.rpm",
        "/mirror//repo/a.rpm",
        "/mirror/repo//a.rpm",
        "/mirror/repo//etc/passwd.rpm",
        "/mirror/repo/a.rpm%00",
        "/mirror/repo/a%00.rpm",
        "/mirror/repo/%00/a.rpm",
        "/mirror/repo/a%0d%0aX:y.rpm",
        "/mirror/repo/a%09.rpm",
        "/mirror/repo/a%7f.rpm",
        "/mirror/repo/a%c2%85.rpm",
        "/mirror/repo/%c0%ae%c0%ae/other/secret.rpm",
        "/mirror/repo/..%c0%afother/secret.rpm",
        "/mirror/repo/%e0%80%ae%e0%80%ae/a.rpm",
        "/mirror/repo/..%ef%bc%8f..%c0%2f.rpm",
        "/mirror/repo/a%ff.rpm",
        "/mirror/repo/a%ed%a0%80.rpm",
        "/mirror/repo/a%.rpm",
        "/mirror/repo/a%2.rpm",
        "/mirror/repo/a%zz.rpm",
        "/mirror/repo/a%u002e.rpm",
        "/mirror/.",
        "/mirror/..",
        "/mirror/repo/..",
        "/mirror/repo/.",
        "/mirror/repo/%2e%2e",
        "mirror/repo/a.rpm",
        "\\mirror\\repo\\a.rpm",
        "/mirror/repo/a\tb.rpm",
      })
  void aSpellingThatCouldLeadElsewhereIsRefused(String target) throws Exception {
    assertRefused(target);
  }

  private static Stream<String> ownFolder() {
    List<String> names =
        List.of(
            ".instantmirror",
            "%2einstantmirror",
            ".%69nstantmirror",
            ".Instantmirror",
            ".INSTANTMIRROR",
            ".instantmirror%2f",
            ".instantmirror;x",
            "x/../.instantmirror",
            ".instantmirror/.");
    return names.stream()
        .flatMap(
            name ->
                Stream.of("/mirror/", "/mirror/repo/", "/mirror/repo/x/", "/")
                    .flatMap(
                        prefix ->
                            Stream.of("", "/index.db", "/lock", "/partial/x.rpm")
                                .map(rest -> prefix + name + rest)));
  }

  @ParameterizedTest
  @MethodSource("ownFolder")
  void ourOwnFilesCannotBeReachedByAnySpelling(String target) throws Exception {
    assertRefused(target);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/WEB-INF/web.xml",
        "/META-INF/MANIFEST.MF",
        "/org/instantmirror/server/Main.class",
        "/mirror",
        "/mirror/",
        "/health",
        "/health/",
        "/health/live/x",
        "/favicon.ico",
        "/index.html",
        "/manager/html",
        "/nosuch",
      })
  void nothingElseIsServed(String target) throws Exception {
    assertThat(send(target).status()).isEqualTo(404);
  }

  @Test
  void namesLongerThanTheFileSystemTakesAreRefused() throws Exception {
    assertRefused("/mirror/repo/" + "a".repeat(252) + ".rpm");
    assertRefused("/mirror/repo/" + "%C3%A4".repeat(130) + ".rpm");
    assertRefused("/mirror/repo/" + "a/".repeat(2100) + "a.rpm");
  }

  @Test
  void aFileWhereAFolderMustBeIsNoFaultOfTheMirrors() throws Exception {
    assertThat(send("/mirror/repo/a.rpm/b.rpm").status()).isEqualTo(404);
    assertThat(send("/mirror/repo/a.rpm/").status()).isIn(301, 404);
    assertThat(mirror.stored("a.rpm")).isRegularFile();
    upstream.file("/base/dir.rpm/b.rpm", Packages.rpm(100, 2)).etag("\"b\"");
    Warm.file(mirror, "dir.rpm/b.rpm");
    byte[] clash = Packages.rpm(100, 3);
    upstream.file("/base/dir.rpm", clash).etag("\"d\"");
    assertThat(send("/mirror/repo/dir.rpm").body()).isEqualTo(clash);
    assertThat(mirror.stored("dir.rpm/b.rpm")).isRegularFile();
  }

  @Test
  void upperAndLowerCaseAreTwoFiles() throws Exception {
    byte[] upper = Packages.rpm(100, 4);
    upstream.file("/base/A.rpm", upper).etag("\"A\"");
    assertThat(Warm.file(mirror, "A.rpm").body()).isEqualTo(upper);
    assertThat(send("/mirror/repo/a.rpm").body()).isNotEqualTo(upper);
    assertThat(send("/mirror/REPO/a.rpm").status()).isEqualTo(404);
    assertThat(send("/MIRROR/repo/a.rpm").status()).isEqualTo(404);
  }

  @Test
  void aFloodOfMissingFilesLeavesNothingOnDisk() throws Exception {
    Set<String> before = tree();
    try (RawClient client = new RawClient(mirror.port())) {
      for (int i = 0; i < 300; i++) {
        client.send("GET", "/mirror/repo/missing/" + i + "/" + i + ".rpm");
        assertThat(client.receive("GET").status()).isEqualTo(404);
      }
    }
    assertThat(tree()).isEqualTo(before);
    try (Stream<Path> partials = Files.list(mirror.cacheDir().resolve(".instantmirror/partial"))) {
      assertThat(partials).isEmpty();
    }
  }
}
