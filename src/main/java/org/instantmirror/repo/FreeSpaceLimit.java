package org.instantmirror.repo;

/**
 * How much of a disk must stay free.
 *
 * @param bytes at least this many, and
 * @param percent at least this share of the disk, 0 to 100: whichever of the two is smaller
 */
public record FreeSpaceLimit(long bytes, int percent) {

  /**
   * @throws IllegalArgumentException if a number is out of its range
   */
  public FreeSpaceLimit {
    if (bytes < 0 || percent < 0 || percent > 100) {
      throw new IllegalArgumentException("a share of free space is 0 to 100 %, a size 0 or more");
    }
  }

  /** Only a size: no share of the disk is smaller. */
  public static FreeSpaceLimit ofBytes(long bytes) {
    return new FreeSpaceLimit(bytes, 100);
  }

  /** Only a share of the disk. */
  public static FreeSpaceLimit ofPercent(int percent) {
    return new FreeSpaceLimit(Long.MAX_VALUE, percent);
  }

  /** The limit in bytes on a disk of that size. */
  public long on(long totalBytes) {
    return Math.min(bytes, totalBytes / 100 * percent);
  }
}
