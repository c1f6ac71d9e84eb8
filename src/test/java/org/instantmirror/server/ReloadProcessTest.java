package org.instantmirror.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.JavaCommand;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.ServerKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A mirror that listens with TLS only, as a process of its own, and SIGHUP. */
class ReloadProcessTest {

  private static Process start(Path folder) throws IOException {
    // Below nohup, where SIGHUP is ignored, a JVM leaves it at that.
    List<String> command = new ArrayList<>(List.of("env", "--default-signal=HUP"));
    command.addAll(
        JavaCommand.of(
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Dlogback.configurationFile=logback.xml",
            "-cp",
            JavaCommand.classPath(),
            Main.class.getName(),
            "--config",
            folder.resolve("instantmirror.conf").toString()));
    return new ProcessBuilder(command)
        .redirectOutput(folder.resolve("out").toFile())
        .redirectError(folder.resolve("err").toFile())
        .start();
  }

  private static String awaited(Path file, String part) {
    return await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> Files.readString(file), text -> text.contains(part));
  }

  private static int status(HttpClient client, String url) throws Exception {
    return client
        .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.discarding())
        .statusCode();
  }

  @Test
  void aHangUpReadsTheConfigurationAgainAndABadOneIsSaidInTheLog(@TempDir Path folder)
      throws Exception {
    ServerKeys keys = ServerKeys.make(folder, "server", "EC");
    Path repos = Files.createDirectory(folder.resolve("repos.d")).resolve("test.repo");
    Files.writeString(
        folder.resolve("instantmirror.conf"),
        """
        [main]
        address = 127.0.0.1
        port = none
        tls_port = 0
        sslservercert = server.crt
        sslserverkey = server.key
        cachedir = cache
        reposdir = repos.d
        profiles = no
        shutdown_timeout = 0
        """);
    try (FakeUpstream upstream = FakeUpstream.start()) {
      upstream.file("/a.rpm", Packages.rpm(20_000, 1)).etag("\"1\"");
      Files.writeString(repos, "[first]\nbaseurl=" + upstream.uri("/") + "\n");
      Process mirror = start(folder);
      try {
        String ready = awaited(folder.resolve("out"), "\n");
        assertThat(ready).matches("InstantMirror ready at https://127\\.0\\.0\\.1:[1-9]\\d*/\n");
        String url = ready.replaceFirst(".* ", "").strip() + "mirror/";
        HttpClient client = HttpClient.newBuilder().sslContext(keys.trusting()).build();
        assertThat(status(client, url + "first/a.rpm")).isEqualTo(200);

        Files.writeString(repos, "[second]\nbaseurl=" + upstream.uri("/") + "\n");
        hangUp(mirror);
        awaited(folder.resolve("err"), "configuration reloaded (SIGHUP)");
        assertThat(status(client, url + "first/a.rpm")).isEqualTo(404);
        assertThat(status(client, url + "second/a.rpm")).isEqualTo(200);
        awaited(folder.resolve("err"), "server.crt read again");

        Files.writeString(repos, "[third]\nbaseurl=gopher://up.example/\n");
        hangUp(mirror);
        assertThat(awaited(folder.resolve("err"), "not reloaded (SIGHUP)"))
            .contains("test.repo:2: [third] baseurl");
        assertThat(status(client, url + "second/a.rpm")).isEqualTo(200);
        mirror.destroy();
        assertThat(mirror.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(mirror.exitValue()).isEqualTo(143);
      } finally {
        mirror.destroyForcibly();
      }
      assertThat(folder.resolve("err")).content(UTF_8).doesNotContain("Exception");
    }
  }

  private static void hangUp(Process process) throws Exception {
    Process kill = new ProcessBuilder("kill", "-HUP", Long.toString(process.pid())).start();
    assertThat(kill.waitFor()).isZero();
    assertThat(process.isAlive()).isTrue();
  }

  private static PrintStream into(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, UTF_8);
  }

  private record Outcome(int status, String out, String err) {}

  private static Outcome check(Path config) {
    return run("check-config", "--config", config.toString());
  }

  private static Outcome run(String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status = Main.commandLine(new Main(into(out), into(err))).execute(words);
    return new Outcome(status, out.toString(UTF_8), err.toString(UTF_8));
  }

  @Test
  void checkConfigSaysWhatTheServerWouldMakeOfIt(@TempDir Path folder) throws Exception {
    Path repos = Files.createDirectory(folder.resolve("repos.d")).resolve("test.repo");
    Path config =
        Files.writeString(
            folder.resolve("instantmirror.conf"),
            "[main]\ncachedir = cache\nreposdir = repos.d\nprofiles = fedora\nallow = 10.0.0.0/8\n");
    Files.writeString(
        repos,
        """
        [one]
        baseurl=http://up.example/$releasever/
        alow = 192.0.2.0/24
        [two]
        metalink=https://up.example/metalink?repo=$basearch
        allow = all
        allow_users = ann
        """);
    assertGood(check(config), folder);

    Files.writeString(repos, "[one]\nbaseurl=http://up.example/\nallow = 10.0.0.1/8\n");
    Outcome bad = check(config);
    assertThat(bad.status()).isEqualTo(Main.BAD_CONFIGURATION);
    assertThat(bad.err()).contains("test.repo:3: [one] allow: '10.0.0.1/8' has bits set");
    assertThat(bad.err().lines()).hasSize(1);
    assertThat(bad.out()).isEmpty();

    Files.writeString(
        repos, "[one]\nbaseurl=https://up.example/\nsslcacert=" + repos + "\nenabled=1\n");
    Outcome unfit = check(config);
    assertThat(unfit.status()).isEqualTo(Main.BAD_CONFIGURATION);
    assertThat(unfit.err())
        .contains("repo 'one': sslcacert: ", "test.repo: holds no certificate in PEM form")
        .hasLineCount(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "port = 99999             | conf:2: [main] port: '99999'              | 0 to 65535",
        "prot = 80                | conf:2: [main] prot: unknown key          | 'port'",
        "retries = 0              | conf:2: [main] retries: '0'               | 1 to 100",
        "timeout = soon           | conf:2: [main] timeout: 'soon'            | 90",
        "profiles = fedoro        | conf:2: [main] profiles: there is no pro  | 'fedora'",
        "users_file = none.xml    | conf:2: [main] users_file: /              | no readable file",
        "tls_port = 1             | conf:2: [main] tls_port:                  | needs sslservercert",
        "allow = 10.0.0.0/33      | conf:2: [main] allow: '10.0.0.0/33'       | 10.0.0.0/8",
        "proxy = ftp://p/         | conf:2: [main] proxy:                     | http",
        "sendfile_key = short     | conf:2: [main] sendfile_key:              | 16",
        "timeout                  | conf:2: neither                           | key = value",
      })
  void whatIsWrongIsOneLineThatNamesItsPlaceAndSaysWhatIsAllowed(
      String line, String place, String allowed, @TempDir Path folder) throws Exception {
    Path config = Files.writeString(folder.resolve("a.conf"), "[main]\n" + line + "\n");
    Outcome bad = check(config);
    assertThat(bad.status()).isEqualTo(Main.BAD_CONFIGURATION);
    assertThat(bad.err()).hasLineCount(1).contains(place, allowed).startsWith(folder.toString());
    assertThat(bad.out()).isEmpty();
  }

  @Test
  void usersAreCheckedAsWell(@TempDir Path folder) throws Exception {
    Path config = Files.writeString(folder.resolve("a.conf"), "[main]\nusers_file = users.xml\n");
    Path users = folder.resolve("users.xml");
    Files.copy(Path.of("conf", "tls", "users.xml"), users);
    assertThat(check(config).status()).isZero();
    assertThat(check(config).err()).isEmpty();

    Files.writeString(users, "ann:first\n");
    Outcome bad = check(config);
    assertThat(bad.status()).isEqualTo(Main.BAD_CONFIGURATION);
    assertThat(bad.err()).contains("users_file: ", "users.xml: can't be read").hasLineCount(1);
  }

  @Test
  void whatTheCheckIsNotToldIsAFaultAsWell(@TempDir Path folder) {
    Outcome missing = check(folder.resolve("none.conf"));
    assertThat(missing.status()).isEqualTo(Main.BAD_CONFIGURATION);
    assertThat(missing.err()).hasLineCount(1).contains("none.conf");
    Outcome option = run("check-config", "--confg=x");
    assertThat(option.status()).isEqualTo(Main.BAD_CONFIGURATION);
  }

  private static void assertGood(Outcome good, Path folder) {
    assertThat(good.status()).as(good.err()).isZero();
    assertThat(good.out())
        .isEqualTo(
            """
            cachedir %s/cache
            one/$releasever http://up.example/$releasever/ (from 10.0.0.0/8)
            two/$basearch metalink https://up.example/metalink?repo=$basearch (user ann)
            2 repositories, 1 built-in ones
            """
                .formatted(folder));
    assertThat(good.err())
        .startsWith("warning: allow_users or allow_roles is set and users_file isn't")
        .contains("test.repo:3: [one] alow: unknown key; the nearest known one is 'allow'")
        .hasLineCount(2);
    assertThat(folder.resolve("cache")).doesNotExist();
  }
}
