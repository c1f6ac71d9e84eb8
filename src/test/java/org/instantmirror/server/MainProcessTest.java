package org.instantmirror.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.JavaCommand;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawClient;
import org.instantmirror.testing.RawResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The mirror as a process of its own: its ready line, its neighbours and its end. */
class MainProcessTest {

  private static Process start(Path folder, String name) throws IOException {
    return new ProcessBuilder(
            JavaCommand.of(
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                // Its log as it is shipped, not as tests have theirs.
                "-Dlogback.configurationFile=logback.xml",
                "-cp",
                JavaCommand.classPath(),
                Main.class.getName(),
                "--address",
                "127.0.0.1",
                "--port",
                "0",
                "--cachedir",
                folder.resolve("cache").toString(),
                "--reposdir",
                folder.resolve("repos.d").toString()))
        .redirectOutput(folder.resolve(name + ".out").toFile())
        .redirectError(folder.resolve(name + ".err").toFile())
        .start();
  }

  @Test
  void itSaysWhereItListensKeepsItsCacheToItselfAndStopsOnATerm(@TempDir Path folder)
      throws Exception {
    byte[] rpm = Packages.rpm(20_000, 1);
    try (FakeUpstream upstream = FakeUpstream.start()) {
      upstream.file("/a.rpm", rpm).etag("\"1\"");
      Files.createDirectory(folder.resolve("repos.d"));
      Files.writeString(
          folder.resolve("repos.d/test.repo"), "[repo]\nbaseurl=" + upstream.origin() + "/\n");
      Process first = start(folder, "first");
      try {
        String ready =
            await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> Files.readString(folder.resolve("first.out")), s -> s.endsWith("\n"));
        assertThat(ready).matches("InstantMirror ready at http://127\\.0\\.0\\.1:[1-9]\\d*/\n");
        int port = Integer.parseInt(ready.replaceFirst(".*:(\\d+)/", "$1").strip());
        RawResponse answer = RawClient.get(port, "/mirror/repo/a.rpm");
        assertThat(answer.body()).isEqualTo(rpm);
        assertSecondIsTurnedAway(folder);
        first.destroy();
        assertThat(first.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(first.exitValue()).isEqualTo(143);
      } finally {
        first.destroyForcibly();
      }
      assertThat(folder.resolve("first.out")).content(UTF_8).hasLineCount(1);
      String time = "(?m)^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\S+ INFO  ";
      assertThat(folder.resolve("first.err"))
          .content(UTF_8)
          .containsPattern(
              time
                  + "access 127\\.0\\.0\\.1 GET /mirror/repo/a\\.rpm 200 20000 \\d+ ms"
                  + " \"InstantMirror; fwd=uri-miss; stored\" "
                  + upstream.hostPort()
                  + "$")
          .containsPattern(
              time
                  + "download repo/a\\.rpm: stored, 20000 bytes in \\d+\\.\\d{3} s,"
                  + " \\d+\\.\\d\\d MB/s, resumed from 0, 0 failed tries, 1 clients, "
                  + upstream.uri("/a.rpm")
                  + "$");
      assertThat(folder.resolve("cache/repo/a.rpm")).hasBinaryContent(rpm);
    }
  }

  private static void assertSecondIsTurnedAway(Path folder) throws Exception {
    Process second = start(folder, "second");
    try {
      assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(second.exitValue()).isEqualTo(Main.CANT_RUN);
      assertThat(folder.resolve("second.out")).isEmptyFile();
      assertThat(folder.resolve("second.err"))
          .content(UTF_8)
          .contains("instantmirror: ")
          .contains(folder.resolve("cache").toString())
          .doesNotContain("Exception");
    } finally {
      second.destroyForcibly();
    }
  }
}
