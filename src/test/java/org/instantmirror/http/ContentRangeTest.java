package org.instantmirror.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 section 14.4. */
class ContentRangeTest {

  private static final long EXABYTE = 1_000_000_000_000_000_000L;

  @ParameterizedTest
  @CsvSource({
    "bytes 42-1233/1234, 42, 1233, 1234",
    "bytes 42-1233/*, 42, 1233, -1",
    "BYTES 0-0/1, 0, 0, 1",
    "' bytes 0-9/10 ', 0, 9, 10",
    "bytes 000-009/0010, 0, 9, 10",
  })
  void partsAreParsed(String field, long first, long last, long total) {
    assertThat(ContentRange.parse(field)).contains(new ContentRange(first, last, total));
  }

  @ParameterizedTest
  @NullAndEmptySource
  @ValueSource(
      strings = {
        "bytes",
        "bytes 0-9",
        "bytes 0-9/",
        "bytes -9/10",
        "bytes 0-/10",
        "bytes */10",
        "bytes */*",
        "bytes 0-10/10",
        "bytes 5-4/10",
        "bytes 0-0/0",
        "bytes=0-9/10",
        "bytes: 0-9/10",
        "0-9/10",
        "items 0-9/10",
        "bytes 0-9/-1",
        "bytes -1-9/10",
        "bytes  0-9/10",
        "bytes 0 - 9/10",
        "bytes 0-9/10, bytes 0-9/10",
        "bytes 0-9/1x",
        "bytes 0-9/99999999999999999999",
        "bytes 0-99999999999999999999/*",
        "bytes \u0660-\u0669/10",
      })
  void anythingElseIsNoPart(String field) {
    assertThat(ContentRange.parse(field)).isEmpty();
  }

  @Test
  void unsatisfiedRangeNamesTheLength() {
    assertThat(ContentRange.unsatisfied(1234)).isEqualTo("bytes */1234");
  }

  @ParameterizedTest
  @CsvSource({"-1, 0, 10", "5, 4, 10", "0, 10, 10", "0, 0, 0", "0, 0, -2"})
  void impossiblePartsAreRefused(long first, long last, long total) {
    assertThatThrownBy(() -> new ContentRange(first, last, total))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void unknownTotalIsAStar() {
    ContentRange unknown = new ContentRange(0, 9, -1);
    assertThat(unknown.hasTotal()).isFalse();
    assertThat(unknown).hasToString("bytes 0-9/*");
    assertThat(ContentRange.of(new ByteRange(0, 9), 10).hasTotal()).isTrue();
  }

  @Property
  void fieldValueParsesBackAndHasTheLengthThatIsSaid(
      @ForAll @LongRange(max = EXABYTE / 2 - 1) long first,
      @ForAll @LongRange(max = EXABYTE / 4) long more,
      @ForAll @LongRange(min = 1, max = EXABYTE / 4) long rest) {
    ContentRange range = new ContentRange(first, first + more, first + more + rest);
    assertThat(ContentRange.parse(range.toString())).contains(range);
    assertThat(range.toString())
        .hasSize(ContentRange.length(range.first(), range.last(), range.total()));
  }
}
