package org.instantmirror.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Instant;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.instantmirror.http.EntityTag;
import org.instantmirror.http.Head;
import org.instantmirror.store.StoredEntry.Origin;

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
            Arbitraries.longs().greaterOrEqual(0),
            seconds.map(second -> second.plusNanos(123_456_789)),
            Arbitraries.of(true, false))
        .as(SidecarTest::sidecar);
  }

  /** As {@code EntryKey} demands of each segment of a path. */
  private static boolean isAFileName(String word) {
    return !word.equals(".")
        && !word.equals("..")
        && !word.equalsIgnoreCase(".instantmirror")
        && word.chars().noneMatch(c -> Character.isISOControl(c) || c == '/' || c == '\\');
  }

  private static Sidecar sidecar(
      String word, Head head, long length, long forced, Instant time, boolean complete) {
    Sidecar partial =
        new Sidecar(StoreFixture.key("p/" + word), head, length, SOURCE, forced, null);
    FileIdentity file = new FileIdentity(forced, time, "4711");
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
      assertThat(sidecar.resumeAt())
          .isBetween(0L, sidecar.length() - 1)
          .isLessThanOrEqualTo(sidecar.forced());
    }
  }
}
