package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.instantmirror.server.Mirrored.V1;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.apache.catalina.realm.SecretKeyCredentialHandler;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.LogLines;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawClient;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may read which repository. */
class AccessTest {

  private static final byte[] RPM = Packages.rpm(20_000, 1);
  private static final String HASHED = "repodata/" + "a1".repeat(32) + "-primary.xml.gz";

  private static FakeUpstream upstream() {
    FakeUpstream upstream = FakeUpstream.start();
    upstream.file("/a.rpm", RPM).lastModified(V1);
    upstream.file("/notes.txt", RPM).lastModified(V1);
    upstream.file("/" + HASHED, RPM).lastModified(V1);
    return upstream;
  }

  private static String basic(String user, String password) {
    byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    return "Authorization: Basic " + Base64.getEncoder().encodeToString(pair);
  }

  @Test
  void clientsOutsideOfTheRangesGetA403WhateverTheyAskFor() {
    try (FakeUpstream upstream = upstream();
        RunningMirror mirror =
            RunningMirror.setup().repo(upstream, "allow = 127.0.1.7, 10.0.0.0/8").start()) {
      for (String path : new String[] {"a.rpm", "notes.txt", "", "nothing.rpm"}) {
        RawResponse refused = mirror.getAs(8, path);
        assertThat(refused.status()).as(path).isEqualTo(403);
        assertThat(refused.text()).isEqualTo("You may not read this repository.\n");
        assertThat(refused.header("Cache-Control")).isEqualTo("no-store");
      }
      assertThat(upstream.requests("/a.rpm")).isEmpty();
      assertThat(mirror.getAs(7, "a.rpm").body()).isEqualTo(RPM);
      assertThat(mirror.getAs(8, "a.rpm").status()).isEqualTo(403);
    }
  }

  @Test
  void noCacheInFrontMayHandOutWhatNotEverybodyMayRead() {
    try (FakeUpstream upstream = upstream();
        RunningMirror mirror = RunningMirror.setup().repo(upstream, "allow = 127.0.1.7").start()) {
      assertThat(mirror.getAs(7, "a.rpm").header("Cache-Control")).startsWith("private, no-cache");
      assertThat(mirror.getAs(7, "notes.txt").header("Cache-Control")).startsWith("private");
      assertThat(mirror.getAs(7, HASHED).header("Cache-Control")).startsWith("private, max-age=");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/explain?url=repo/a.rpm",
        "/api/v1/explain?url=repo/",
        "/api/v1/entries?repo=repo",
        "/api/v1/repos?all=true",
        "/"
      })
  void theyLearnOfItNoMoreThanOfOneThatIsNotThere(String page) throws Exception {
    String section =
        "[repo]\nname = secret tree\nbaseurl = http://127.0.0.1:9/secret/\nallow = 127.0.1.7\n";
    try (RunningMirror with =
            RunningMirror.setup().main("admin_clients = none").section(section).start();
        RunningMirror without = RunningMirror.setup().main("admin_clients = none").start()) {
      RawResponse told = RawClient.get(with.port(), page);
      RawResponse nothing = RawClient.get(without.port(), page);
      assertThat(told.status()).isEqualTo(nothing.status());
      if (!page.equals("/")) {
        assertThat(told.text()).isEqualTo(nothing.text());
      }
      assertThat(told.text()).doesNotContain("secret", "/mirror/repo/");
    }
  }

  @Test
  void whoMayReadItIsTold() throws Exception {
    try (FakeUpstream upstream = upstream();
        RunningMirror mirror =
            RunningMirror.setup()
                .main("admin_clients = none")
                .repo(upstream, "allow = 127.0.0.1")
                .start()) {
      assertThat(RawClient.get(mirror.port(), "/api/v1/repos").text()).contains("\"id\":\"repo\"");
      assertThat(RawClient.get(mirror.port(), "/api/v1/explain?url=repo/a.rpm").text())
          .contains("\"kind\":\"package\"");
    }
  }

  @Test
  void administratorsMayLookAtEverythingByTheApiOnly() throws Exception {
    try (FakeUpstream upstream = upstream();
        RunningMirror mirror = RunningMirror.setup().repo(upstream, "allow = none").start()) {
      assertThat(RawClient.get(mirror.port(), "/api/v1/entries?repo=repo").status()).isEqualTo(200);
      assertThat(mirror.get("a.rpm").status()).isEqualTo(403);
    }
  }

  @Test
  void whatMainSaysHoldsForAllRepositoriesButThoseThatSayOtherwise() {
    try (FakeUpstream upstream = upstream();
        RunningMirror mirror =
            RunningMirror.setup()
                .main("allow = 127.0.1.7")
                .repo(upstream)
                .repo("open", java.util.List.of(upstream.uri("/").toString()), "allow = all")
                .start()) {
      assertThat(mirror.get("a.rpm").status()).isEqualTo(403);
      assertThat(mirror.request("GET", "/mirror/open/a.rpm").status()).isEqualTo(200);
    }
  }

