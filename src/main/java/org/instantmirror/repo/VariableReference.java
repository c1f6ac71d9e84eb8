package org.instantmirror.repo;

import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** How yum's language refers to a variable: {@code $name} or {@code ${name}}. */
final class VariableReference {

  static final Pattern PATTERN = Pattern.compile("\\$(?:\\{([A-Za-z0-9_]+)}|([A-Za-z0-9_]+))");

  private VariableReference() {}

  /** The name in a match of {@link #PATTERN}. */
  static String name(MatchResult reference) {
    return reference.group(1) != null ? reference.group(1) : reference.group(2);
  }
}
