package org.instantmirror.store;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A file system mounted for a test; the test is skipped where we may not mount. */
final class Mount implements AutoCloseable {
  private final Path at;

  private Mount(Path at) {
    this.at = at;
  }

  /** As {@code mount options... at}. */
  static Mount of(Path at, String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("mount"));
    command.addAll(List.of(options));
    command.add(at.toString());
    String error;
    try {
      error = run(command);
    } catch (IOException e) {
      error = e.toString();
    }
    assumeTrue(error.isEmpty(), "needs the right to mount a file system: " + error);
    return new Mount(at);
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() == 0 ? "" : output + "failed";
  }

  /** Changes it to {@code ro} or {@code rw}. */
  void remount(String mode) throws IOException, InterruptedException {
    String error = run(List.of("mount", "-o", "remount," + mode, at.toString()));
    if (!error.isEmpty()) {
      throw new IOException(error);
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    run(List.of("umount", "-l", at.toString()));
  }
}
