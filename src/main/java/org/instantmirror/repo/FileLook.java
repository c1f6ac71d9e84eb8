package org.instantmirror.repo;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How files look from outside, to see later whether somebody has changed one. A folder stands for
 * the files in it, those of editors (their names begin with a dot) left out. Links are followed, so
 * that one which is set anew, as container platforms do with mounted configuration, is a change. A
 * value.
 *
 * @param stamps by path; what isn't there has none
 */
public record FileLook(Map<Path, Stamp> stamps) {

  /** Copies the map. */
  public FileLook {
    stamps = Map.copyOf(stamps);
  }

  /**
   * What changes when a file does.
   *
   * @param file its identity on its disk; null where the system tells none
   */
  public record Stamp(long size, FileTime modified, @Nullable Object file) {}

  /** Looks at these files and folders. What can't be looked at counts as missing. */
  public static FileLook at(Collection<Path> files) {
    Map<Path, Stamp> stamps = new HashMap<>();
    for (Path file : files) {
      if (Files.isDirectory(file)) {
        inFolder(file, stamps);
      } else {
        add(file, stamps);
      }
    }
    return new FileLook(stamps);
  }

  private static void inFolder(Path folder, Map<Path, Stamp> stamps) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, FileLook::counts)) {
      files.forEach(file -> add(file, stamps));
    } catch (IOException | java.nio.file.DirectoryIteratorException unreadable) {
      // As if it were empty: whoever reads the configuration is told why.
      stamps.keySet().removeIf(file -> file.startsWith(folder));
    }
  }

  private static boolean counts(Path file) {
    return !String.valueOf(file.getFileName()).startsWith(".");
  }

  private static void add(Path file, Map<Path, Stamp> stamps) {
    try {
      BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
      if (found.isRegularFile()) {
        stamps.put(file, new Stamp(found.size(), found.lastModifiedTime(), found.fileKey()));
      }
    } catch (IOException missing) {
      // It has no stamp, then.
      stamps.remove(file);
    }
  }
}
