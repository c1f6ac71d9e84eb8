package org.instantmirror.http;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A {@code Content-Range} field of bytes (RFC 9110 section 14.4).
 *
 * @param first the offset of the part's first byte
 * @param last the offset of its last byte, included
 * @param total the representation's length in bytes, -1 where it isn't known ({@code *})
 */
public record ContentRange(long first, long last, long total) {

  private static final long UNKNOWN = -1;

  // At most 18 digits, which a long holds: an exabyte is enough, and what is longer is garbage.
  private static final Pattern PART =
      Pattern.compile(
          "bytes ([0-9]{1,18})-([0-9]{1,18})/(?:([0-9]{1,18})|\\*)", Pattern.CASE_INSENSITIVE);

  /**
   * A part of at least one byte.
   *
   * @throws IllegalArgumentException if it is empty, begins before 0, or reaches beyond the total
   */
  public ContentRange {
    if (first < 0 || last < first || total < UNKNOWN || (total != UNKNOWN && total <= last)) {
      throw new IllegalArgumentException("no content range: " + first + "-" + last + "/" + total);
    }
  }

  /** The part that a range is of a representation of {@code total} bytes. */
  public static ContentRange of(ByteRange range, long total) {
    return new ContentRange(range.first(), range.last(), total);
  }

  /**
   * Parses the field of a 206; nothing if it is absent, of another unit, malformed, empty or beyond
   * its total: such a part must not be joined with others (section 14.4).
   */
  public static Optional<ContentRange> parse(@Nullable String field) {
    if (field == null) {
      return Optional.empty();
    }
    Matcher part = PART.matcher(field.strip());
    if (!part.matches()) {
      return Optional.empty();
    }
    long first = Long.parseLong(part.group(1));
    long last = Long.parseLong(part.group(2));
    long total = part.group(3) == null ? UNKNOWN : Long.parseLong(part.group(3));
    boolean valid = first <= last && (total == UNKNOWN || last < total);
    return valid ? Optional.of(new ContentRange(first, last, total)) : Optional.empty();
  }

  /** The field value of a 416, for a representation of {@code total} bytes. */
  public static String unsatisfied(long total) {
    return "bytes */" + total;
  }

  /** Whether the representation's length is known. */
  public boolean hasTotal() {
    return total != UNKNOWN;
  }

  /** The field value. */
  @Override
  public String toString() {
    return "bytes " + first + '-' + last + '/' + (hasTotal() ? Long.toString(total) : "*");
  }

  /** The length of the field value with these numbers, without making it. */
  static int length(long first, long last, long total) {
    return "bytes -/".length() + digits(first) + digits(last) + digits(total);
  }

  private static int digits(long value) {
    int digits = 1;
    for (long rest = value / 10; rest > 0; rest /= 10) {
      digits++;
    }
    return digits;
  }
}
