package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ready-made files for clients. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RepoFilesTest {

  private final RunningMirror mirror =
      RunningMirror.setup()
          .repo(
              "fedora",
              List.of("http://up.example/$releasever/$basearch/os/"),
              "name = Fedora $releasever - $basearch",
              "gpgcheck = 1",
              "repo_gpgcheck = 0",
              "gpgkey = file:///etc/pki/key-$releasever",
              "  http://up.example/$releasever/$basearch/os/KEY",
              "  https://user:secret@keys.example/KEY",
              "priority = 50",
              "username = me",
              "password = secret",
              "timeout = 3")
          .repo(
              "plain", List.of("https://up.example/plain/"), "gpgkey=https://up.example/plain/KEY")
          .section("[listed]\nname=<&>\nmirrorlist=http://up.example/list?r=$releasever")
          .start();

  @AfterAll
  void stop() {
    mirror.close();
  }

  private String base() {
    return "http://127.0.0.1:" + mirror.port() + "/";
  }

  private String text(String path) {
    RawResponse answer = mirror.request("GET", path);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).isEqualToIgnoringCase("text/plain;charset=UTF-8");
    assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    return answer.text();
  }

  @Test
  void itLeadsToThisServerAndKeepsWhatTheServersFileSaysToClients() {
    assertThat(text("/repos/fedora.repo"))
        .isEqualTo(
            """
            [fedora]
            name=Fedora $releasever - $basearch
            baseurl=%smirror/fedora/$releasever/$basearch/
            enabled=1
            gpgcheck=1
            repo_gpgcheck=0
            priority=50
            gpgkey=file:///etc/pki/key-$releasever
              %smirror/fedora/$releasever/$basearch/KEY
            """
                .formatted(base(), base()));
  }

  @Test
  void aKeyThatHttpsProtectsStaysWhereItIs() {
    assertThat(text("/repos/plain.repo")).contains("gpgkey=https://up.example/plain/KEY\n");
  }

  @Test
  void ofWhatTheServersFileDoesNotSayNothingIsMadeUp() {
    assertThat(text("/repos/listed.repo"))
        .isEqualTo(
            """
            [listed]
            name=<&>
            baseurl=%smirror/listed/$releasever/
            enabled=1
            # gpgcheck and gpgkey: as in the distribution's own file
            """
                .formatted(base()));
  }

  @Test
  void aFileWithAListHasUpstreamForWhenThisServerIsAway() {
    assertThat(text("/repos/metalink/plain.repo"))
        .contains("metalink=" + base() + "metalink/plain\n")
        .contains("\nbaseurl=https://up.example/plain/\n");
    assertThat(text("/repos/mirrorlist/listed.repo"))
        .contains("mirrorlist=" + base() + "mirrorlist/listed?releasever=$releasever\n")
        .doesNotContain("baseurl");
  }

  @Test
  void upstreamIsNotNamedWhereThisServerNeedsCredentials() {
    assertThat(text("/repos/metalink/fedora.repo"))
        .contains("metalink/fedora?releasever=$releasever&basearch=$basearch\n")
        .doesNotContain("baseurl")
        .doesNotContain("secret");
  }

  @Test
  void allAreThoseThatAreConfigured() {
    assertThat(text("/repos/all.repo"))
        .contains("[fedora]\n")
        .contains("\n\n[plain]\n")
        .contains("\n\n[listed]\n");
    try (RunningMirror builtIn = RunningMirror.setup().main("profiles = yes").start()) {
      assertThat(builtIn.request("GET", "/repos/all.repo").status()).isEqualTo(404);
      assertThat(builtIn.request("GET", "/repos/updates.repo").text())
          .contains("/mirror/updates/$releasever/$basearch/\n")
          .contains("gpgkey=file:///etc/pki/rpm-gpg/RPM-GPG-KEY-fedora-$releasever-$basearch\n");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/repos/unknown.repo",
        "/repos/fedora",
        "/repos/.repo",
        "/repos/other/fedora.repo",
        "/repos/metalink/",
        "/repos/metalink"
      })
  void thereIsNothingElse(String path) {
    assertThat(mirror.request("GET", path).status()).isEqualTo(404);
  }

  @Test
  void theyAreListedForPrograms() {
    assertThat(text("/repos/"))
        .contains(base() + "repos/all.repo\t")
        .contains(base() + "repos/fedora.repo\tFedora $releasever - $basearch\n");
  }

  @Test
  void theyAreListedForPeople() {
    RawResponse page = mirror.request("GET", "/repos/", "Accept: text/html,*/*;q=0.8");
    assertThat(page.header("Content-Type")).isEqualToIgnoringCase("text/html;charset=UTF-8");
    assertThat(page.header("Vary")).isEqualTo("Accept");
    assertThat(page.text())
        .contains("<a href=\"./fedora.repo\">")
        .contains("<a href=\"metalink/fedora.repo\">")
        .contains("&lt;&amp;&gt;")
        .contains("dnf config-manager --add-repo " + base());
  }

  @Test
  void withoutItsSlashTheListIsFoundAsWell() {
    RawResponse moved = mirror.request("GET", "/repos");
    assertThat(moved.status()).isEqualTo(301);
    assertThat(moved.header("Location")).isEqualTo("repos/");
  }

  @Test
  void aHeadSaysWhatAGetSays() {
    RawResponse get = mirror.request("GET", "/repos/fedora.repo");
    RawResponse head = mirror.request("HEAD", "/repos/fedora.repo");
    assertThat(head.header("Content-Length")).isEqualTo(Integer.toString(get.body().length));
    assertThat(head.body()).isEmpty();
  }

  @Test
  void whatAProxySaysIsNotBelievedUnlessTheContainerDoes() {
    assertThat(
            mirror
                .request(
                    "GET",
                    "/repos/plain.repo",
                    "X-Forwarded-Host: evil.example",
                    "X-Forwarded-Proto: https",
                    "Forwarded: host=evil.example")
                .text())
        .contains("baseurl=" + base())
        .doesNotContain("evil");
  }

  @Test
  void theConfigurationMaySayWhereClientsReachThisServer() {
    try (RunningMirror behind =
        RunningMirror.setup()
            .main("base_url = https://mirror.example/im")
            .repo("x", List.of("https://up.example/x/"), "gpgkey=https://up.example/x/KEY")
            .start()) {
      assertThat(behind.request("GET", "/repos/x.repo").text())
          .contains("baseurl=https://mirror.example/im/mirror/x/\n")
          .contains("gpgkey=https://mirror.example/im/mirror/x/KEY\n");
      assertThat(behind.request("GET", "/").text())
          .contains("baseurl=https://mirror.example/im/mirror/x/");
    }
  }
}
