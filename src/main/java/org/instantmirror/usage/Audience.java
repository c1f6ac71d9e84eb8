package org.instantmirror.usage;

/**
 * Who has a package, as far as it is known at a moment.
 *
 * @param reporting how many clients report that they have it
 * @param asking how many different addresses have asked for it since its last release upstream, or
 *     since the month began
 * @param share of its repository's clients that report, from 0 to 1
 */
public record Audience(int reporting, double asking, double share) {

  /** Nobody. */
  public static final Audience NOBODY = new Audience(0, 0, 0);

  /**
   * @throws IllegalArgumentException if one of them isn't as described
   */
  public Audience {
    if (reporting < 0 || !(asking >= 0) || !(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException(reporting + ", " + asking + ", " + share);
    }
  }

  /** Of that many who asked, those who don't report: who does is counted by his reports. */
  double outsiders(double asked) {
    return (1 - share) * asked;
  }
}
