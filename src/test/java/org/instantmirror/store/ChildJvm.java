package org.instantmirror.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.instantmirror.testing.JavaCommand;

/** Another process that runs a class of the test tree. */
final class ChildJvm {
  private ChildJvm() {}

  /** Runs {@code main} to its end, or to its death. */
  static Result run(Map<String, String> environment, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    Process process = start(environment, main, arguments);
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(process.waitFor(), output);
  }

  static Process start(Map<String, String> environment, Class<?> main, String... arguments)
      throws IOException {
    List<String> command =
        JavaCommand.of(
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            JavaCommand.classPath(),
            main.getName());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    return builder.start();
  }

  /** How it ended and what it printed. */
  record Result(int exitCode, String output) {}
}
