package org.instantmirror.repo;

import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * How yum's language refers to a variable: {@code $name} or {@code ${name}}, and since dnf 5 {@code
 * ${name:+word}} (the word where it has a value) and {@code ${name:-word}} (the word where it has
 * none). EPEL 10's own file does.
 */
final class VariableReference {

  /** The words are such that they change no URL's structure. */
  static final Pattern PATTERN =
      Pattern.compile("\\$(?:\\{([A-Za-z0-9_]+)(?::([+-])([A-Za-z0-9._~-]*))?}|([A-Za-z0-9_]+))");

  private static final String MAJOR = "releasever_major";
  private static final String MINOR = "releasever_minor";

  private VariableReference() {}

  /** The name in a match of {@link #PATTERN}. */
  static String name(MatchResult reference) {
    return reference.group(1) != null ? reference.group(1) : reference.group(4);
  }

  /**
   * What takes the place of a match of {@link #PATTERN}.
   *
   * @param value the variable's; empty if it has none
   * @return empty if it needs a value
   */
  static Optional<String> text(MatchResult reference, Optional<String> value) {
    String operator = reference.group(2);
    if (operator == null) {
      return value;
    }
    boolean has = value.filter(text -> !text.isEmpty()).isPresent();
    String word = reference.group(3);
    return operator.equals("+") ? Optional.of(has ? word : "") : has ? value : Optional.of(word);
  }

  /**
   * The variable that clients give for that one: {@code releasever} for its parts, as dnf 5 takes
   * them.
   */
  static String givenAs(String name) {
    return name.equals(MAJOR) || name.equals(MINOR) ? "releasever" : name;
  }

  /**
   * The value of a variable by that of {@link #givenAs}: {@code 10} and {@code 1} of {@code 10.1}.
   */
  static String derive(String name, String given) {
    int dot = given.indexOf('.');
    return switch (name) {
      case MAJOR -> dot < 0 ? given : given.substring(0, dot);
      case MINOR -> dot < 0 ? "" : given.substring(dot + 1);
      default -> given;
    };
  }
}
