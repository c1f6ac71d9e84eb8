package org.instantmirror.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What the command line refuses, and how it says so. */
class MainTest {

  private record Outcome(int status, String out, String err) {}

  private static Outcome run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    CommandLine line =
        Main.commandLine(
            new Main(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8)));
    line.setOut(new PrintWriter(out, true, UTF_8));
    line.setErr(new PrintWriter(err, true, UTF_8));
    int status = line.execute(arguments);
    return new Outcome(status, out.toString(UTF_8), err.toString(UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--nosuch", "--port=many", "nosuch", "--port"})
  void aBadOptionIsNamedWithTheUsage(String option) {
    Outcome outcome = run(option);
    assertThat(outcome.status()).isEqualTo(Main.BAD_CONFIGURATION);
    assertThat(outcome.err()).contains(option.replaceFirst("=.*", "")).contains("Usage:");
    assertThat(outcome.out()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "pirt = 8080, instantmirror.conf:2, pirt",
    "port = many, instantmirror.conf:2, port",
    "timeout = soon, instantmirror.conf:2, timeout",
    "min_free = 200%, instantmirror.conf:2, min_free",
  })
  void aBadConfigurationIsOneLineWithFileLineAndKey(
      String line, String place, String key, @TempDir Path folder) throws Exception {
    Path config = Files.writeString(folder.resolve("instantmirror.conf"), "[main]\n" + line + "\n");
    Outcome outcome = run("--config", config.toString(), "--cachedir", folder + "/cache");
    assertThat(outcome.status()).isEqualTo(Main.BAD_CONFIGURATION);
    assertThat(outcome.err().lines()).hasSize(1);
    assertThat(outcome.err()).contains(place).contains(key);
    assertThat(folder.resolve("cache")).doesNotExist();
  }

  @Test
  void aBadRepoFileIsOneLineWithFileLineAndKey(@TempDir Path folder) throws Exception {
    Path repos = Files.createDirectory(folder.resolve("repos.d"));
    Files.writeString(repos.resolve("bad.repo"), "[a]\nname=a\nbaseurl=ftp://elsewhere.example/\n");
    Outcome outcome =
        run("--reposdir", repos.toString(), "--cachedir", folder + "/cache", "--port", "0");
    assertThat(outcome.status()).isEqualTo(Main.BAD_CONFIGURATION);
    assertThat(outcome.err().lines()).hasSize(1);
    assertThat(outcome.err()).contains("bad.repo:3").contains("baseurl");
  }

  @Test
  void aConfigurationFileThatIsNamedMustBeThere(@TempDir Path folder) {
    Outcome outcome = run("--config", folder + "/nosuch.conf");
    assertThat(outcome.status()).isEqualTo(Main.BAD_CONFIGURATION);
    assertThat(outcome.err()).contains("nosuch.conf");
    assertThat(outcome.err().lines()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "before", "behind"})
  void aPortInUseIsSaidWithItsNumber(String serve, @TempDir Path folder) throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      String cache = folder + "/cache";
      Outcome outcome =
          switch (serve) {
            case "before" ->
                run("serve", "--address", "127.0.0.1", "--port", port, "--cachedir", cache);
            case "behind" ->
                run("--address", "127.0.0.1", "--port", port, "--cachedir", cache, "serve");
            default -> run("--address", "127.0.0.1", "--port", port, "--cachedir", cache);
          };
      assertThat(outcome.status()).isEqualTo(Main.CANT_RUN);
      assertThat(outcome.err()).contains(port).contains("in use");
      assertThat(outcome.err().lines()).hasSize(1);
      assertThat(outcome.out()).isEmpty();
    }
  }

  @Test
  void helpAndVersionAreToldOnStandardOutput() {
    Outcome help = run("--help");
    assertThat(help.status()).isZero();
    assertThat(help.out()).contains("--config", "--address", "--port", "--cachedir", "--reposdir");
    Outcome version = run("--version");
    assertThat(version.status()).isZero();
    assertThat(version.out()).startsWith("InstantMirror/");
  }
}
