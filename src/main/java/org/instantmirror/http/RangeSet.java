package org.instantmirror.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The grammar of the {@code Range} field for bytes (RFC 9110 sections 14.1.1 and 14.1.2). */
final class RangeSet {

  /** Zchunk clients ask for 256 at once; more than this is abuse (section 14.2). */
  static final int MAX_SPECS = 1000;

  private static final String UNIT = "bytes=";
  private static final long NONE = -1;

  private RangeSet() {}

  /**
   * One member of the set.
   *
   * @param first the first position; {@link #NONE} in a suffix range
   * @param last the last position, or the length of the suffix; {@link #NONE} in an open range
   */
  record Spec(long first, long last) {

    boolean isSatisfiable(long length) {
      return first == NONE ? last > 0 : first < length;
    }

    /** What it selects where it is satisfiable and {@code length} is not 0. */
    ByteRange resolve(long length) {
      if (first == NONE) {
        return new ByteRange(Math.max(0, length - last), length - 1);
      }
      return new ByteRange(first, last == NONE ? length - 1 : Math.min(last, length - 1));
    }
  }

  /**
   * The members in the field's order; nothing if the unit is another, the syntax is wrong or there
   * are more than {@link #MAX_SPECS}: in each case the field is to be ignored.
   */
  static Optional<List<Spec>> parse(String field) {
    if (!field.regionMatches(true, 0, UNIT, 0, UNIT.length())) {
      return Optional.empty();
    }
    List<Spec> specs = new ArrayList<>();
    int at = UNIT.length();
    while (at <= field.length()) {
      int comma = field.indexOf(',', at);
      int end = comma < 0 ? field.length() : comma;
      String member = field.substring(at, end).strip();
      if (!member.isEmpty()) { // Section 5.6.1.2: empty members of a list are to be accepted.
        Optional<Spec> spec = parseSpec(member);
        if (spec.isEmpty() || specs.size() == MAX_SPECS) {
          return Optional.empty();
        }
        specs.add(spec.get());
      }
      at = end + 1;
    }
    return specs.isEmpty() ? Optional.empty() : Optional.of(specs);
  }

  private static Optional<Spec> parseSpec(String member) {
    int dash = member.indexOf('-');
    boolean suffix = dash == 0;
    boolean open = dash == member.length() - 1;
    if (dash < 0
        || (suffix && open)
        || !isDigits(member, 0, dash)
        || !isDigits(member, dash + 1, member.length())) {
      return Optional.empty();
    }
    long first = suffix ? NONE : position(member, 0, dash);
    long last = open ? NONE : position(member, dash + 1, member.length());
    boolean reversed = !suffix && !open && last < first;
    return reversed ? Optional.empty() : Optional.of(new Spec(first, last));
  }

  private static boolean isDigits(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  /** The number, or the largest there is: no representation reaches that far. */
  private static long position(String text, int from, int to) {
    long value = 0;
    for (int i = from; i < to; i++) {
      int digit = text.charAt(i) - '0';
      if (value > (Long.MAX_VALUE - digit) / 10) {
        return Long.MAX_VALUE;
      }
      value = value * 10 + digit;
    }
    return value;
  }
}
