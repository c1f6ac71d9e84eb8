package org.instantmirror.repodata;

/**
 * What the current generation of a repository says that a file must be.
 *
 * @param checksum of its bytes
 * @param size in bytes, or -1 if it isn't said
 */
public record ListedFile(Checksum checksum, long size) {
  /**
   * @throws IllegalArgumentException if the size is less than -1
   */
  public ListedFile {
    if (size < -1) {
      throw new IllegalArgumentException("a negative size");
    }
  }
}
