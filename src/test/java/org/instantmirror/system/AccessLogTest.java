package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessLogTest {
  @Test
  void rangedRequestIsRead() {
    assertThat(
            AccessLog.Entry.parse(
                "GET /a/b.rpm HTTP/1.1\t206\t100\tbytes=5-\tTue, 02 Jan 2024 03:04:05 GMT"))
        .isEqualTo(
            new AccessLog.Entry(
                "GET", "/a/b.rpm", 206, 100, "bytes=5-", "Tue, 02 Jan 2024 03:04:05 GMT"));
  }

  @Test
  void absentHeadersAreDashesWhicheverServerWroteThem() {
    AccessLog.Entry nginx = AccessLog.Entry.parse("GET /a HTTP/1.1\t200\t1\t\t");
    AccessLog.Entry apache = AccessLog.Entry.parse("GET /a HTTP/1.1\t200\t1\t-\t-");

    assertThat(nginx).isEqualTo(apache);
  }

  @Test
  void otherLineIsAnError() {
    assertThatIllegalArgumentException().isThrownBy(() -> AccessLog.Entry.parse("hello"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/x/a+b^c.rpm", "/x/a%2bb%5ec.rpm", "/x/a%2Bb%5Ec.rpm"})
  void everySpellingIsForTheSameFile(String target, @TempDir Path folder) throws IOException {
    Path file =
        Files.writeString(folder.resolve("log"), "GET " + target + " HTTP/1.1\t200\t1\t-\t-\n");

    assertThat(new AccessLog(file).entriesFor("/a+b^c.rpm")).hasSize(1);
    assertThat(new AccessLog(file).entriesFor("/b^c.rpm")).isEmpty();
  }

  @Test
  void serverThatWasNotAskedYetHasNoEntries(@TempDir Path folder) {
    assertThat(new AccessLog(folder.resolve("none")).entries()).isEmpty();
  }
}
