package org.instantmirror.http;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A set of byte positions, as the disjoint ranges that it consists of: in ascending order, none of
 * which touches the next. Immutable.
 */
public final class ByteRanges {

  /** The set of no position. */
  public static final ByteRanges NONE = new ByteRanges(new long[0]);

  /** First position and the one after the last, in turn; strictly ascending. */
  private final long[] bounds;

  private ByteRanges(long[] bounds) {
    this.bounds = bounds;
  }

  /** The positions of all these ranges. */
  public static ByteRanges of(Iterable<ByteRange> ranges) {
    ByteRanges all = NONE;
    for (ByteRange range : ranges) {
      all = all.with(range);
    }
    return all;
  }

  /** Those before {@code end}; none if that is 0 or less. */
  public static ByteRanges before(long end) {
    return end <= 0 ? NONE : new ByteRanges(new long[] {0, end});
  }

  /** These and those of a range. */
  public ByteRanges with(ByteRange range) {
    return with(range.first(), range.last() + 1);
  }

  /** These and those of another set. */
  public ByteRanges with(ByteRanges other) {
    ByteRanges all = this;
    for (int i = 0; i < other.bounds.length; i += 2) {
      all = all.with(other.bounds[i], other.bounds[i + 1]);
    }
    return all;
  }

  private ByteRanges with(long first, long end) {
    int from = 0;
    while (from < bounds.length && bounds[from + 1] < first) {
      from += 2;
    }
    int to = from;
    while (to < bounds.length && bounds[to] <= end) {
      to += 2;
    }
    if (to == from + 2 && bounds[from] <= first && end <= bounds[from + 1]) {
      return this;
    }
    long[] merged = new long[bounds.length - (to - from) + 2];
    System.arraycopy(bounds, 0, merged, 0, from);
    merged[from] = from == to ? first : Math.min(first, bounds[from]);
    merged[from + 1] = from == to ? end : Math.max(end, bounds[to - 1]);
    System.arraycopy(bounds, to, merged, from + 2, bounds.length - to);
    return new ByteRanges(merged);
  }

  /** These without those of a range. */
  public ByteRanges without(ByteRange range) {
    List<ByteRange> left = new ArrayList<>();
    for (ByteRange mine : ranges()) {
      if (mine.first() < range.first()) {
        left.add(new ByteRange(mine.first(), Math.min(mine.last(), range.first() - 1)));
      }
      if (mine.last() > range.last()) {
        left.add(new ByteRange(Math.max(mine.first(), range.last() + 1), mine.last()));
      }
    }
    return of(left);
  }

  /** Whether the position is one of these. */
  public boolean contains(long position) {
    return endFrom(position) > position;
  }

  /**
   * Where the range that holds a position ends.
   *
   * @return the first position after {@code position} that isn't one of these; {@code position}
   *     itself if that isn't
   */
  public long endFrom(long position) {
    for (int i = 0; i < bounds.length; i += 2) {
      if (bounds[i] <= position && position < bounds[i + 1]) {
        return bounds[i + 1];
      }
    }
    return position;
  }

  /**
   * The first of these at or after a position.
   *
   * @return {@link Long#MAX_VALUE} if there is none
   */
  public long nextFrom(long position) {
    for (int i = 0; i < bounds.length; i += 2) {
      if (position < bounds[i + 1]) {
        return Math.max(position, bounds[i]);
      }
    }
    return Long.MAX_VALUE;
  }

  /** The ranges, in ascending order. */
  public List<ByteRange> ranges() {
    List<ByteRange> ranges = new ArrayList<>(bounds.length / 2);
    for (int i = 0; i < bounds.length; i += 2) {
      ranges.add(new ByteRange(bounds[i], bounds[i + 1] - 1));
    }
    return ranges;
  }

  /**
   * What is missing of the first {@code length} positions, in ascending order.
   *
   * @param length 0 or more
   */
  public List<ByteRange> holes(long length) {
    List<ByteRange> holes = new ArrayList<>();
    long position = 0;
    for (int i = 0; i < bounds.length && position < length; i += 2) {
      if (bounds[i] > position) {
        holes.add(new ByteRange(position, Math.min(bounds[i], length) - 1));
      }
      position = bounds[i + 1];
    }
    if (position < length) {
      holes.add(new ByteRange(position, length - 1));
    }
    return holes;
  }

  /** The first of the first {@code length} positions that is missing, and those after it. */
  public Optional<ByteRange> firstHole(long length) {
    return holes(length).stream().findFirst();
  }

  /** How many positions these are. */
  public long size() {
    long size = 0;
    for (int i = 0; i < bounds.length; i += 2) {
      size += bounds[i + 1] - bounds[i];
    }
    return size;
  }

  /** The position after the last of these; 0 if there is none. */
  public long end() {
    return bounds.length == 0 ? 0 : bounds[bounds.length - 1];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ByteRanges that && Arrays.equals(bounds, that.bounds);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bounds);
  }

  /** The ranges with commas between them, as in a {@code Range} field: {@code 0-9,20-29}. */
  @Override
  public String toString() {
    return String.join(",", ranges().stream().map(ByteRange::toString).toList());
  }

  /**
   * Reads what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException if it is anything else
   */
  public static ByteRanges parse(String text) {
    List<ByteRange> ranges = new ArrayList<>();
    for (String range : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      int dash = range.indexOf('-');
      if (dash < 0) {
        throw new IllegalArgumentException("no ranges: " + text);
      }
      ranges.add(
          new ByteRange(
              Long.parseLong(range.substring(0, dash)), Long.parseLong(range.substring(dash + 1))));
    }
    ByteRanges parsed = of(ranges);
    if (!parsed.toString().equals(text)) {
      throw new IllegalArgumentException("no disjoint, ascending ranges: " + text);
    }
    return parsed;
  }
}
