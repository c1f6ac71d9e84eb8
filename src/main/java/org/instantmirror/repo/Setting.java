package org.instantmirror.repo;

import java.nio.file.Path;
import java.util.function.Function;

/**
 * A value as it was written, and where.
 *
 * @param origin what a message begins with: {@code FILE:LINE}, or who else said so
 * @param folder what a relative path in the value is relative to
 * @param section the section's name; empty outside of files
 * @param key as it was written
 * @param text without surrounding space; lines separated by a newline where it was continued
 */
record Setting(String origin, Path folder, String section, String key, String text) {

  /** Whether nothing follows the equals sign, which says the same as leaving the key out. */
  boolean isEmpty() {
    return text.isEmpty();
  }

  /**
   * The value by that syntax.
   *
   * @param syntax throws IllegalArgumentException with a message that says what is wrong with the
   *     value and what is allowed
   */
  <T> T as(Function<String, T> syntax) throws ConfigException {
    try {
      return syntax.apply(text);
    } catch (IllegalArgumentException e) {
      throw fault(String.valueOf(e.getMessage()));
    }
  }

  /** A path, made absolute. */
  Path asPath() throws ConfigException {
    return as(t -> folder.resolve(t).toAbsolutePath().normalize());
  }

  /** The problem as an exception. */
  ConfigException fault(String problem) {
    return new ConfigException(message(problem));
  }

  /** The problem, with where it is, in one line. */
  String message(String problem) {
    String place = section.isEmpty() ? "" : "[" + section + "] ";
    return ConfigException.oneLine(origin + ": " + place + key + ": " + problem);
  }

  /** Without the value: it may be a password. */
  @Override
  public String toString() {
    return origin + ": [" + section + "] " + key;
  }
}
