package org.instantmirror.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Nothing that tests write, or the processes that they kill, stays outside {@code target/}. */
class JavaCommandTest {

  /** The other JVM. */
  static final class Teller {
    public static void main(String[] args) {
      System.out.print(System.getProperty("java.io.tmpdir"));
    }
  }

  @Test
  void temporaryFilesOfTheTestsLieBelowTarget() {
    String project = System.getProperty("basedir");
    assumeTrue(project != null, "only Maven says where they are to lie");
    assertThat(Path.of(System.getProperty("java.io.tmpdir")))
        .isEqualTo(Path.of(project, "target", "tmp"))
        .isDirectory();
  }

  @Test
  void thoseOfOtherJvmsLieBesideThem() throws Exception {
    Process other =
        new ProcessBuilder(JavaCommand.of("-cp", JavaCommand.classPath(), Teller.class.getName()))
            .start();
    assertThat(new String(other.getInputStream().readAllBytes(), UTF_8))
        .isEqualTo(System.getProperty("java.io.tmpdir"));
    assertThat(other.waitFor()).isZero();
  }
}
