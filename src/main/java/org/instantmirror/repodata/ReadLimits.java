package org.instantmirror.repodata;

/**
 * How much a reader takes of a file before it refuses it. What is beyond them is no repodata that
 * anybody publishes, or is meant to exhaust us.
 *
 * @param openBytes of a file after decompression, at least 1
 * @param ratio of these to the bytes that were read, at least 1; asked only of what is larger than
 *     {@link #ANY_RATIO_BYTES}
 * @param tokenBytes of one tag, comment, or run of text in XML, at least 1
 * @param items packages, advisories, parts or URLs of a file, at least 1
 */
public record ReadLimits(long openBytes, int ratio, int tokenBytes, int items) {

  /** A file that isn't larger may be of any ratio; a small repository of equal packages is. */
  public static final long ANY_RATIO_BYTES = 16 << 20;

  /**
   * For files in the size of a distribution: the largest known filelists are 0.83 GB when open, at
   * 18 times their compressed size, and the largest primary files a third of that.
   */
  public static final ReadLimits DISTRIBUTION = new ReadLimits(4L << 30, 250, 1 << 20, 2_000_000);

  /** For what names other files: {@code repomd.xml}, a metalink, a mirror list. */
  public static final ReadLimits LISTING = new ReadLimits(8 << 20, 250, 1 << 16, 10_000);

  /**
   * @throws IllegalArgumentException if one of them is less than 1
   */
  public ReadLimits {
    if (openBytes < 1 || ratio < 1 || tokenBytes < 1 || items < 1) {
      throw new IllegalArgumentException("limits begin at 1");
    }
  }
}
