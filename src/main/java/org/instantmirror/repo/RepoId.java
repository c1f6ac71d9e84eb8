package org.instantmirror.repo;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a repository: the section of its {@code .repo} file, the first segment of its paths.
 *
 * <p>What belongs to a repository and isn't part of its tree lies in areas of ours, under names
 * that no configuration and no request can give.
 *
 * @param value {@code [A-Za-z0-9_.:-]+}, not beginning with a dot or underscore, or {@link
 *     #PROXY}'s; of an area, two underscores with a lower-case word between, in front of one
 */
public record RepoId(String value) {

  private static final String PROXIED = "_proxy";

  private static final Pattern VALID = Pattern.compile("[A-Za-z0-9:-][A-Za-z0-9_.:-]*");
  private static final Pattern AREA = Pattern.compile("_[a-z0-9]+_");

  /** The hosts that clients of the forward proxy ask for and no repository names. */
  public static final RepoId PROXY = new RepoId(PROXIED);

  /**
   * @throws IllegalArgumentException if {@code value} is no valid repository id
   */
  public RepoId {
    Matcher area = AREA.matcher(value);
    String plain = area.lookingAt() ? value.substring(area.end()) : value;
    if (!isValid(plain) && !plain.equals(PROXIED)) {
      throw new IllegalArgumentException("not a repository id: '" + value + "'");
    }
  }

  /**
   * The area of that name.
   *
   * @param word of lower-case letters and digits
   */
  public RepoId area(String word) {
    return new RepoId("_" + word + "_" + configured().value);
  }

  /** Whether this is an area of ours. */
  public boolean isArea() {
    return value.charAt(0) == '_' && !value.equals(PROXIED);
  }

  /** The repository that an area belongs to; itself if it is none. */
  public RepoId configured() {
    return isArea() ? new RepoId(value.substring(value.indexOf('_', 1) + 1)) : this;
  }

  /** Whether {@code value} may be the id of a configured repository. */
  public static boolean isValid(String value) {
    return value.length() <= 200 && VALID.matcher(value).matches();
  }

  @Override
  public String toString() {
    return value;
  }
}
