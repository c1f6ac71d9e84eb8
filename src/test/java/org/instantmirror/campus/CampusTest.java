package org.instantmirror.campus;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A small campus; {@link CampusReport} has a large one. */
class CampusTest {

  private static final int PACKAGES = 70_000;
  private static final long CACHE = 20_000_000_000L;
  private static final long SEED = 1;
  private static final Campus.Size SMALL = new Campus.Size(150, PACKAGES, 100, 12_500_000, 2, 2);

  @Test
  void thePluginHasPopularUpdatesHereInTimeForAFractionOfAFullMirrorsBytes() {
    Figures none = Contest.noCache().run(SMALL, SEED);
    Figures plain = Contest.leastRecentlyUsed(CACHE).run(SMALL, SEED);
    Figures requests = Contest.fromRequests(PACKAGES, CACHE).run(SMALL, SEED);
    Figures plugin = Contest.fromThePlugin(PACKAGES, CACHE).run(SMALL, SEED);
    Figures full = Contest.fullMirror().run(SMALL, SEED);

    assertThat(plugin.shareOfFirstsAtOnce()).isGreaterThanOrEqualTo(0.95);
    assertThat(plugin.upstreamBytes())
        .isLessThan(0.1 * (full.firstCopyBytes() + full.upstreamBytes()))
        // Of updates alone the machines want more than a tenth: with none of them fetched twice,
        // that is what the plain cache fetches.
        .isLessThan(0.2 * full.upstreamBytes())
        .isLessThan(1.05 * plain.upstreamBytes());

    assertThat(requests.shareOfFirstsAtOnce())
        .isGreaterThan(plain.shareOfFirstsAtOnce())
        .isLessThan(plugin.shareOfFirstsAtOnce());
    assertThat(requests.shareAtOnce()).isBetween(plain.shareAtOnce(), plugin.shareAtOnce());
    assertThat(requests.waited(99)).isBetween(plugin.waited(99), plain.waited(99));
    assertThat(none.shareAtOnce()).isZero();
    assertThat(plain.upstreamBytes()).isLessThan(none.upstreamBytes());
    // Whichever way they get their packages, the machines want the same ones.
    assertThat(none.requests())
        .isEqualTo(plain.requests())
        .isEqualTo(requests.requests())
        .isEqualTo(plugin.requests())
        .isEqualTo(full.requests());
  }

  @Test
  void theSameSeedGivesTheSameFigures() {
    Campus.Size size = new Campus.Size(60, 20_000, 60, 12_500_000, 1, 1);
    Contest contest = Contest.fromThePlugin(20_000, 100_000_000);
    Figures one = contest.run(size, 5);
    Figures other = contest.run(size, 5);
    assertThat(one.requests()).isPositive();
    assertThat(other).usingRecursiveComparison().isEqualTo(one);
    assertThat(contest.run(size, 6).upstreamBytes()).isNotEqualTo(one.upstreamBytes());
  }
}
