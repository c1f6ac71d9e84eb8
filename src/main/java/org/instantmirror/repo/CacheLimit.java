package org.instantmirror.repo;

/**
 * How much may be stored.
 *
 * @param bytes at most this many, {@link Long#MAX_VALUE} for any number, and
 * @param percent at most this share of a whole, 1 to 100: whichever of the two is smaller
 */
public record CacheLimit(long bytes, int percent) {

  /** No limit but the disk. */
  public static final CacheLimit UNLIMITED = new CacheLimit(Long.MAX_VALUE, 100);

  /**
   * @throws IllegalArgumentException if a number is out of its range
   */
  public CacheLimit {
    if (bytes <= 0 || percent <= 0 || percent > 100) {
      throw new IllegalArgumentException("a share is 1 to 100 %, a size more than 0");
    }
  }

  /** A size. */
  public static CacheLimit ofBytes(long bytes) {
    return new CacheLimit(bytes, 100);
  }

  /** A share. */
  public static CacheLimit ofPercent(int percent) {
    return new CacheLimit(Long.MAX_VALUE, percent);
  }

  /**
   * As it is written in a file: a size, a share, or {@code unlimited}.
   *
   * @throws IllegalArgumentException with a message that says what is allowed
   */
  public static CacheLimit parse(String text) {
    return ValueSyntax.cacheLimit(text);
  }

  /** Whether only the disk is a limit. */
  public boolean isUnlimited() {
    return equals(UNLIMITED);
  }

  /**
   * The limit in bytes.
   *
   * @param whole what a share is one of; {@link Long#MAX_VALUE} if that has no limit itself
   */
  public long of(long whole) {
    // All of something is no limit, nor is a share of what is unlimited.
    boolean none = percent == 100 || whole == Long.MAX_VALUE;
    long share = none ? Long.MAX_VALUE : whole / 100 * percent + whole % 100 * percent / 100;
    return Math.min(bytes, share);
  }
}
