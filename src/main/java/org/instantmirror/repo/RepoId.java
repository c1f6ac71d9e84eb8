package org.instantmirror.repo;

import java.util.regex.Pattern;

/**
 * The name of a repository: the section of its {@code .repo} file, the first segment of its paths.
 *
 * @param value {@code [A-Za-z0-9_.:-]+}, not beginning with a dot or underscore (those are ours)
 */
public record RepoId(String value) {

  private static final Pattern VALID = Pattern.compile("[A-Za-z0-9:-][A-Za-z0-9_.:-]*");

  /**
   * @throws IllegalArgumentException if {@code value} is no valid repository id
   */
  public RepoId {
    if (!isValid(value)) {
      throw new IllegalArgumentException("not a repository id: '" + value + "'");
    }
  }

  /** Whether {@code value} may be a repository id. */
  public static boolean isValid(String value) {
    return value.length() <= 200 && VALID.matcher(value).matches();
  }

  @Override
  public String toString() {
    return value;
  }
}
