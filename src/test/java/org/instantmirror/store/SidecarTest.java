package org.instantmirror.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.instantmirror.http.ByteRange;
import org.instantmirror.http.ByteRanges;
import org.instantmirror.http.EntityTag;
import org.instantmirror.http.Head;
import org.instantmirror.store.StoredEntry.Origin;
import org.junit.jupiter.api.Test;

/** The record beside a partial entry's bytes. */
class SidecarTest {
  private static final URI SOURCE = URI.create("http://up.example/a%2Bb");

  @Provide
  Arbitrary<Sidecar> sidecars() {
    Arbitrary<Instant> seconds =
        Arbitraries.longs().between(-62_000_000_000L, 250_000_000_000L).map(Instant::ofEpochSecond);
    Arbitrary<String> words = Arbitraries.strings().excludeChars('/').ofMinLength(1).ofMaxLength(9);
    Arbitrary<Head> heads =
        Combinators.combine(
                Arbitraries.strings()
                    .withCharRange('#', '~')
                    .withCharRange('\u0080', '\u00ff')
                    .ofMaxLength(9)
                    .map(text -> new EntityTag(text, text.length() % 2 == 0))
                    .injectNull(0.3),
                seconds.injectNull(0.3),
                seconds.injectNull(0.3),
                words.injectNull(0.3))
            .as(Head::new);
    return Combinators.combine(
            words.filter(SidecarTest::isAFileName),
            heads,
            Arbitraries.longs().greaterOrEqual(-1),
            ranges(),
            seconds.map(second -> second.plusNanos(123_456_789)),
            Arbitraries.of(true, false))
        .as(SidecarTest::sidecar);
  }

  private static Arbitrary<ByteRanges> ranges() {
    return Combinators.combine(
            Arbitraries.longs().between(0, 1L << 50),
            Combinators.combine(
                    Arbitraries.longs().between(0, 1L << 50), Arbitraries.integers().between(0, 99))
                .as((first, more) -> new ByteRange(first, first + more))
                .list()
                .ofMaxSize(4))
        .as((head, ahead) -> ByteRanges.before(head).with(ByteRanges.of(ahead)));
  }

  /** As {@code EntryKey} demands of each segment of a path. */
  private static boolean isAFileName(String word) {
    return !word.equals(".")
        && !word.equals("..")
        && !word.equalsIgnoreCase(".instantmirror")
        && word.chars().noneMatch(c -> Character.isISOControl(c) || c == '/' || c == '\\');
  }

  private static Sidecar sidecar(
      String word, Head head, long length, ByteRanges forced, Instant time, boolean complete) {
    Sidecar partial =
        new Sidecar(StoreFixture.key("p/" + word), head, length, SOURCE, forced, null);
    FileIdentity file = new FileIdentity(forced.size(), time, "4711");
    return complete
        ? partial.completedAs(
            new StoredEntry(
                partial.key(), file, head, Origin.FETCHED, SOURCE, time, time, null, null))
        : partial;
  }

  @Property(tries = 300)
  void whatIsWrittenIsRead(@ForAll("sidecars") Sidecar sidecar) {
    assertThat(Sidecar.decode(sidecar.encode())).contains(sidecar);
  }

  @Property(tries = 300)
  void whatIsCutOffOrChangedCountsAsAbsent(
      @ForAll("sidecars") Sidecar sidecar,
      @ForAll @IntRange(max = 10_000) int where,
      @ForAll @IntRange(min = 1, max = 127) int change) {
    byte[] content = sidecar.encode();
    int position = where % content.length;
    assertThat(Sidecar.decode(Arrays.copyOf(content, position))).isEmpty();
    content[position] ^= (byte) change;
    assertThat(Sidecar.decode(content)).isEmpty();
  }

  @Property(tries = 300)
  void resumeLeavesAtLeastOneByteToAskForAndGoesNotPastWhatIsSafe(
      @ForAll("sidecars") Sidecar sidecar) {
    if (sidecar.isResumable()) {
      ByteRanges resumed = sidecar.resumeWith();
      assertThat(resumed.holes(sidecar.length())).isNotEmpty();
      assertThat(resumed.end()).isLessThanOrEqualTo(sidecar.length());
      assertThat(sidecar.forced().with(resumed)).isEqualTo(sidecar.forced());
    }
  }

  @Test
  void lengthThatNoFileHasIsNoFault() {
    ByteRanges here = ByteRanges.before(5);
    Head head = new Head(new EntityTag("1", false), null, null, null);
    Sidecar sidecar = new Sidecar(StoreFixture.KEY, head, Long.MAX_VALUE, SOURCE, here, null);
    assertThat(sidecar.isResumable()).isTrue();
    assertThat(sidecar.resumeWith()).isEqualTo(here);
  }

  @Test
  void whatWasWrittenBeforeThereWereRangesHasNothingAhead() {
    Sidecar old =
        new Sidecar(StoreFixture.KEY, StoreFixture.HEAD, 9, SOURCE, ByteRanges.before(5), null);
    assertThat(new String(old.encode(), StandardCharsets.UTF_8))
        .contains("forced=5\n")
        .doesNotContain("ranges");
    assertThat(Sidecar.decode(old.encode())).contains(old);
  }
}
