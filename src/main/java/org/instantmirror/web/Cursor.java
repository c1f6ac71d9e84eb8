package org.instantmirror.web;

import org.instantmirror.download.ByteSource;

/** How far a body has been sent. Confined to whose turn it is. */
final class Cursor {

  private final Body body;
  private int index;
  private long position;

  Cursor(Body body) {
    this.body = body;
    seek();
  }

  private void seek() {
    if (!isAtEnd() && segment() instanceof Segment.Slice slice) {
      position = slice.first();
    }
  }

  /** Where the bytes come from. */
  ByteSource source() {
    return body.source();
  }

  /** Whether all segments are behind. */
  boolean isAtEnd() {
    return index == body.segments().size();
  }

  /** The one to send, or to go on with. */
  Segment segment() {
    return body.segments().get(index);
  }

  /** Goes on to the next one. */
  void next() {
    index++;
    seek();
  }

  /** Where in the file to go on, within a {@link Segment.Slice}. */
  long position() {
    return position;
  }

  /** Some bytes of the slice have been sent. */
  void advance(int bytes) {
    position += bytes;
  }
}
