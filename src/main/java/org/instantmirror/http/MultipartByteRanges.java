package org.instantmirror.http;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The framing of a {@code multipart/byteranges} body (RFC 9110 section 14.6): for each range its
 * {@link #partHeader} and then its bytes, and {@link #end} after the last. Holds no bytes of the
 * representation; headers are made when asked for, since a client may want a thousand. Immutable.
 */
public final class MultipartByteRanges {

  /**
   * What a part's {@code Content-Type} may have at most, so that the bound of {@link
   * RangeSelection#select} holds whatever upstream says; a longer one is left out of the parts.
   */
  static final int MAX_TYPE_LENGTH = 80;

  /** What a boundary may have at most. */
  static final int MAX_BOUNDARY_LENGTH = 32;

  // zchunk pastes the boundary into a regular expression unescaped: letters, digits, hyphens and
  // underscores only.
  private static final Pattern BOUNDARY =
      Pattern.compile("[0-9A-Za-z_-]{1," + MAX_BOUNDARY_LENGTH + "}");

  private static final String DELIMITER = "\r\n--";
  private static final String TYPE_FIELD = "\r\nContent-Type: ";
  private static final String RANGE_FIELD = "\r\nContent-Range: ";
  private static final String HEADER_END = "\r\n\r\n";
  private static final String CLOSE = "--\r\n";

  private final List<ByteRange> ranges;
  private final long totalLength;
  private final String boundary;
  private final String beforeRange;
  private final long contentLength;

  /**
   * The framing of these ranges, in their order.
   *
   * @param ranges at least one, all within the representation
   * @param totalLength the representation's bytes
   * @param partContentType the representation's {@code Content-Type}, null if it has none
   * @param boundary 1 to 32 letters, digits, hyphens or underscores that occur in no part: see
   *     {@link #boundary(RandomGenerator)}
   * @throws IllegalArgumentException if there is no range, one goes beyond the end, the type holds
   *     control characters or the boundary others than those
   */
  public MultipartByteRanges(
      List<ByteRange> ranges, long totalLength, @Nullable String partContentType, String boundary) {
    if (ranges.isEmpty() || !BOUNDARY.matcher(boundary).matches()) {
      throw new IllegalArgumentException("ranges " + ranges + ", boundary '" + boundary + "'");
    }
    if (partContentType != null && partContentType.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
      throw new IllegalArgumentException("control characters in a Content-Type");
    }
    this.ranges = List.copyOf(ranges);
    this.totalLength = totalLength;
    this.boundary = boundary;
    boolean typed = partContentType != null && partContentType.length() <= MAX_TYPE_LENGTH;
    this.beforeRange =
        DELIMITER + boundary + (typed ? TYPE_FIELD + partContentType : "") + RANGE_FIELD;
    this.contentLength = measure();
  }

  /** A boundary of 32 random hexadecimal digits, which no file holds but by a tiny chance. */
  public static String boundary(RandomGenerator random) {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
  }

  /** What the framing of {@code parts} parts takes at most, in bytes. */
  static long maxOverhead(int parts, long totalLength) {
    int perPart =
        (DELIMITER + TYPE_FIELD + RANGE_FIELD + HEADER_END).length()
            + MAX_BOUNDARY_LENGTH
            + MAX_TYPE_LENGTH
            + ContentRange.length(totalLength, totalLength, totalLength);
    return (long) parts * perPart + DELIMITER.length() + MAX_BOUNDARY_LENGTH + CLOSE.length();
  }

  /**
   * The answer's {@code Content-Type}. The boundary stands unquoted and last: zchunk takes all that
   * follows the equals sign for it.
   */
  public String contentType() {
    return "multipart/byteranges; boundary=" + boundary;
  }

  /** The length of the whole body, framing included, in bytes. */
  public long contentLength() {
    return contentLength;
  }

  /**
   * What stands before the bytes of range {@code i}. It begins with a line break also before the
   * first part, as Apache's and nginx's do: clients were tested with those.
   *
   * @throws IndexOutOfBoundsException if there is no such range
   */
  public byte[] partHeader(int i) {
    String contentRange = ContentRange.of(ranges.get(i), totalLength).toString();
    return latin1(beforeRange + contentRange + HEADER_END);
  }

  /** What stands after the bytes of the last range. */
  public byte[] end() {
    return latin1(DELIMITER + boundary + CLOSE);
  }

  private long measure() {
    long length = end().length;
    int framing = beforeRange.length() + HEADER_END.length();
    for (ByteRange range : ranges) {
      if (range.last() >= totalLength) {
        throw new IllegalArgumentException("range " + range + " of " + totalLength + " bytes");
      }
      int contentRange = ContentRange.length(range.first(), range.last(), totalLength);
      length += range.length() + framing + contentRange;
    }
    return length;
  }

  private static byte[] latin1(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
