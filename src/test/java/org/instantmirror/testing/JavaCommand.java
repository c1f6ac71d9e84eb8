package org.instantmirror.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The command line of another JVM, of the kind that runs the tests: its temporary files, which a
 * process that is killed leaves behind, lie where those of the tests do (below {@code target/}).
 */
public final class JavaCommand {

  /** Where a JVM that tests start puts temporary files. */
  public static final String TEMPORARY_FILES =
      "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir");

  /** Without it a JVM that is killed leaves a file in the system's temporary folder, always. */
  public static final String NO_PERFORMANCE_DATA = "-XX:-UsePerfData";

  private JavaCommand() {}

  /** {@code java} with these arguments: options, then class or archive, then its arguments. */
  public static List<String> of(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add(TEMPORARY_FILES);
    command.add(NO_PERFORMANCE_DATA);
    command.addAll(List.of(arguments));
    return command;
  }

  /** The class path of the tests. */
  public static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }
}
