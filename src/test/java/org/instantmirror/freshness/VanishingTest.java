package org.instantmirror.freshness;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.instantmirror.repo.FileClass;
import org.instantmirror.repo.Lifetimes;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a file that every upstream answers 404 for. */
class VanishingTest {

  private static final Instant NOW = Instant.parse("2026-03-03T00:00:00Z");
  private static final Duration VANISH_AFTER = Duration.ofDays(2);

  private static Lifetimes lifetimes(Duration vanishAfter, Duration keepVanished) {
    Duration minute = Duration.ofMinutes(1);
    return new Lifetimes(minute, minute, minute, vanishAfter, true, 3, keepVanished, minute);
  }

  private static Vanishing of(String path, @Nullable Instant goneSince) {
    FileClass fileClass = path.endsWith(".rpm") ? FileClass.PACKAGE : FileClass.METADATA;
    return Vanishing.of(path, fileClass, goneSince, lifetimes(VANISH_AFTER, Duration.ZERO), NOW);
  }

  @ParameterizedTest
  @CsvSource({
    "Packages/a.rpm, PACKAGE, , KEEP",
    "Packages/a.rpm, PACKAGE, 2026-03-02T00:00:01Z, KEEP",
    "Packages/a.rpm, PACKAGE, 2026-03-02T00:00:00Z, DROP",
    ".treeinfo, METADATA, , DROP",
    "images/boot.iso, METADATA, , DROP",
    "repodata/repomd.xml, METADATA, 2026-03-02T00:00:00Z, DROP",
  })
  void packagesAreKeptForKeepVanished(
      String path, FileClass fileClass, @Nullable Instant goneSince, Vanishing expected) {
    Lifetimes lifetimes = lifetimes(Duration.ofHours(1), Duration.ofDays(1));
    assertThat(Vanishing.of(path, fileClass, goneSince, lifetimes, NOW)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "Packages/a.rpm",
    ".treeinfo",
    "images/boot.iso",
    "repodata.rpm",
    "my-repodata/a.rpm",
    "repodatas/x",
  })
  void whatLiesOutsideRepodataGoesAtOnce(String path) {
    assertThat(of(path, null)).isEqualTo(Vanishing.DROP);
    assertThat(of(path, NOW)).isEqualTo(Vanishing.DROP);
  }

  @ParameterizedTest
  @CsvSource({
    "repodata/repomd.xml, , KEEP",
    "40/x86_64/repodata/repomd.xml, , KEEP",
    "repodata/repomd.xml, 2026-03-03T00:00:00Z, KEEP",
    "repodata/repomd.xml, 2026-03-01T00:00:01Z, KEEP",
    "repodata/repomd.xml, 2026-03-01T00:00:00Z, DROP",
    "40/x86_64/repodata/repomd.xml, 2026-03-01T00:00:00Z, DROP",
    "repodata/repomd.xml, 2020-01-01T00:00:00Z, DROP",
  })
  void metadataGoesOnceItHasBeenGoneForVanishAfter(
      String path, @Nullable Instant goneSince, Vanishing expected) {
    assertThat(of(path, goneSince)).isEqualTo(expected);
  }

  @Test
  void aVanishAfterOfZeroDropsMetadataAtOnce() {
    Lifetimes lifetimes = lifetimes(Duration.ZERO, Duration.ZERO);
    String repomd = "repodata/repomd.xml";
    assertThat(Vanishing.of(repomd, FileClass.METADATA, null, lifetimes, NOW))
        .isEqualTo(Vanishing.DROP);
  }

  @Test
  void theTimeGoneIsCountedFromTheFirst404() {
    assertThat(Vanishing.since(null, NOW)).isEqualTo(NOW);
    assertThat(Vanishing.since(NOW.minusSeconds(5), NOW)).isEqualTo(NOW.minusSeconds(5));
  }

  @Test
  void a404OfTheFutureWasSeenByAClockThatWasWrongAndIsCountedFromNow() {
    assertThat(Vanishing.since(NOW.plus(Duration.ofDays(3650)), NOW)).isEqualTo(NOW);
  }
}