  @Test
  void usersAreAskedForTheirNamesAndOnlyThoseNamedMayRead(@TempDir Path folder) throws Exception {
    Path users =
        Files.writeString(
            folder.resolve("users.xml"),
            """
            <tomcat-users>
              <user username="ann" password="first" roles=""/>
              <user username="bob" password="second" roles="staff"/>
              <user username="eve" password="third" roles="other"/>
            </tomcat-users>
            """);
    try (FakeUpstream upstream = upstream();
        RunningMirror mirror =
            RunningMirror.setup()
                .main("users_file = " + users)
                .main("admin_clients = none")
                .repo(upstream, "allow_users = ann", "allow_roles = staff")
                .start()) {
      RawResponse asked = mirror.get("a.rpm");
      assertThat(asked.status()).isEqualTo(401);
      assertThat(asked.header("WWW-Authenticate")).startsWith("Basic realm=\"InstantMirror\"");
      assertThat(mirror.get("a.rpm", basic("ann", "wrong")).status()).isEqualTo(401);
      assertThat(mirror.get("a.rpm", basic("eve", "third")).status()).isEqualTo(403);
      assertThat(mirror.get("a.rpm", basic("ann", "first")).body()).isEqualTo(RPM);
      assertThat(mirror.get("a.rpm", basic("ann", "first")).body()).isEqualTo(RPM);
      assertThat(mirror.get("a.rpm", basic("bob", "second")).body()).isEqualTo(RPM);
      assertThat(mirror.get("notes.txt", basic("bob", "second")).body()).isEqualTo(RPM);
      assertThat(upstream.requests("/notes.txt").get(0).header("Authorization")).isEmpty();

      assertThat(mirror.request("GET", "/api/v1/repos").text()).doesNotContain("\"repo\"");
      assertThat(mirror.request("GET", "/api/v1/repos", basic("bob", "second")).text())
          .contains("\"repo\"");
      assertThat(mirror.request("GET", "/api/v1/repos", basic("bob", "wrong")).status())
          .isEqualTo(401);
      assertThat(mirror.request("GET", "/", basic("ann", "first")).text()).contains("[repo]");

      try (LogLines log = new LogLines("org.instantmirror.server")) {
        Files.writeString(users, "<tomcat-users><user username='ann' password='new' roles=''/>");
        assertThat(log.await("users not read again")).contains("users.xml");
        assertThat(mirror.get("a.rpm", basic("ann", "first")).status()).isEqualTo(200);
        Files.writeString(
            users, "<tomcat-users><user username='ann' password='new' roles=''/></tomcat-users>");
        log.await("users of");
      }
      assertThat(mirror.get("a.rpm", basic("ann", "first")).status()).isEqualTo(401);
      assertThat(mirror.get("a.rpm", basic("ann", "new")).status()).isEqualTo(200);
    }
  }

  @Test
  void aNameOfWhichFivePasswordsWereWrongIsLocked(@TempDir Path folder) throws Exception {
    String pair =
        "<tomcat-users><user username='ann' password='first' roles=''/>"
            + "<user username='bob' password='second' roles=''/></tomcat-users>";
    Path users = Files.writeString(folder.resolve("users.xml"), pair);
    try (FakeUpstream upstream = upstream();
        RunningMirror mirror =
            RunningMirror.setup()
                .main("users_file = " + users)
                .repo(upstream, "allow_users = ann bob")
                .start()) {
      for (int i = 0; i < 4; i++) {
        assertThat(mirror.get("a.rpm", basic("ann", "guess " + i)).status()).isEqualTo(401);
      }
      // A right one in between begins anew.
      assertThat(mirror.get("a.rpm", basic("ann", "first")).status()).isEqualTo(200);
      for (int i = 0; i < 5; i++) {
        assertThat(mirror.get("a.rpm", basic("ann", "guess " + i)).status()).isEqualTo(401);
      }
      // It was let in before, and is remembered: no way around the lock.
      assertThat(mirror.get("a.rpm", basic("ann", "first")).status()).isEqualTo(401);
      assertThat(mirror.get("a.rpm", basic("bob", "second")).status()).isEqualTo(200);

      try (LogLines log = new LogLines("org.instantmirror.server")) {
        Files.writeString(users, pair + "\n");
        log.await("users of");
      }
      assertThat(mirror.get("a.rpm", basic("ann", "first")).status()).isEqualTo(200);
    }
  }

  @Test
  void aFileOfUsersThatCannotBeReadStopsTheStart(@TempDir Path folder) throws Exception {
    Path users = Files.writeString(folder.resolve("users.xml"), "ann:first");
    assertThatThrownBy(() -> RunningMirror.setup().main("users_file = " + users).start())
        .hasMessageContaining("users.xml: can't be read as a file of users");
  }

  @Test
  void passwordsMayBeStoredAsTomcatsDigestsOfThem(@TempDir Path folder) throws Exception {
    SecretKeyCredentialHandler handler = new SecretKeyCredentialHandler();
    handler.setAlgorithm("PBKDF2WithHmacSHA512");
    handler.setIterations(1000);
    Path users =
        Files.writeString(
            folder.resolve("users.xml"),
            "<tomcat-users><user username='ann' password='"
                + handler.mutate("first")
                + "' roles=''/></tomcat-users>");
    try (FakeUpstream upstream = upstream();
        RunningMirror mirror =
            RunningMirror.setup()
                .main("users_file = " + users)
                .repo(upstream, "allow_users = ann")
                .start()) {
      assertThat(mirror.get("a.rpm", basic("ann", "first")).status()).isEqualTo(200);
      assertThat(mirror.get("a.rpm", basic("ann", "first")).status()).isEqualTo(200);
      assertThat(mirror.get("a.rpm", basic("ann", "second")).status()).isEqualTo(401);
      assertThat(mirror.get("a.rpm", basic("ann", handler.mutate("first"))).status())
          .isEqualTo(401);
    }
  }

  @Test
  void withoutAnyUsersNobodyMay() {
    try (FakeUpstream upstream = upstream();
        RunningMirror mirror = RunningMirror.setup().repo(upstream, "allow_users = ann").start()) {
      assertThat(mirror.get("a.rpm", basic("ann", "first")).status()).isEqualTo(403);
    }
  }
}
