package org.instantmirror.repo;

import java.util.regex.Pattern;

/**
 * What a client may give for a variable. Its value becomes part of a URL, so it is nothing but a
 * version or stream ({@code 42}, {@code 9.4}, {@code rawhide}, {@code 10-stream}, {@code 7Server})
 * or an architecture ({@code x86_64}).
 */
final class VariableValue {

  private static final Pattern VERSION =
      Pattern.compile("[A-Za-z0-9](?:[._-]?[A-Za-z0-9]){0,39}", Pattern.DOTALL);

  private static final Pattern ARCHITECTURE = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,19}");

  private VariableValue() {}

  /**
   * Whether a segment may be that variable's value.
   *
   * @param variable one of {@link BaseUrl#PATH_VARIABLES}
   */
  static boolean isFit(String variable, String segment) {
    Pattern allowed = variable.endsWith("arch") ? ARCHITECTURE : VERSION;
    return allowed.matcher(segment).matches();
  }
}
