package org.instantmirror.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** The worked examples of docs/prefetch.md, and what follows from the formulas. */
class PopularityTest {

  private static final Instant BEGIN = Instant.parse("2026-01-05T00:00:00Z");
  private static final Offset<Double> ROUNDED = within(0.05);
  private static final Audience THOUSAND = new Audience(1000, 0, 1);

  private static Instant day(double days) {
    return BEGIN.plusSeconds(Math.round(days * 86_400));
  }

  /** Example 1. */
  @Test
  void whatNobodyHasNobodyWants() {
    assertThat(Popularity.unknown(BEGIN).expectedDemand(Audience.NOBODY, day(30))).isZero();
  }

  /** Example 2. */
  @Test
  void withoutExperienceSevenInTenAreExpectedToUpdate() {
    assertThat(Popularity.unknown(BEGIN).expectedDemand(THOUSAND, day(1))).isEqualTo(700);
  }

  /** Example 3: 4 releases, each of which 950 of 1000 clients install within the week. */
  @Test
  void theUsualUptakeGivesWayToWhatIsSeen() {
    Popularity kernel = Popularity.unknown(BEGIN);
    for (int week = 0; week < 4; week++) {
      kernel = kernel.released(THOUSAND, day(7 * week)).updated(950, day(7 * week + 3.5));
    }
    // As in the middle of their weeks: 917 (2^(-3/4) + 2^(-2/4) + 2^(-1/4)), and 917 that are due.
    assertThat(kernel.at(day(28)).counts().chances()).isCloseTo(1964.8, within(0.1));
    assertThat(kernel.at(day(28)).counts().taken()).isCloseTo(2737.7, within(0.1));
    assertThat(kernel.uptake(THOUSAND, day(28))).isCloseTo(0.95, within(0.001));
    assertThat(kernel.releasesPerWeek(day(28))).isCloseTo(0.92, within(0.01));
    assertThat(kernel.updatesPerWeek(day(28))).isCloseTo(950, within(2.0));
    assertThat(kernel.expectedDemand(THOUSAND, day(28))).isCloseTo(950, within(1.0));
  }

  /** Example 4: one that comes every day leaves each version a seventh of the week. */
  @Test
  void aVersionThatIsSoonReplacedIsWantedLess() {
    Popularity nightly = Popularity.unknown(BEGIN);
    for (int i = 0; i <= 28; i++) {
      nightly = nightly.released(new Audience(70, 0, 1), day(i)).updated(7, day(i + 0.5));
    }
    Instant now = day(28.5);
    Audience seventy = new Audience(70, 0, 1);
    assertThat(nightly.releasesPerWeek(now)).isCloseTo(7.1, within(0.2));
    assertThat(nightly.uptake(seventy, now)).isCloseTo(0.73, within(0.1));
    assertThat(nightly.expectedDemand(seventy, now)).isCloseTo(7.1, within(1.0));
  }

  /** Example 5: nobody reports, and 40 addresses have asked twelve weeks ago. */
  @Test
  void thoseWhoOnlyAskedAreForgottenByHalvesInTwelveWeeks() {
    Popularity vim = Popularity.unknown(BEGIN).askedFor(BEGIN);
    Audience asking = new Audience(0, 40, 0);
    assertThat(vim.expectedDemand(asking, BEGIN)).isCloseTo(28, ROUNDED);
    Popularity later = vim.asked(asking, BEGIN);
    assertThat(later.clients(Audience.NOBODY, day(84))).isCloseTo(20, ROUNDED);
    assertThat(later.expectedDemand(Audience.NOBODY, day(84))).isCloseTo(14, ROUNDED);
  }

  /** Example 6: 500 of 1000 clients report, and all ask. */
  @Test
  void whoReportsIsNotCountedTwice() {
    Audience half = new Audience(500, 1000, 0.5);
    assertThat(Popularity.unknown(BEGIN).clients(half, BEGIN)).isEqualTo(1000);
    Audience all = new Audience(1000, 1000, 1);
    assertThat(Popularity.unknown(BEGIN).clients(all, BEGIN)).isEqualTo(1000);
  }

