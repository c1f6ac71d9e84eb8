package org.instantmirror.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * A temporary folder that every user may read: Apache never serves as root, and JUnit's own
 * temporary folders are closed to others.
 */
final class WorkDirectory implements AutoCloseable {
  private static final Path SYSTEM = Path.of("/tmp");

  /**
   * The gpg of a client puts its agent's socket deep into its cache, where there is no /run/user,
   * and a socket's path has 107 bytes at most.
   */
  private static final int LONGEST_PARENT = 35;

  private final Path path;

  private WorkDirectory(Path path) {
    this.path = path;
  }

  /**
   * Makes one, below {@code target/} if the checkout is fit for that, else in the system's
   * temporary folder.
   */
  static WorkDirectory create(String name) {
    try {
      Path ours = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
      Path parent = isShort(ours) && isOpenToAll(ours) ? ours : SYSTEM;
      Path path = Files.createDirectory(parent.resolve("im-" + name + "-" + random()));
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
      WorkDirectory made = new WorkDirectory(path);
      Opened.add(made);
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isShort(Path folder) {
    return folder.toString().length() <= LONGEST_PARENT;
  }

  /** Whether others may go through all folders on the way. */
  private static boolean isOpenToAll(Path folder) throws IOException {
    for (Path each = folder; each != null; each = each.getParent()) {
      if (!Files.getPosixFilePermissions(each).contains(PosixFilePermission.OTHERS_EXECUTE)) {
        return false;
      }
    }
    return true;
  }

  /** Short, unlike that of {@link Files#createTempDirectory}. */
  private static String random() {
    return Integer.toString(ThreadLocalRandom.current().nextInt(36 * 36 * 36 * 36), 36);
  }

  Path path() {
    return path;
  }

  /** A folder in it, made if it isn't there. */
  Path folder(String name) {
    try {
      return Files.createDirectories(path.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A text file in it, written anew. */
  Path write(String name, String text) {
    try {
      Path file = path.resolve(name);
      Files.createDirectories(file.getParent());
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes it with all that is in it. */
  @Override
  public void close() {
    Opened.remove(this);
    if (!Files.exists(path)) {
      return;
    }
    List<Path> deepestFirst;
    try (Stream<Path> walk = Files.walk(path)) {
      deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (Path each : deepestFirst) {
      try {
        Files.deleteIfExists(each);
      } catch (IOException e) {
        // A leftover in the temporary folder must not hide why a test failed.
        System.err.println("cannot remove " + each + ": " + e);
      }
    }
  }
}
