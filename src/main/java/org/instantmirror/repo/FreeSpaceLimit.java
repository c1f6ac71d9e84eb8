package org.instantmirror.repo;

/**
 * How much of a disk must stay free.
 *
 * @param bytes at least this many, and
 * @param percent at least this share of the disk, 0 to 100: whichever of the two is smaller
 */
public record FreeSpaceLimit(long bytes, int percent) {

  /** The limit in bytes on a disk of that size. */
  public long on(long totalBytes) {
    return Math.min(bytes, totalBytes / 100 * percent);
  }
}
