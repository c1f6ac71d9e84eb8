package org.instantmirror.repo;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;

/**
 * yum's variables that have values on the server: each a file of that name in one of some folders,
 * its first line the value, which may be empty. {@link BaseUrl#PATH_VARIABLES} are never looked up,
 * because clients give them. {@code $infra} and {@code $rltype} have a value without any file.
 */
final class Variables {

  /** What they are on most machines where a distribution's own files use them. */
  private static final Map<String, String> USUAL = Map.of("infra", "stock", "rltype", "");

  /**
   * The same where lists are asked for, whose servers take {@code content} for their statistics
   * only; in a base URL it would be a folder, which nobody can guess.
   */
  private static final Map<String, String> USUAL_IN_LISTS =
      Map.of("infra", "stock", "rltype", "", "contentdir", "centos");

  private final List<Path> folders;

  /** Variables in those folders; a later one wins, as with yum. A folder may be missing. */
  Variables(List<Path> folders) {
    this.folders = List.copyOf(folders);
  }

  /**
   * Puts the values into a text.
   *
   * @throws IllegalArgumentException if a variable has none
   */
  String substitute(String text) {
    return substitute(text, USUAL);
  }

  /**
   * Puts the values into the URL of a list.
   *
   * @throws IllegalArgumentException if a variable has none
   */
  String substituteInList(String text) {
    return substitute(text, USUAL_IN_LISTS);
  }

  private String substitute(String text, Map<String, String> usual) {
    return VariableReference.PATTERN
        .matcher(text)
        .replaceAll(
            reference -> {
              String name = VariableReference.name(reference);
              if (BaseUrl.PATH_VARIABLES.contains(VariableReference.givenAs(name))) {
                return Matcher.quoteReplacement(reference.group());
              }
              return Matcher.quoteReplacement(
                  VariableReference.text(
                          reference, value(name).or(() -> Optional.ofNullable(usual.get(name))))
                      .orElseThrow(() -> new IllegalArgumentException(unset(name))));
            });
  }

  /** Puts the values into a text for people, and leaves variables without one as they are. */
  String substituteKnown(String text) {
    return VariableReference.PATTERN
        .matcher(text)
        .replaceAll(
            reference ->
                Matcher.quoteReplacement(
                    value(VariableReference.name(reference)).orElse(reference.group())));
  }

  private String unset(String name) {
    return "the variable '$"
        + name
        + "' has no value; give it one in "
        + (folders.isEmpty()
            ? "a folder of varsdir"
            : folders.get(folders.size() - 1).resolve(name));
  }

  private Optional<String> value(String name) {
    for (int i = folders.size() - 1; i >= 0; i--) {
      Path file = folders.get(i).resolve(name);
      if (Files.isRegularFile(file)) {
        return Optional.of(firstLine(file));
      }
    }
    return Optional.empty();
  }

  private static String firstLine(Path file) {
    try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      String line = reader.readLine();
      return line == null ? "" : line.strip();
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " can't be read (" + e + ")", e);
    }
  }
}
