package org.instantmirror.download;

import java.util.List;
import java.util.Optional;
import org.instantmirror.http.ByteRange;

/** Which bytes one request far ahead of a download asks for. */
final class Stretch {

  /** A gap up to this long is read and dropped: that is sooner over than another request. */
  static final long SMALL_GAP = 16 * 1024;

  private Stretch() {}

  /**
   * From {@code position} to the end of the range that it is in, and on over those that follow
   * closely.
   *
   * @param wanted disjoint, in the order in which they will be read
   * @param end what lies there and after must not be read before the whole has been verified
   * @return empty if {@code position} isn't wanted, or is {@code end} or after
   */
  static Optional<ByteRange> from(long position, List<ByteRange> wanted, long end) {
    long last = -1;
    for (ByteRange range : wanted) {
      if (last < 0) {
        last = range.first() <= position && position <= range.last() ? range.last() : -1;
      } else if (range.first() > last && range.first() - last - 1 <= SMALL_GAP) {
        last = range.last();
      } else {
        break;
      }
    }
    last = Math.min(last, end - 1);
    return last < position ? Optional.empty() : Optional.of(new ByteRange(position, last));
  }
}
