package org.instantmirror.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sets of positions, compared with a {@link BitSet}. */
class ByteRangesTest {

  private static final int MOST = 60;

  @Provide
  Arbitrary<List<ByteRange>> lists() {
    return range().list().ofMaxSize(12);
  }

  @Provide
  Arbitrary<ByteRange> range() {
    return Combinators.combine(
            Arbitraries.integers().between(0, MOST), Arbitraries.integers().between(0, 9))
        .as((first, more) -> new ByteRange(first, Math.min(first + more, MOST)));
  }

  private static BitSet model(List<ByteRange> ranges) {
    BitSet bits = new BitSet();
    ranges.forEach(range -> bits.set((int) range.first(), (int) range.last() + 1));
    return bits;
  }

  /** Equal sets are equal as objects, so there is but one form of each. */
  private static void assertIs(ByteRanges ranges, BitSet bits) {
    List<ByteRange> expected = new ArrayList<>();
    for (int i = bits.nextSetBit(0); i >= 0; i = bits.nextSetBit(bits.nextClearBit(i))) {
      expected.add(new ByteRange(i, bits.nextClearBit(i) - 1));
    }
    assertThat(ranges.ranges()).isEqualTo(expected);
    assertThat(ranges).isEqualTo(ByteRanges.of(expected));
    assertThat(ranges.size()).isEqualTo(bits.cardinality());
    assertThat(ranges.end()).isEqualTo(bits.length());
  }

  @Property(tries = 500)
  void whatIsAddedIsThere(@ForAll("lists") List<ByteRange> ranges) {
    assertIs(ByteRanges.of(ranges), model(ranges));
  }

  @Property(tries = 500)
  void unionAndDifferenceAreThoseOfSets(
      @ForAll("lists") List<ByteRange> some,
      @ForAll("lists") List<ByteRange> others,
      @ForAll("range") ByteRange less) {
    BitSet bits = model(some);
    bits.or(model(others));
    ByteRanges all = ByteRanges.of(some).with(ByteRanges.of(others));
    assertIs(all, bits);
    bits.clear((int) less.first(), (int) less.last() + 1);
    assertIs(all.without(less), bits);
  }

  @Property(tries = 500)
  void whatIsMissingIsTheRest(
      @ForAll("lists") List<ByteRange> some, @ForAll @IntRange(max = MOST + 9) int length) {
    BitSet bits = model(some);
    bits.clear(length, MOST + 20);
    bits.flip(0, length);
    ByteRanges ranges = ByteRanges.of(some);
    assertIs(ByteRanges.of(ranges.holes(length)), bits);
    assertThat(ranges.holes(length)).isEqualTo(ByteRanges.of(ranges.holes(length)).ranges());
    assertThat(ranges.firstHole(length)).isEqualTo(ranges.holes(length).stream().findFirst());
  }

  @Property(tries = 500)
  void positionsAreFound(
      @ForAll("lists") List<ByteRange> some, @ForAll @IntRange(max = MOST + 9) int position) {
    BitSet bits = model(some);
    ByteRanges ranges = ByteRanges.of(some);
    assertThat(ranges.contains(position)).isEqualTo(bits.get(position));
    assertThat(ranges.endFrom(position)).isEqualTo(bits.nextClearBit(position));
    int next = bits.nextSetBit(position);
    assertThat(ranges.nextFrom(position)).isEqualTo(next < 0 ? Long.MAX_VALUE : next);
  }

  @Property(tries = 300)
  void whatIsWrittenIsRead(@ForAll("lists") List<ByteRange> some) {
    ByteRanges ranges = ByteRanges.of(some);
    assertThat(ByteRanges.parse(ranges.toString())).isEqualTo(ranges);
  }

  @Test
  void theBeginningOfAFileIsOneRange() {
    assertThat(ByteRanges.before(7)).hasToString("0-6");
    assertThat(ByteRanges.before(0)).isEqualTo(ByteRanges.NONE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "5-", "-5", "9-5", "0-4,3-9", "0-4,5-9", "5-9,0-3", "0-4,", "a-b"})
  void nothingElseIsRead(String text) {
    assertThatThrownBy(() -> ByteRanges.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
