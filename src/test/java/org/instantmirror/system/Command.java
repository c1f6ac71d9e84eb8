package org.instantmirror.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * A program to be run to its end, without standard input, in the C.UTF-8 locale so that its
 * messages are those that the tests know.
 */
final class Command {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final List<String> words;
  private Path directory = Path.of("").toAbsolutePath();
  private final Map<String, String> environment = new LinkedHashMap<>();

  private Command(List<String> words) {
    this.words = words;
  }

  static Command of(Program program, String... arguments) {
    return of(program.path(), List.of(arguments));
  }

  static Command of(String program, List<String> arguments) {
    List<String> words = new ArrayList<>();
    words.add(program);
    words.addAll(arguments);
    return of(words);
  }

  /** The program's path, and its arguments. */
  static Command of(List<String> words) {
    return new Command(List.copyOf(words));
  }

  Command with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  Command in(Path workingDirectory) {
    directory = workingDirectory;
    return this;
  }

  /**
   * Runs it.
   *
   * @throws IllegalStateException if it takes longer than two minutes; it is killed then
   */
  CommandResult run() {
    return run(LIMIT);
  }

  /** The same with another limit. */
  CommandResult run(Duration limit) {
    try {
      Path output = Files.createTempFile("command", ".log");
      try {
        Process process = start(output);
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
          process.destroyForcibly().waitFor();
          throw new IllegalStateException(
              words + " took longer than " + limit + ":\n" + Files.readString(output));
        }
        return new CommandResult(
            String.join(" ", words), process.exitValue(), Files.readString(output));
      } finally {
        Files.deleteIfExists(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Starts it, with all that it prints appended to a file. */
  Process start(Path log) throws IOException {
    return start(builder -> builder.redirectErrorStream(true).redirectOutput(appendTo(log)));
  }

  /** Starts it, with standard output and standard error appended to a file each. */
  Process start(Path output, Path errors) throws IOException {
    return start(
        builder -> builder.redirectOutput(appendTo(output)).redirectError(appendTo(errors)));
  }

  /** Starts it, with its standard output to be read by the caller, and errors to a file. */
  Process startPiped(Path errors) throws IOException {
    return start(builder -> builder.redirectError(appendTo(errors)));
  }

  private static ProcessBuilder.Redirect appendTo(Path file) {
    return ProcessBuilder.Redirect.appendTo(file.toFile());
  }

  private Process start(UnaryOperator<ProcessBuilder> outputs) throws IOException {
    ProcessBuilder builder =
        outputs
            .apply(new ProcessBuilder(words))
            .directory(directory.toFile())
            .redirectInput(Path.of("/dev/null").toFile());
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().put("TMPDIR", System.getProperty("java.io.tmpdir"));
    // A proxy of the machine's own must not come between two programs on loopback.
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.toLowerCase(Locale.ROOT).endsWith("_proxy"));
    builder.environment().putAll(environment);
    return builder.start();
  }
}
