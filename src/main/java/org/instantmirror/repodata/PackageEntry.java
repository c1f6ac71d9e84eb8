package org.instantmirror.repodata;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What {@code primary.xml} says of one package.
 *
 * @param name not empty
 * @param arch not empty; {@code src} for sources
 * @param checksum of the package's file; null if there is none of a type that we know
 * @param location where the file lies
 * @param size of the file in bytes, or -1
 * @param fileTime when the file was last modified where the repository was made; null if unknown
 * @param buildTime when it was built; null if unknown
 * @param sourceRpm the file name of the source package that it was built from; null for a source
 *     package itself
 */
public record PackageEntry(
    String name,
    Evr evr,
    String arch,
    @Nullable Checksum checksum,
    Location location,
    long size,
    @Nullable Instant fileTime,
    @Nullable Instant buildTime,
    @Nullable String sourceRpm) {

  /** The longest name or architecture that is taken, in characters. */
  static final int MAX_NAME_CHARS = 1024;

  /**
   * @throws IllegalArgumentException if one of them isn't as described
   */
  public PackageEntry {
    if (name.isEmpty() || name.length() > MAX_NAME_CHARS) {
      throw new IllegalArgumentException("a package's name of " + name.length() + " characters");
    }
    if (arch.isEmpty() || arch.length() > MAX_NAME_CHARS) {
      throw new IllegalArgumentException("an architecture of " + arch.length() + " characters");
    }
    if (size < Numbers.UNKNOWN) {
      throw new IllegalArgumentException("a size of " + size);
    }
  }
}
