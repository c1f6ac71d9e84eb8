package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/** A report as the plugin sends it, to a mirror in whatever stands around it. */
final class ReportedUsage {
  private static final String REPORT =
      """
      {"version":1,"client":"abcdefghijklmnopqrstu0","window":"%s","period":86400,
       "repos":{"r":"/mirror/%s/"},"installed":[["reported","0:1-1","noarch","r"]],"changes":[]}
      """;

  private ReportedUsage() {}

  /**
   * Sends one, and asserts that it is taken and learnt.
   *
   * @param url of the mirror, with a slash at its end
   * @param repo an id
   */
  static void assertLearnt(String url, String repo, Path folder) {
    Path file = folder.resolve("report.json.gz");
    String text = REPORT.formatted(Instant.now().truncatedTo(ChronoUnit.DAYS), repo);
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String told =
        Curl.run(
                List.of(
                    "--include",
                    "--header",
                    "Content-Type: application/json",
                    "--header",
                    "Content-Encoding: gzip",
                    "--data-binary",
                    "@" + file,
                    url + "api/v1/usage"))
            .succeeded()
            .output();
    assertThat(told).contains(" 202").contains("{\"installedWanted\":false}");
    String popular = url + "api/v1/popularity?repo=" + repo + "&name=reported";
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () ->
                assertThat(Curl.run(List.of(popular)).succeeded().output())
                    .contains("\"reporting\":1"));
  }
}
