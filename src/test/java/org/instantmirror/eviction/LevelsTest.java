package org.instantmirror.eviction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.instantmirror.repo.RepoId;
import org.instantmirror.store.Space;
import org.junit.jupiter.api.Test;

class LevelsTest {

  private static final RepoId FEDORA = new RepoId("fedora");
  private static final long NONE = Long.MAX_VALUE;
  private static final Space WIDE = new Space(100_000, 60_000, 10_000, 0, 0);

  private static Levels levels(long limit, long files) {
    return new Levels(limit, files, WIDE, Map.of());
  }

  @Test
  void roomIsMadeFromTheHighMarkDownToTheLowOne() {
    assertThat(levels(1000, 950).needs(Map.of())).isEmpty();
    assertThat(levels(1000, 951).needs(Map.of()))
        .singleElement()
        .satisfies(
            need -> {
              assertThat(need.repo()).isNull();
              assertThat(need.bytes()).isEqualTo(51);
              assertThat(need.why()).isEqualTo("cache_size");
            });
    assertThat(levels(NONE, 40_000).needs(Map.of())).isEmpty();
  }

  @Test
  void whatDownloadsHaveAndWillHaveWrittenCounts() {
    Space busy = new Space(100_000, 60_000, 10_000, 30, 20);
    assertThat(new Levels(1000, 900, busy, Map.of()).held()).isEqualTo(950);
    assertThat(new Levels(1000, 901, busy, Map.of()).needs(Map.of())).hasSize(1);
    Space claims = new Space(100_000, 60_000, 10_000, Long.MAX_VALUE, 20);
    assertThat(new Levels(NONE, 1, claims, Map.of()).held()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void minFreeIsKeptAheadOfNeed() {
    Space narrow = new Space(100_000, 11_999, 10_000, 0, 0);
    assertThat(new Levels(NONE, 50_000, narrow, Map.of()).needs(Map.of()))
        .singleElement()
        .satisfies(
            need -> {
              assertThat(need.bytes()).isEqualTo(2001);
              assertThat(need.why()).isEqualTo("min_free");
            });
    Space enough = new Space(100_000, 12_000, 10_000, 0, 0);
    assertThat(new Levels(NONE, 50_000, enough, Map.of()).needs(Map.of())).isEmpty();
  }

  @Test
  void aShareIsMadeRoomInByItsOwnFiles() {
    Levels full = new Levels(NONE, 500, WIDE, Map.of(FEDORA, new Levels.Share(196, 200)));
    assertThat(full.needs(Map.of()))
        .singleElement()
        .satisfies(
            need -> {
              assertThat(need.repo()).isEqualTo(FEDORA);
              assertThat(need.bytes()).isEqualTo(16);
            });
  }

  @Test
  void whatIsWaitedForIsMadeRoomFor() {
    assertThat(levels(1000, 500).needs(Map.of(FEDORA, 600L)))
        .singleElement()
        .satisfies(need -> assertThat(need.bytes()).isEqualTo(200));
  }

  @Test
  void aFileFitsIfNoLimitIsExceededByIt() {
    assertThat(levels(1000, 500).fits(FEDORA, 500)).isTrue();
    assertThat(levels(1000, 500).fits(FEDORA, 501)).isFalse();
    Levels shared = new Levels(NONE, 500, WIDE, Map.of(FEDORA, new Levels.Share(150, 200)));
    assertThat(shared.fits(FEDORA, 51)).isFalse();
    assertThat(shared.fits(new RepoId("other"), 51)).isTrue();
    assertThat(shared.isTooLarge(FEDORA, 201)).isTrue();
    assertThat(shared.refusal(FEDORA, 51)).get().asString().contains("cache_share of 'fedora'");
    assertThat(levels(NONE, 500).fits(FEDORA, 50_000)).isFalse();
    assertThat(levels(NONE, 500).fits(FEDORA, Long.MAX_VALUE)).isFalse();
  }
}
