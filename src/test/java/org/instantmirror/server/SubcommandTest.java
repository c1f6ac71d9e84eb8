package org.instantmirror.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.instantmirror.server.Mirrored.V1;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.instantmirror.testing.Packages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** {@code explain} and {@code purge} ask a running server, and say what they were told. */
class SubcommandTest {

  private static final byte[] RPM = Packages.rpm(20_000, 1);

  private record Outcome(int status, String out, String err) {}

  private static Outcome run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    CommandLine line =
        Main.commandLine(
            new Main(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8)));
    line.setOut(new PrintWriter(out, true, UTF_8));
    line.setErr(new PrintWriter(err, true, UTF_8));
    return new Outcome(line.execute(arguments), out.toString(UTF_8), err.toString(UTF_8));
  }

  private static String server(Mirrored it) {
    return "http://127.0.0.1:" + it.mirror.port();
  }

  @Test
  void explainSaysItInWordsOrAsJson() {
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/a^b.rpm", RPM).lastModified(V1).etag("\"1\"");
      it.fetch("a^b.rpm", RPM);
      Outcome words = run("explain", "repo/a^b.rpm", "--server", server(it));
      assertThat(words.status()).as(words.err()).isZero();
      assertThat(words.out())
          .startsWith("repo/a^b.rpm\n")
          .containsPattern("(?m)^  what        package: its name ends in \\.rpm or \\.drpm$")
          .containsPattern("(?m)^  now         serve \\(within-lifetime\\)\\. Upstream .*\\.$")
          .containsPattern("(?m)^  stored      20000 bytes, .*ETag \"1\", fetched from http://")
          .containsPattern("(?m)^  upstream    http://.*, asked in place 1")
          .containsPattern("(?m)^  answered    .* GET http://.*: 200, ms: \\d+$")
          .doesNotContain("{", "null");
      Outcome json = run("explain", "--json", "--server", server(it), "repo/a^b.rpm");
      assertThat(json.status()).isZero();
      assertThat(JsonTree.parse(json.out().getBytes(UTF_8)).text("path")).isEqualTo("a^b.rpm");
    }
  }

  @Test
  void purgeDropsAFileAFolderOrARepository() {
    try (Mirrored it = Mirrored.with()) {
      for (String path : List.of("a.rpm", "p/b.rpm", "p/c.rpm", "d.rpm")) {
        it.upstream.file("/" + path, RPM).lastModified(V1);
        it.fetch(path, RPM);
      }
      String url = server(it) + "/mirror/repo/a.rpm";
      Outcome file = run("purge", url, "--server", server(it));
      assertThat(file.status()).as(file.err()).isZero();
      assertThat(file.out()).isEqualTo("1 files with 20000 bytes dropped\n");
      assertThat(it.mirror.stored("a.rpm")).doesNotExist();

      assertThat(run("purge", "repo/p/", "--server", server(it)).out()).startsWith("2 files");
      assertThat(it.mirror.stored("d.rpm")).exists();
      assertThat(run("purge", "repo", "--server", server(it)).out()).startsWith("1 files");

      Outcome again = run("purge", "repo", "--server", server(it));
      assertThat(again.status()).isEqualTo(Main.NOTHING_THERE);
      assertThat(again.err()).contains("nothing is stored there");
      assertThat(again.out()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({"repo/../x", "/health/live", "http://mirror.example/x", "repo/a%zz.rpm"})
  void whatCanNotBePurgedIsSaidWithTheUsage(String target) {
    Outcome outcome = run("purge", target, "--server", "http://127.0.0.1:1/");
    assertThat(outcome.status()).isEqualTo(Main.BAD_CONFIGURATION);
    assertThat(outcome.err()).contains(target).contains("Usage:");
  }

  @ParameterizedTest
  @CsvSource({
    "fedora, repos/fedora",
    "fedora/, repos/fedora",
    "fedora/40/, repos/fedora?path=40%2F",
    "fedora/40/a^b+.rpm, entries/fedora/40/a%5Eb%2B.rpm",
  })
  void aFolderEndsWithASlash(String path, String call) {
    assertThat(PurgeCommand.apiCall(path)).isEqualTo(call);
  }

  @Test
  void withoutAServerItSaysSo(@TempDir Path folder) throws Exception {
    int free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }
    Path config =
        Files.writeString(
            folder.resolve("instantmirror.conf"),
            "[main]\nport = " + free + "\nreposdir = " + folder + "\n");
    Outcome outcome = run("explain", "repo/a.rpm", "--config", config.toString());
    assertThat(outcome.status()).isEqualTo(Main.CANT_RUN);
    assertThat(outcome.err())
        .contains("no server answers at http://127.0.0.1:" + free + "/")
        .doesNotContain("Exception\n");
    assertThat(outcome.err().lines()).hasSize(1);
  }

  @Test
  void theServerIsTheOneOfTheConfiguration(@TempDir Path folder) throws Exception {
    try (Mirrored it = Mirrored.with()) {
      Path config =
          Files.writeString(
              folder.resolve("instantmirror.conf"),
              "[main]\nport = " + it.mirror.port() + "\nreposdir = " + folder + "\n");
      Outcome behind = run("explain", "repo/a.rpm", "--config", config.toString());
      assertThat(behind.status()).as(behind.err()).isZero();
      Outcome before = run("--config", config.toString(), "explain", "repo/a.rpm");
      assertThat(before.out()).isEqualTo(behind.out());
    }
  }
}
