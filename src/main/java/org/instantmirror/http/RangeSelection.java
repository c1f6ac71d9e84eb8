package org.instantmirror.http;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code Range} field selects of a representation (RFC 9110 section 14.2). Only GET has
 * ranges, and only after its preconditions and {@link IfRange} hold; the caller sees to that.
 */
public sealed interface RangeSelection {

  /** The whole representation: 200. */
  record Whole() implements RangeSelection {}

  /**
   * Parts: 206, with {@code Content-Range} for one and {@code multipart/byteranges} for several.
   *
   * @param ranges at least one; disjoint, with a gap between any two; in the client's order
   */
  record Parts(List<ByteRange> ranges) implements RangeSelection {
    /** Takes a copy. */
    public Parts {
      ranges = List.copyOf(ranges);
      if (ranges.isEmpty()) {
        throw new IllegalArgumentException("no parts");
      }
    }
  }

  /** Nothing: 416 with {@link ContentRange#unsatisfied}. */
  record Unsatisfiable() implements RangeSelection {}

  /** One of the three, by kind. */
  default <T> T match(
      Supplier<T> whole, Function<List<ByteRange>, T> parts, Supplier<T> unsatisfiable) {
    if (this instanceof Parts some) {
      return parts.apply(some.ranges());
    }
    return this instanceof Whole ? whole.get() : unsatisfiable.get();
  }

  /**
   * Applies the field to a representation of {@code length} bytes.
   *
   * <p>A field that is absent, of another unit or malformed selects the whole, as do more than 1000
   * ranges and several whose multipart body might exceed twice the representation. Ranges that
   * overlap or touch are joined, at the place of the earliest of them; what lies beyond the end is
   * cut off or dropped. Of an empty representation a suffix selects the whole, which no 206 can
   * express.
   *
   * @param length bytes; 0 is allowed
   * @throws IllegalArgumentException if the length is negative: ranges of an unknown length can't
   *     be judged
   */
  static RangeSelection select(@Nullable String rangeField, long length) {
    if (length < 0) {
      throw new IllegalArgumentException("length " + length);
    }
    Optional<List<RangeSet.Spec>> specs =
        rangeField == null ? Optional.empty() : RangeSet.parse(rangeField.strip());
    return specs.map(set -> select(set, length)).orElseGet(Whole::new);
  }

  private static RangeSelection select(List<RangeSet.Spec> specs, long length) {
    List<RangeSet.Spec> satisfiable =
        specs.stream().filter(spec -> spec.isSatisfiable(length)).toList();
    if (satisfiable.isEmpty()) {
      return new Unsatisfiable();
    }
    if (length == 0) {
      return new Whole();
    }
    List<ByteRange> ranges =
        coalesce(satisfiable.stream().map(spec -> spec.resolve(length)).toList());
    return isExcessive(ranges, length) ? new Whole() : new Parts(ranges);
  }

  /** Joins what overlaps or touches; the rest keeps its order. */
  private static List<ByteRange> coalesce(List<ByteRange> ranges) {
    record Placed(ByteRange range, int place) {}
    List<Placed> byOffset = new ArrayList<>(ranges.size());
    for (ByteRange range : ranges) {
      byOffset.add(new Placed(range, byOffset.size()));
    }
    byOffset.sort(Comparator.comparingLong(placed -> placed.range().first()));
    List<Placed> joined = new ArrayList<>(ranges.size());
    for (Placed next : byOffset) {
      Placed previous = joined.isEmpty() ? null : joined.get(joined.size() - 1);
      if (previous == null || next.range().first() > previous.range().last() + 1) {
        joined.add(next);
      } else {
        long last = Math.max(previous.range().last(), next.range().last());
        joined.set(
            joined.size() - 1,
            new Placed(
                new ByteRange(previous.range().first(), last),
                Math.min(previous.place(), next.place())));
      }
    }
    joined.sort(Comparator.comparingInt(Placed::place));
    return joined.stream().map(Placed::range).toList();
  }

  /**
   * Whether the multipart body might be longer than twice the representation: many tiny ranges
   * would make the mirror send more headers than content.
   */
  private static boolean isExcessive(List<ByteRange> ranges, long length) {
    if (ranges.size() == 1) {
      return false;
    }
    long bytes = ranges.stream().mapToLong(ByteRange::length).sum();
    // bytes + overhead > 2 * length, so written that nothing can overflow: the ranges are disjoint.
    return MultipartByteRanges.maxOverhead(ranges.size(), length) - length > length - bytes;
  }
}
