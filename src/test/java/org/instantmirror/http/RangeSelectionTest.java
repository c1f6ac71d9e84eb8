package org.instantmirror.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import org.instantmirror.http.RangeSelection.Parts;
import org.instantmirror.http.RangeSelection.Unsatisfiable;
import org.instantmirror.http.RangeSelection.Whole;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 sections 14.1 and 14.2. */
class RangeSelectionTest {

  private static final long LENGTH = 10_000;

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        // The examples of section 14.1.2.
        "bytes=0-499            | 0-499",
        "bytes=500-999          | 500-999",
        "bytes=-500             | 9500-9999",
        "bytes=9500-            | 9500-9999",
        "bytes=0-0,-1           | 0-0,9999-9999",
        "bytes= 0-999, 4500-5499, -1000 | 0-999,4500-5499,9000-9999",
        "bytes=500-600,601-999  | 500-999",
        "bytes=500-700,601-999  | 500-999",
        // Up to the end and beyond.
        "bytes=0-               | 0-9999",
        "bytes=0-9999           | 0-9999",
        "bytes=0-10000          | 0-9999",
        "bytes=9999-            | 9999-9999",
        "bytes=9999-20000       | 9999-9999",
        "bytes=-10000           | 0-9999",
        "bytes=-10001           | 0-9999",
        "bytes=-1               | 9999-9999",
        // Unsatisfiable ones are dropped.
        "bytes=10000-,5-5       | 5-5",
        "bytes=-0,5-5,20000-20001 | 5-5",
        // Joined at the earliest's place; the rest in the client's order.
        "bytes=9000-9999,0-9    | 9000-9999,0-9",
        "bytes=500-599,0-9,600-699 | 500-699,0-9",
        "bytes=600-699,0-9,500-599 | 500-699,0-9",
        "bytes=0-9,100-109,5-104 | 0-109",
        "bytes=0-9,11-19        | 0-9,11-19",
        "bytes=0-99,10-19       | 0-99",
        "bytes=10-19,0-99       | 0-99",
        "bytes=7-8,7-8,7-8      | 7-8",
        // Freedom of the list and of the unit's case.
        "Bytes=0-1              | 0-1",
        "bytes=,0-1, ,\t,3-4,   | 0-1,3-4",
        "` bytes=0-1 `          | 0-1",
        "bytes=0000000000000000000000000-0000000000000000000000001 | 0-1",
        // More than a long holds.
        "bytes=0-99999999999999999999    | 0-9999",
        "bytes=-99999999999999999999     | 0-9999",
        "bytes=0-9223372036854775807     | 0-9999",
        "bytes=99999999999999999999-,1-2 | 1-2",
      })
  void rangesSelectParts(String field, String parts) {
    assertThat(selected(field, LENGTH)).isEqualTo(parts);
  }

  @ParameterizedTest
  @NullAndEmptySource
  @ValueSource(
      strings = {
        "bytes",
        "bytes=",
        "bytes=,",
        "bytes= , ,",
        "bytes=-",
        "bytes=0",
        "bytes=a-b",
        "bytes=0-x",
        "bytes=x-0",
        "bytes=--1",
        "bytes=0--1",
        "bytes=1-2-3",
        "bytes=+1-2",
        "bytes=0x0-0x9",
        "bytes=0 - 1",
        "bytes =0-1",
        "bytes:0-1",
        "bytes 0-1",
        "0-1",
        "bytes=0-1;2-3",
        "bytes=\"0-1\"",
        "bytes=\u0661-\u0662",
        "bytes=2-1",
        "bytes=0-1,5-4",
        "bytes=0-1,x",
        "items=0-1",
        "seconds=0-1",
        "none",
        "xbytes=0-1",
      })
  void otherUnitsAndSyntaxErrorsAreIgnored(@Nullable String field) {
    assertThat(RangeSelection.select(field, LENGTH)).isEqualTo(new Whole());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bytes=10000-",
        "bytes=10000-10000",
        "bytes=10000-10001,20000-",
        "bytes=-0",
        "bytes=-00,10000-",
        "bytes=9223372036854775807-",
        "bytes=9223372036854775808-",
        "bytes=99999999999999999999-99999999999999999999",
      })
  void rangesBeyondTheEndAreUnsatisfiable(String field) {
    assertThat(RangeSelection.select(field, LENGTH)).isEqualTo(new Unsatisfiable());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bytes=0-     | unsatisfiable",
        "bytes=0-0    | unsatisfiable",
        "bytes=-0     | unsatisfiable",
        "bytes=-5     | whole",
        "bytes=0-0,-5 | whole",
        "bytes=5-4    | whole",
      })
  void emptyRepresentationHasNoParts(String field, String expected) {
    assertThat(selected(field, 0)).isEqualTo(expected);
  }

  @Test
  void representationMayBeAsLongAsALongCanSay() {
    assertThat(selected("bytes=0-,-1", Long.MAX_VALUE)).isEqualTo("0-9223372036854775806");
    assertThat(selected("bytes=-1,0-0", Long.MAX_VALUE))
        .isEqualTo("9223372036854775806-9223372036854775806,0-0");
    assertThat(selected("bytes=9223372036854775807-", Long.MAX_VALUE)).isEqualTo("unsatisfiable");
  }

  @Test
  void negativeLengthIsAFault() {
    assertThatThrownBy(() -> RangeSelection.select("bytes=0-1", -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void zchunksRequestOf256RangesIsHonoured() {
    String field = scattered(256, 2000, 1500);
    assertThat(field).hasSizeGreaterThan(3000);
    assertThat(RangeSelection.select(field, 256 * 2000))
        .isInstanceOfSatisfying(Parts.class, parts -> assertThat(parts.ranges()).hasSize(256));
  }

  @Test
  void severalRangesOfASmallFileAreHonoured() {
    assertThat(selected("bytes=0-9,50-59,-10", 1000)).isEqualTo("0-9,50-59,990-999");
  }

  @Test
  void thousandRangesAreTheMost() {
    assertThat(RangeSelection.select(scattered(1000, 1000, 1), 1_000_000))
        .isInstanceOfSatisfying(Parts.class, parts -> assertThat(parts.ranges()).hasSize(1000));
    assertThat(RangeSelection.select(scattered(1001, 1000, 1), 1_001_000)).isEqualTo(new Whole());
  }

  @Test
  void moreThanAThousandRangesAreIgnoredEvenIfTheyWouldBeJoined() {
    assertThat(RangeSelection.select("bytes=" + "0-,".repeat(1001), LENGTH)).isEqualTo(new Whole());
    assertThat(selected("bytes=" + "0-,".repeat(1000), LENGTH)).isEqualTo("0-9999");
  }

  @Test
  void headersWorthMoreThanTheFileAreNotSent() {
    // 500 single bytes of a file of 1000 would take some 80 kB of framing.
    assertThat(RangeSelection.select(scattered(500, 2, 1), 1000)).isEqualTo(new Whole());
    assertThat(RangeSelection.select("bytes=0-0,5-5", 10)).isEqualTo(new Whole());
  }

  @Test
  void singleRangeIsServedHoweverSmallTheFile() {
    assertThat(selected("bytes=0-0", 1)).isEqualTo("0-0");
    assertThat(selected("bytes=0-0,1-1,2-2", 3)).isEqualTo("0-2");
  }

  @Test
  void partsAreNeverNone() {
    assertThatThrownBy(() -> new Parts(List.of())).isInstanceOf(IllegalArgumentException.class);
  }

  @Property
  void selectionIsTheUnionOfWhatIsAsked(
      @ForAll("specs") List<String> specs, @ForAll @IntRange(max = 4000) int length) {
    RangeSelection selection = RangeSelection.select("bytes=" + String.join(",", specs), length);
    BitSet asked = new BitSet();
    List<Integer> starts = new ArrayList<>();
    for (String spec : specs) {
      BitSet bytes = bytesOf(spec, length);
      if (!bytes.isEmpty()) {
        starts.add(bytes.nextSetBit(0));
      }
      asked.or(bytes);
    }
    if (selection instanceof Parts parts) {
      assertThat(union(parts.ranges())).isEqualTo(asked);
      assertGapsBetween(parts.ranges());
      assertInOrderOfFirstOccurrence(parts.ranges(), starts);
    } else if (selection instanceof Unsatisfiable) {
      assertThat(asked.isEmpty()).isTrue();
    } else {
      assertThat(length == 0 || runs(asked) > 1).isTrue();
    }
  }

  @Property
  void answerNeverTakesMoreThanTwiceTheFile(
      @ForAll("specs") List<String> specs,
      @ForAll @IntRange(max = 4000) int length,
      @ForAll @IntRange(max = 200) int typeLength) {
    RangeSelection selection = RangeSelection.select("bytes=" + String.join(",", specs), length);
    if (selection instanceof Parts parts && parts.ranges().size() > 1) {
      long sent =
          new MultipartByteRanges(parts.ranges(), length, "t".repeat(typeLength), "b".repeat(32))
              .contentLength();
      assertThat(sent).isLessThanOrEqualTo(2L * length);
    }
  }

  @Property
  void noFieldMakesTheParserFail(
      @ForAll("noise") String noise, @ForAll @IntRange(max = 100) int length) {
    RangeSelection selection = RangeSelection.select("bytes=" + noise, length);
    if (selection instanceof Parts parts) {
      assertThat(parts.ranges()).allMatch(range -> range.last() < length);
    }
  }

  @Provide
  Arbitrary<List<String>> specs() {
    Arbitrary<Integer> position = Arbitraries.integers().between(0, 4500);
    Arbitrary<String> closed =
        position.flatMap(
            first ->
                Arbitraries.integers().between(0, 400).map(more -> first + "-" + (first + more)));
    Arbitrary<String> open = position.map(first -> first + "-");
    Arbitrary<String> suffix = position.map(length -> "-" + length);
    return Arbitraries.frequencyOf(Tuple.of(8, closed), Tuple.of(1, open), Tuple.of(1, suffix))
        .list()
        .ofMinSize(1)
        .ofMaxSize(10);
  }

  @Provide
  Arbitrary<String> noise() {
    return Arbitraries.strings().withChars("0123456789-, \t=x").ofMaxLength(40);
  }

  /** {@code count} ranges of {@code width} bytes, one at each multiple of {@code step}. */
  private static String scattered(int count, int step, int width) {
    return IntStream.range(0, count)
        .mapToObj(i -> new ByteRange((long) i * step, (long) i * step + width - 1).toString())
        .collect(Collectors.joining(",", "bytes=", ""));
  }

  private static String selected(String field, long length) {
    return RangeSelection.select(field, length)
        .match(
            () -> "whole",
            ranges -> ranges.stream().map(ByteRange::toString).collect(Collectors.joining(",")),
            () -> "unsatisfiable");
  }

  private static BitSet bytesOf(String spec, int length) {
    int dash = spec.indexOf('-');
    BitSet bytes = new BitSet();
    int from;
    int to = length;
    if (dash == 0) {
      from = Math.max(0, length - Integer.parseInt(spec.substring(1)));
    } else {
      from = Integer.parseInt(spec.substring(0, dash));
      if (dash < spec.length() - 1) {
        to = Math.min(length, Integer.parseInt(spec.substring(dash + 1)) + 1);
      }
    }
    if (from < to) {
      bytes.set(from, to);
    }
    return bytes;
  }

  private static BitSet union(List<ByteRange> ranges) {
    BitSet union = new BitSet();
    ranges.forEach(range -> union.set((int) range.first(), (int) range.last() + 1));
    return union;
  }

  private static int runs(BitSet bytes) {
    int runs = 0;
    for (int at = bytes.nextSetBit(0); at >= 0; at = bytes.nextSetBit(bytes.nextClearBit(at))) {
      runs++;
    }
    return runs;
  }

  private static void assertGapsBetween(List<ByteRange> ranges) {
    assertThat(runs(union(ranges))).isEqualTo(ranges.size());
  }

  private static void assertInOrderOfFirstOccurrence(List<ByteRange> ranges, List<Integer> starts) {
    List<ByteRange> expected =
        starts.stream()
            .map(
                start ->
                    ranges.stream()
                        .filter(range -> range.first() <= start && start <= range.last())
                        .findFirst()
                        .orElseThrow())
            .distinct()
            .toList();
    assertThat(ranges).isEqualTo(expected);
  }
}
