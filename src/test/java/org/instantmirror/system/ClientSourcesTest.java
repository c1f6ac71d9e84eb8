package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The client's own tests, of {@code src/client/tests}, in Python. */
@RequiresPrograms(Program.PYTHON3)
class ClientSourcesTest {

  @Test
  void theTestsInPythonSucceed() {
    CommandResult result =
        Command.of(Program.PYTHON3.path(), List.of("-B", "-W", "error", "-m", "unittest"))
            .in(Recipe.project().resolve("src/client"))
            .run()
            .succeeded();

    // Else it found none, and says OK all the same.
    assertThat(result.output()).containsPattern("Ran [1-9][0-9]+ tests");
  }
}
