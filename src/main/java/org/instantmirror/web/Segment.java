package org.instantmirror.web;

/** A piece of a response's body. */
sealed interface Segment {

  /** How many bytes it has; {@link Long#MAX_VALUE} if that is known only at the source's end. */
  long length();

  /** Bytes of our own, such as the header of a part. */
  final class Bytes implements Segment {
    private final byte[] bytes;

    Bytes(byte[] bytes) {
      this.bytes = bytes;
    }

    /** Them; not to be changed. */
    byte[] bytes() {
      return bytes;
    }

    @Override
    public long length() {
      return bytes.length;
    }
  }

  /**
   * A stretch of the file.
   *
   * @param first position of the first byte
   * @param end position after the last; {@link Long#MAX_VALUE} for all there will be
   */
  record Slice(long first, long end) implements Segment {
    @Override
    public long length() {
      return end == Long.MAX_VALUE ? Long.MAX_VALUE : end - first;
    }
  }
}
