package org.instantmirror.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file of {@code conf/}, as administrators copy it, with the places that are theirs filled in.
 *
 * @param text what it says
 */
record Recipe(String text) {
  /** Reads one, by its path below the project's folder. */
  static Recipe read(String path) {
    try {
      return new Recipe(Files.readString(project().resolve(path)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The project's folder. */
  static Path project() {
    return Path.of(System.getProperty("instantmirror.basedir", "")).toAbsolutePath();
  }

  /**
   * With one text in place of another, wherever it stands.
   *
   * @throws IllegalArgumentException if it stands nowhere: the recipe has changed, and its test
   *     must
   */
  Recipe with(String placeholder, Object value) {
    if (!text.contains(placeholder)) {
      throw new IllegalArgumentException("the recipe doesn't say '" + placeholder + "'");
    }
    return new Recipe(text.replace(placeholder, value.toString()));
  }
}