  /** Example 7: 10 machines a week are installed with it. */
  @Test
  void newMachinesWantItToo() {
    Popularity shell = Popularity.unknown(BEGIN);
    for (int week = 0; week < 8; week++) {
      shell = shell.installed(10, day(7 * week + 3.5));
    }
    assertThat(shell.installsPerWeek(day(56))).isCloseTo(10, within(0.1));
    assertThat(shell.expectedDemand(new Audience(80, 0, 1), day(56))).isCloseTo(66, within(0.1));
  }

  @Test
  void aReleaseThatNobodyHadTimeForSaysNothingOfTheUptake() {
    Popularity fresh = Popularity.unknown(BEGIN).released(THOUSAND, BEGIN);
    assertThat(fresh.uptake(THOUSAND, BEGIN)).isEqualTo(0.7);
    // After half a week half of the thousand chances count.
    assertThat(fresh.updated(350, day(3.5)).uptake(THOUSAND, day(3.5))).isCloseTo(0.7, ROUNDED);
    assertThat(fresh.uptake(THOUSAND, day(7))).isLessThan(0.01);
    // The next one comes in the middle of its week: only half of it was a chance.
    Popularity next = fresh.released(THOUSAND, day(3.5));
    assertThat(next.counts().chances()).isCloseTo(478.8, within(0.1));
  }

  @Test
  void whoAsksAfterAReleaseUpdates() {
    Audience hundred = new Audience(0, 100, 0);
    Popularity shell = Popularity.unknown(BEGIN).released(hundred, BEGIN);
    assertThat(shell.counts().taken()).isZero();
    Audience ninety = new Audience(0, 90, 0);
    assertThat(shell.uptake(ninety, day(7))).isCloseTo(0.89, within(0.01));
    Popularity next = shell.released(ninety, day(7));
    assertThat(next.counts().taken()).isCloseTo(82.5, ROUNDED);
    assertThat(next.clients(Audience.NOBODY, day(7))).isCloseTo(100 * 0.944, within(0.1));
  }

  @Test
  void anUpdateOfAReleaseThatNobodySawSaysNothingOfTheUptake() {
    Popularity shell = Popularity.unknown(BEGIN).updated(50, BEGIN);
    assertThat(shell.uptake(THOUSAND, BEGIN)).isEqualTo(0.7);
  }

  @Test
  void anEventCountsHalfAfterFourWeeks() {
    Popularity shell = Popularity.unknown(BEGIN).updated(8, BEGIN);
    assertThat(shell.at(day(28)).counts().updates()).isCloseTo(4, ROUNDED);
    assertThat(shell.at(day(56)).counts().updates()).isCloseTo(2, ROUNDED);
    // A clock that was set back changes nothing.
    assertThat(shell.at(day(-3))).isSameAs(shell);
  }

  @Test
  void itsBytesMakeTheSameToTheSecond() {
    Popularity shell =
        Popularity.unknown(BEGIN)
            .released(THOUSAND, day(1))
            .updated(5, day(2))
            .installed(2, day(2.5))
            .askedFor(day(3));
    assertThat(Popularity.of(shell.bytes())).isEqualTo(shell);
    assertThat(Popularity.of(Popularity.unknown(BEGIN).bytes()))
        .isEqualTo(Popularity.unknown(BEGIN));
    assertThatThrownBy(() -> Popularity.of(new byte[] {9, 9}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Popularity.of(new byte[] {1, 9}))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatEventsTellIsRemembered() {
    Popularity shell = Popularity.unknown(BEGIN).updated(1, day(1)).askedFor(day(2));
    assertThat(shell.lastUpdated()).isEqualTo(day(1));
    assertThat(shell.askedFor(day(2).minus(Duration.ofHours(1))).lastAsked()).isEqualTo(day(2));
    assertThat(shell.released(THOUSAND, day(3)).lastReleased()).isEqualTo(day(3));
    assertThat(shell.since()).isEqualTo(BEGIN);
  }
}
