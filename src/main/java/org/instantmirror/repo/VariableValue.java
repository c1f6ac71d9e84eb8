package org.instantmirror.repo;

import java.util.regex.Pattern;

/**
 * What a client may give for a variable. Its value becomes part of a URL, so it is nothing but a
 * version or stream ({@code 42}, {@code 9.4}, {@code rawhide}, {@code 10-stream}, {@code 7Server})
 * or an architecture ({@code x86_64}); of the forward proxy, a host.
 */
final class VariableValue {

  private static final Pattern VERSION =
      Pattern.compile("[A-Za-z0-9](?:[._-]?[A-Za-z0-9]){0,39}", Pattern.DOTALL);

  private static final Pattern ARCHITECTURE = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,19}");

  /** A name or an IPv4 address, in one spelling: lower case, no port that goes without saying. */
  private static final Pattern HOST =
      Pattern.compile(
          "(?=[^:]{1,200}(?::|$))[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?"
              + "(?:\\.[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?)*(?::(?!80$)[1-9][0-9]{0,4})?",
          Pattern.DOTALL);

  private VariableValue() {}

  /**
   * Whether a segment may be that variable's value.
   *
   * @param variable one of {@link BaseUrl#PATH_VARIABLES}, or {@link BaseUrl#HOST}
   */
  static boolean isFit(String variable, String segment) {
    if (variable.equals(BaseUrl.HOST)) {
      return HOST.matcher(segment).matches();
    }
    Pattern allowed = variable.endsWith("arch") ? ARCHITECTURE : VERSION;
    return allowed.matcher(segment).matches();
  }
}
