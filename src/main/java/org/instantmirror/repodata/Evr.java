package org.instantmirror.repodata;

/**
 * Which build of a package: epoch, version and release, as rpm compares them.
 *
 * @param epoch 0 where none is given
 * @param version not empty
 * @param release may be empty, in old repositories only
 */
public record Evr(long epoch, String version, String release) {
  /** The longest version or release that is taken, in characters. */
  static final int MAX_CHARS = 512;

  /**
   * @throws IllegalArgumentException if the epoch is negative, the version empty or a part too long
   */
  public Evr {
    if (epoch < 0 || version.isEmpty()) {
      throw new IllegalArgumentException("no version: " + epoch + ":" + version + "-" + release);
    }
    if (version.length() > MAX_CHARS || release.length() > MAX_CHARS) {
      throw new IllegalArgumentException("a version longer than " + MAX_CHARS + " characters");
    }
  }

  /** As in the name of a package's file: without an epoch of 0. */
  @Override
  public String toString() {
    return (epoch == 0 ? "" : epoch + ":") + version + (release.isEmpty() ? "" : "-" + release);
  }
}
