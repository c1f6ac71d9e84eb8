package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instantmirror.server.Mirrored.V1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.LogLines;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.instantmirror.testing.ServerKeys;
import org.instantmirror.testing.TailingClient;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The configuration is read again while requests are served. */
class ReloadTest {

  private static final byte[] RPM = Packages.rpm(8_000_000, 1);
  private static final byte[] OTHER = Packages.rpm(20_000, 2);

  private final FakeUpstream upstream = FakeUpstream.start();
  private final RunningMirror mirror = RunningMirror.setup().repo(upstream).start();

  @AfterEach
  void stop() {
    mirror.close();
    upstream.close();
  }

  private void write(String file, String text) {
    try {
      Files.writeString(mirror.folder().resolve(file), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void repos(String text) {
    write("repos.d/test.repo", text);
  }

  private String section(String id, String path, String... lines) {
    return "[" + id + "]\nbaseurl=" + upstream.uri(path) + "\n" + String.join("\n", lines) + "\n";
  }

  private RawResponse reload() {
    return mirror.request("POST", "/api/v1/reload");
  }

  private JsonTree applied() {
    RawResponse answer = reload();
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return JsonTree.parse(answer.body());
  }

  private int status(String target) {
    return mirror.request("GET", target).status();
  }

  @Test
  void anAddedRepositoryIsThereAndARemovedOneIsGoneWhileItsFilesStay() throws Exception {
    upstream.file("/a.rpm", OTHER).lastModified(V1);
    assertThat(mirror.get("a.rpm").body()).isEqualTo(OTHER);
    mirror.awaitStored("a.rpm");
    repos(section("new", "/"));
    JsonTree answer = applied();
    assertThat(answer.text("added")).isEqualTo("[new]");
    assertThat(answer.text("removed")).isEqualTo("[repo]");
    assertThat(status("/mirror/repo/a.rpm")).isEqualTo(404);
    assertThat(mirror.request("GET", "/mirror/new/a.rpm").body()).isEqualTo(OTHER);
    assertThat(status("/api/v1/entries?repo=repo")).isEqualTo(404);
    assertThat(mirror.request("GET", "/").text()).contains("[new]").doesNotContain("[repo]");
    assertThat(mirror.stored("a.rpm")).hasBinaryContent(OTHER);

    repos(section("repo", "/"));
    applied();
    upstream.close();
    assertThat(mirror.get("a.rpm").body()).isEqualTo(OTHER);
  }

  @Test
  void aChangedRepositoryIsAskedForAtItsNewUpstream() {
    upstream.file("/a.rpm", OTHER).lastModified(V1);
    upstream.file("/elsewhere/b.rpm", OTHER).lastModified(V1);
    assertThat(mirror.get("b.rpm").status()).isEqualTo(404);
    repos(section("repo", "/elsewhere/", "negative_expire = 0"));
    assertThat(applied().text("changed")).isEqualTo("[repo]");
    assertThat(mirror.get("b.rpm").body()).isEqualTo(OTHER);
  }

  @Test
  void aRunningDownloadEndsByItselfAfterItsRepositoryIsGone() throws Exception {
    Gate gate = new Gate();
    upstream.file("/a.rpm", RPM).lastModified(V1).next(Behaviour.proper().gated(gate));
    gate.release(1_000_000);
    try (TailingClient client = TailingClient.ask(mirror, "a.rpm")) {
      assertThat(client.head().status()).isEqualTo(200);
      client.readTo(500_000);
      repos("");
      applied();
      assertThat(mirror.get("a.rpm").status()).isEqualTo(404);
      gate.releaseAll();
      client.readTo(RPM.length);
      assertThat(client.body()).isEqualTo(RPM);
    }
    assertThat(mirror.awaitStored("a.rpm")).isEqualTo(RPM);
  }

  @Test
  void aClientOfTheNewConfigurationJoinsADownloadOfTheOldOne() throws Exception {
    Gate gate = new Gate();
    upstream.file("/a.rpm", RPM).lastModified(V1).next(Behaviour.proper().gated(gate));
    gate.release(1_000_000);
    try (TailingClient first = TailingClient.ask(mirror, "a.rpm")) {
      assertThat(first.head().status()).isEqualTo(200);
      first.readTo(500_000);
      repos(section("repo", "/", "retries = 7"));
      assertThat(applied().text("changed")).isEqualTo("[repo]");
      try (TailingClient second = TailingClient.ask(mirror, "a.rpm")) {
        assertThat(second.head().status()).isEqualTo(200);
        second.readTo(500_000);
        gate.releaseAll();
        first.readTo(RPM.length);
        second.readTo(RPM.length);
        assertThat(second.body()).isEqualTo(RPM);
      }
    }
    assertThat(upstream.requests("/a.rpm")).hasSize(1);
  }

  @Test
  void aRunningDownloadGoesOnFromTheUpstreamThatItsRepositoryHadBefore() throws Exception {
    Gate gate = new Gate();
    upstream.file("/a.rpm", RPM).lastModified(V1).next(Behaviour.proper().gated(gate));
    upstream.file("/elsewhere/a.rpm", OTHER).lastModified(V1);
    upstream.file("/elsewhere/b.rpm", OTHER).lastModified(V1);
    gate.release(1_000_000);
    try (TailingClient client = TailingClient.ask(mirror, "a.rpm")) {
      assertThat(client.head().status()).isEqualTo(200);
      client.readTo(500_000);
      repos(section("repo", "/elsewhere/"));
      assertThat(applied().text("changed")).isEqualTo("[repo]");
      assertThat(mirror.get("b.rpm").body()).isEqualTo(OTHER);
      gate.releaseAll();
      client.readTo(RPM.length);
      assertThat(client.body()).isEqualTo(RPM);
    }
    assertThat(upstream.requests("/elsewhere/a.rpm")).isEmpty();
  }

  @Test
  void aRunningDownloadIsResumedAsItsRepositoryWasWhenItBegan() throws Exception {
    Gate gate = new Gate();
    upstream
        .file("/a.rpm", RPM)
        .lastModified(V1)
        .etag("\"1\"")
        .next(Behaviour.proper().gated(gate).cutAfter(4_000_000));
    gate.release(1_000_000);
    try (TailingClient client = TailingClient.ask(mirror, "a.rpm")) {
      assertThat(client.head().status()).isEqualTo(200);
      client.readTo(500_000);
      repos("");
      applied();
      gate.releaseAll();
      client.readTo(RPM.length);
      assertThat(client.body()).isEqualTo(RPM);
    }
    assertThat(upstream.requests("/a.rpm")).hasSize(2);
  }

  @Test
  void whatIsPassedThroughGoesOnOverAReloadThatTakesItsRepositoryAway() throws Exception {
    Gate gate = new Gate();
    upstream.file("/notes.txt", RPM).lastModified(V1).next(Behaviour.proper().gated(gate));
    gate.release(1_000_000);
    try (TailingClient client = TailingClient.ask(mirror, "notes.txt")) {
      assertThat(client.head().status()).isEqualTo(200);
      client.readTo(500_000);
      repos("");
      applied();
      assertThat(mirror.get("notes.txt").status()).isEqualTo(404);
      gate.releaseAll();
      client.readTo(RPM.length);
      assertThat(client.body()).isEqualTo(RPM);
    }
  }

  @Test
  void aReloadThatIsRefusedDisturbsNoDownload() throws Exception {
    Gate gate = new Gate();
    upstream.file("/a.rpm", RPM).lastModified(V1).next(Behaviour.proper().gated(gate));
    gate.release(1_000_000);
    try (TailingClient client = TailingClient.ask(mirror, "a.rpm")) {
      assertThat(client.head().status()).isEqualTo(200);
      client.readTo(500_000);
      repos("[repo\n");
      assertThat(reload().status()).isEqualTo(422);
      gate.releaseAll();
      client.readTo(RPM.length);
      assertThat(client.body()).isEqualTo(RPM);
    }
    assertThat(upstream.requests("/a.rpm")).hasSize(1);
    assertThat(mirror.awaitStored("a.rpm")).isEqualTo(RPM);
  }

  @Test
  void aBadFileAndItsRepairAreNoticedWithoutACall() {
    try (LogLines log = new LogLines("org.instantmirror.mirror")) {
      repos("[repo]\nbaseurl = nowhere\n");
      assertThat(log.await("configuration not reloaded")).contains("test.repo:2", "baseurl");
      assertThat(mirror.request("GET", "/health/ready").text())
          .startsWith("ready, degraded:")
          .contains("the configuration files hold an error");
      repos(section("repo", "/"));
      log.await("configuration reloaded");
      assertThat(mirror.request("GET", "/health/ready").text()).isEqualTo("ready\n");
    }
  }

  @Test
  void theKeyOfTheHandOffIsTakenAnew() {
    upstream.file("/a.rpm", OTHER).lastModified(V1);
    Warm.file(mirror, "a.rpm");
    String first = "0123456789abcdef";
    String second = "fedcba9876543210";
    for (String key : new String[] {first, second}) {
      write(
          "instantmirror.conf",
          """
          [main]
          address = 127.0.0.1
          shutdown_timeout = 0
          min_free = 1M
          profiles = no
          sendfile_key = %s
          """
              .formatted(key));
      assertThat(applied().text("waitingForRestart")).isEqualTo("[]");
      for (String asked : new String[] {first, second}) {
        assertThat(handedOff(asked)).isEqualTo(asked.equals(key));
      }
    }
    write("instantmirror.conf", "[main]\naddress = 127.0.0.1\nmin_free = 1M\nprofiles = no\n");
    applied();
    assertThat(handedOff(second)).isFalse();
  }

  private boolean handedOff(String key) {
    RawResponse answer = mirror.get("a.rpm", "X-Sendfile-Type: X-Sendfile " + key);
    assertThat(answer.status()).isEqualTo(200);
    boolean handedOff = answer.header("X-Sendfile") != null;
    assertThat(answer.body()).isEqualTo(handedOff ? new byte[0] : OTHER);
    return handedOff;
  }

  @Test
  void aBadFileLeavesTheRunningConfigurationAndSaysWhereItIsBad() {
    upstream.file("/a.rpm", OTHER).lastModified(V1);
    repos(section("new", "/") + "timeout = soon\n");
    try (LogLines log = new LogLines("org.instantmirror.mirror")) {
      RawResponse answer = reload();
      assertThat(answer.status()).isEqualTo(422);
      String why = String.valueOf(JsonTree.parse(answer.body()).text("error"));
      assertThat(why).contains("test.repo:4").contains("timeout").contains("soon");
      assertThat(log.troubles()).anyMatch(line -> line.contains(why) && line.contains("stays"));
    }
    assertThat(mirror.get("a.rpm").body()).isEqualTo(OTHER);
    assertThat(configuration().text("fault")).contains("test.repo:4");
    assertThat(mirror.request("GET", "/health/ready").text())
        .contains("the configuration files hold an error");

    repos(section("repo", "/"));
    applied();
    assertThat(configuration().text("fault")).isNull();
    assertThat(mirror.request("GET", "/health/ready").text()).isEqualTo("ready\n");
  }

  private JsonTree configuration() {
    JsonTree all = JsonTree.parse(mirror.request("GET", "/api/v1/repos").body());
    return java.util.Objects.requireNonNull(all.object("configuration"));
  }

  @Test
  void aMissingConfigurationFileIsABadOne() throws Exception {
    Files.delete(mirror.folder().resolve("instantmirror.conf"));
    assertThat(reload().status()).isEqualTo(422);
    assertThat(status("/mirror/repo/")).isNotEqualTo(403);
  }

  @Test
  void whatNeedsARestartIsNamed() {
    write(
        "instantmirror.conf",
        """
        [main]
        address = 127.0.0.1
        shutdown_timeout = 0
        min_free = 1M
        profiles = no
        max_downloads = 7
        heads_in_memory = 5
        """);
    try (LogLines log = new LogLines("org.instantmirror.mirror")) {
      assertThat(applied().text("waitingForRestart")).isEqualTo("[max_downloads, heads_in_memory]");
      assertThat(log.troubles())
          .contains("without effect before a restart: max_downloads heads_in_memory");
    }
  }

  @Test
  void theListOfAdministratorsIsTakenAnew() {
    write("instantmirror.conf", "[main]\naddress = 127.0.0.1\nadmin_clients = none\n");
    applied();
    assertThat(reload().status()).isEqualTo(403);
    assertThat(status("/api/v1/repos")).isEqualTo(200);
    assertThat(mirror.request("GET", "/api/v1/repos").text()).doesNotContain("configuration");
  }

  @Test
  void changedFilesAreNoticedWithoutACall() {
    try (LogLines log = new LogLines("org.instantmirror.mirror")) {
      repos(section("new", "/"));
      assertThat(log.await("configuration reloaded"))
          .contains("files have changed")
          .contains("added new, removed repo");
    }
    assertThat(status("/mirror/repo/a.rpm")).isEqualTo(404);
  }

  @Test
  void onlyAnAdministratorsPostReloads() {
    assertThat(status("/api/v1/reload")).isEqualTo(405);
    assertThat(mirror.request("POST", "/api/v1/reload", "Origin: http://evil.example").status())
        .isEqualTo(403);
    assertThat(mirror.request("POST", "/api/v1/reload", "X-Forwarded-For: 192.0.2.1").status())
        .isEqualTo(403);
  }

  @Test
  void whatIsLearntOfUpstreamsStaysWithRepositoriesThatStay() {
    upstream.file("/a.rpm", OTHER).lastModified(V1);
    mirror.get("a.rpm");
    repos(
        "[repo]\nname=repo\nbaseurl=" + upstream.uri("/") + "\n" + section("more", "/elsewhere/"));
    assertThat(applied().text("changed")).isEqualTo("[]");
    assertThat(firstByteMillis()).isNotNull();
  }

  private @Nullable String firstByteMillis() {
    JsonTree repo =
        JsonTree.parse(mirror.request("GET", "/api/v1/repos").body()).objects("repos").get(0);
    return repo.objects("upstreams").get(0).text("firstByteMillis");
  }

  @Test
  void aRepositoryWithANewHostChangesNoOther() {
    upstream.file("/a.rpm", OTHER).lastModified(V1);
    mirror.get("a.rpm");
    String same = "[repo]\nname=repo\nbaseurl=" + upstream.uri("/") + "\n";
    repos(same + "[more]\nbaseurl=http://up.example/\n");
    JsonTree added = applied();
    assertThat(added.text("added")).isEqualTo("[more]");
    assertThat(added.text("changed")).isEqualTo("[]");
    assertThat(firstByteMillis()).isNotNull();

    repos(same);
    assertThat(applied().text("changed")).isEqualTo("[]");
    assertThat(firstByteMillis()).isNotNull();

    repos(same + "redirect_hosts = 10.0.0.1\n");
    assertThat(applied().text("changed")).isEqualTo("[repo]");
  }

  @Test
  void aNewContentOfACertificateFileIsANewConfiguration(@TempDir Path keys) throws Exception {
    upstream.file("/a.rpm", OTHER).lastModified(V1);
    Path authorities = mirror.folder().resolve("authorities.pem");
    Files.copy(ServerKeys.make(keys, "first", "EC").certificate, authorities);
    repos(section("repo", "/", "sslcacert = " + authorities));
    applied();
    try (LogLines log = new LogLines("org.instantmirror.mirror")) {
      Files.writeString(authorities, "half of i");
      assertThat(log.await("configuration not reloaded"))
          .contains("files have changed", "authorities.pem: holds no certificate");
      assertThat(mirror.get("a.rpm").body()).isEqualTo(OTHER);

      Files.delete(authorities);
      assertThat(log.await("is no readable file")).contains("test.repo:3", "sslcacert");

      Files.copy(ServerKeys.make(keys, "second", "EC").certificate, authorities);
      assertThat(log.await("configuration reloaded")).contains("changed none");
      assertThat(mirror.request("GET", "/health/ready").text()).isEqualTo("ready\n");
    }
  }
}
