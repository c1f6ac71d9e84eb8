package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadmeTourTest {
  private static final String README =
      """
      # A project

      ```sh
      not marked
      ```

      <!-- tour -->
      ```sh
      echo 'baseurl=http://download.example/pub/9/os/' > a.repo
      ```

      Then:

      <!-- tour -->

      ```sh
      cat a.repo
      curl http://localhost:8080/
      ```
      """;

  @Test
  void markedBlocksAreOneScript() {
    assertThat(ReadmeTour.parse(README).script())
        .isEqualTo(
            """
            echo 'baseurl=http://download.example/pub/9/os/' > a.repo
            cat a.repo
            curl http://localhost:8080/
            """);
  }

  @Test
  void readmeWithoutATourIsAnError() {
    assertThatIllegalArgumentException().isThrownBy(() -> ReadmeTour.parse("```sh\nls\n```\n"));
  }

  @Test
  void serversBeyondThisMachineAreNamed() {
    assertThat(ReadmeTour.parse(README).servers()).containsExactly("http://download.example/");
  }

  @Test
  void replacementThatMatchesNothingIsAnError() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ReadmeTour.parse(README).replacing(Map.of("dnf5", "dnf")));
  }

  @Test
  void tourThatWouldLeaveThisMachineIsNotRun(@TempDir Path folder) {
    assertThatIllegalStateException()
        .isThrownBy(() -> ReadmeTour.parse(README).run(folder, Map.of()))
        .withMessageContaining("download.example");
  }

  @Test
  void firstCommandThatFailsEndsTheTour(@TempDir Path folder) {
    ReadmeTour tour =
        ReadmeTour.parse("<!-- tour -->\n```sh\necho one > one\nfalse\necho two > two\n```\n");

    tour.run(folder, Map.of()).failed();

    assertThat(folder).isDirectoryContaining("glob:**/one").isDirectoryNotContaining("glob:**/two");
  }

  @Test
  void whatTheTourLeftRunningIsEnded(@TempDir Path folder) {
    ReadmeTour tour = ReadmeTour.parse("<!-- tour -->\n```sh\nsleep 600 &\necho $! > pid\n```\n");

    tour.run(folder, Map.of()).succeeded();

    assertThat(folder.resolve("pid"))
        .content()
        .satisfies(
            pid ->
                assertThat(ProcessHandle.of(Long.parseLong(pid.strip())))
                    .matches(process -> process.isEmpty() || !process.get().isAlive(), "ended"));
  }
}
