package org.instantmirror.http;

/**
 * A range of a representation's bytes.
 *
 * @param first the offset of its first byte
 * @param last the offset of its last byte, included as in HTTP
 */
public record ByteRange(long first, long last) {

  /**
   * A range of at least one byte.
   *
   * @throws IllegalArgumentException if it is empty, begins before 0, or is too long to count
   */
  public ByteRange {
    if (first < 0 || last < first || last == Long.MAX_VALUE) {
      throw new IllegalArgumentException("no byte range: " + first + "-" + last);
    }
  }

  /** Bytes, at least 1. */
  public long length() {
    return last - first + 1;
  }

  @Override
  public String toString() {
    return first + "-" + last;
  }
}
