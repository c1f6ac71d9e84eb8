package org.instantmirror.download;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.instantmirror.http.ByteRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which bytes one request far ahead asks for. */
class StretchTest {

  private static final long LENGTH = 1_000_000;

  private static List<ByteRange> ranges(String text) {
    return Stream.of(text.split(",", -1))
        .map(range -> range.split("-", -1))
        .map(ends -> new ByteRange(Long.parseLong(ends[0]), Long.parseLong(ends[1])))
        .toList();
  }

  @ParameterizedTest
  @CsvSource({
    // The rest of the range that the reader is in.
    "'100-199', 100, 100-199",
    "'100-199', 150, 150-199",
    "'100-199', 199, 199-199",
    "'100-199,50000-50099', 100, 100-199",
    "'100-199,50000-50099', 50000, 50000-50099",
    // And those that follow closely: a gap of 16384 is small, one of 16385 isn't.
    "'100-199,16584-20000', 100, 100-20000",
    "'100-199,16585-20000', 100, 100-199",
    "'100-199,300-399,500-599,90000-90001', 350, 350-599",
    // Never backwards: they are read in their order.
    "'500-599,100-199', 500, 500-599",
    "'500-599,100-199,700-799', 500, 500-599",
    "'500-599,100-199,300-399', 100, 100-399",
    // Nowhere.
    "'100-199', 99, ",
    "'100-199', 200, ",
  })
  void itGoesOnOverRangesThatFollowClosely(
      String wanted, long position, @Nullable String expected) {
    assertThat(Stretch.from(position, ranges(wanted), LENGTH).map(ByteRange::toString).orElse(null))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"150, 100-149", "200, 100-199", "101, 100-100", "100, ", "50, "})
  void itEndsBeforeWhatIsHeldBack(long end, @Nullable String expected) {
    assertThat(Stretch.from(100, ranges("100-199"), end).map(ByteRange::toString).orElse(null))
        .isEqualTo(expected);
  }
}
