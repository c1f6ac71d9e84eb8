package org.instantmirror.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import org.instantmirror.repo.PrefetchPolicy;
import org.instantmirror.repo.PrefetchPolicy.Mode;
import org.instantmirror.repodata.Advisory;
import org.instantmirror.repodata.Evr;
import org.instantmirror.usage.PrefetchCandidate.Standing;
import org.instantmirror.usage.PrefetchSelection.Choice;
import org.instantmirror.usage.PrefetchSelection.Line;
import org.instantmirror.usage.PrefetchSelection.Terms;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PrefetchSelectionTest {

  private static final long NO_LIMIT = Long.MAX_VALUE;

  private static PrefetchCandidate candidate(String name, double demand, long size) {
    return candidate(name, demand, size, 0);
  }

  private static PrefetchCandidate candidate(String name, double demand, long size, int urgency) {
    return new PrefetchCandidate(
        name + ".rpm",
        name,
        "x86_64",
        new Evr(0, "1", "1"),
        size,
        demand,
        urgency,
        Standing.ABSENT);
  }

  private static Terms popular(long budget) {
    return new Terms(new PrefetchPolicy(Mode.POPULAR, 1), budget, true, 100, Line.UNKNOWN);
  }

  private static List<String> choose(Terms terms, PrefetchCandidate... candidates) {
    return PrefetchSelection.choose(Arrays.asList(candidates), terms).stream()
        .map(choice -> choice.candidate().name() + " " + choice.verdict())
        .toList();
  }

  @Test
  void whatManyHaveIsFetchedAndWhatNobodyHasIsNot() {
    assertThat(choose(popular(NO_LIMIT), candidate("vim", 0, 10), candidate("kernel", 3000, 90)))
        .containsExactly("kernel FETCH", "vim NOBODY");
  }

  @Test
  void whatIsHereUnderAnotherNameCostsNothing() {
    PrefetchCandidate elsewhere =
        new PrefetchCandidate(
            "linked.rpm", "linked", "noarch", new Evr(0, "1", "1"), 90, 50, 0, Standing.ELSEWHERE);
    assertThat(choose(popular(10), elsewhere, candidate("vim", 9, 10), candidate("joe", 8, 1)))
        .containsExactly("linked FETCH", "vim FETCH", "joe OVER_BUDGET");
  }

  @Test
  void securityComesFirstAndThenDemandAndThenTheSmallerOne() {
    assertThat(
            choose(
                popular(NO_LIMIT),
                candidate("bash", 900, 20),
                candidate("zsh", 900, 10),
                candidate("openssl", 5, 10, 3),
                candidate("sudo", 2, 10, 4),
                candidate("kernel", 1000, 90)))
        .containsExactly("sudo FETCH", "openssl FETCH", "kernel FETCH", "zsh FETCH", "bash FETCH");
  }

  @Test
  void whatFewWantIsNotPopular() {
    assertThat(choose(popular(NO_LIMIT), candidate("a", 0.99, 10), candidate("b", 1, 10)))
        .containsExactly("b FETCH", "a TOO_FEW");
  }

  @Test
  void theBudgetGoesToTheBestAndWhatDoesNotFitIsPassedOver() {
    assertThat(
            choose(
                popular(100),
                candidate("a", 9, 60),
                candidate("b", 8, 50),
                candidate("c", 7, 40),
                candidate("d", 6, 1)))
        .containsExactly("a FETCH", "b OVER_BUDGET", "c FETCH", "d OVER_BUDGET");
  }

  @Test
  void whatIsMoreThanIsNotedComesLaterAndTakesNoBudget() {
    Terms two = new Terms(new PrefetchPolicy(Mode.ALL, 1), 100, true, 2, Line.UNKNOWN);
    assertThat(
            choose(
                two,
                candidate("a", 9, 1),
                candidate("b", 8, 1),
                candidate("c", 7, 1),
                candidate("d", 6, 99)))
        .containsExactly("a FETCH", "b FETCH", "c LATER", "d OVER_BUDGET");
  }

  @Test
  void nothingIsFetchedOnABudgetThatIsUsedUp() {
    assertThat(choose(popular(-5), candidate("a", 9, 1))).containsExactly("a OVER_BUDGET");
  }

  @Test
  void whenTheWindowIsClosedItIsSaidOfThoseThatWouldBeFetchedOnly() {
    Terms closed =
        new Terms(new PrefetchPolicy(Mode.POPULAR, 1), NO_LIMIT, false, 100, Line.UNKNOWN);
    assertThat(choose(closed, candidate("a", 9, 1), candidate("b", 0, 1)))
        .containsExactly("a OUTSIDE_WINDOW", "b NOBODY");
  }

  @Test
  void onlyTheNewestVersionOfANameAndArchitectureIsPopular() {
    PrefetchCandidate older = candidate("a", 9, 1);
    PrefetchCandidate newer =
        new PrefetchCandidate(
            "a-2.rpm", "a", "x86_64", new Evr(0, "2", "1"), 1, 9, 0, Standing.ABSENT);
    PrefetchCandidate otherArch =
        new PrefetchCandidate(
            "a.i686.rpm", "a", "i686", new Evr(0, "1", "1"), 1, 8, 0, Standing.ABSENT);
    assertThat(PrefetchSelection.choose(List.of(older, newer, otherArch), popular(NO_LIMIT)))
        .extracting(choice -> choice.candidate().path() + " " + choice.verdict())
        .containsExactlyInAnyOrder("a-2.rpm FETCH", "a.rpm OLDER", "a.i686.rpm FETCH");
  }

  @ParameterizedTest
  @CsvSource({"CACHED, CACHED", "UNVERIFIABLE, UNVERIFIABLE", "NOT_STORED, NOT_STORED"})
  void whatIsHereOrCannotBeStoredIsLeftOut(Standing standing, PrefetchVerdict verdict) {
    PrefetchCandidate candidate =
        new PrefetchCandidate("a.rpm", "a", "noarch", new Evr(0, "1", "1"), 1, 9, 0, standing);
    assertThat(PrefetchSelection.choose(List.of(candidate), popular(NO_LIMIT)))
        .extracting(Choice::verdict)
        .containsExactly(verdict);
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void theModeSaysHowMuch(Mode mode) {
    Terms terms = new Terms(new PrefetchPolicy(mode, 1), NO_LIMIT, true, 100, Line.UNKNOWN);
    List<String> expected =
        switch (mode) {
          case OFF, METADATA -> List.of("kernel SWITCHED_OFF", "vim SWITCHED_OFF");
          case POPULAR -> List.of("kernel FETCH", "vim NOBODY");
          case ALL -> List.of("kernel FETCH", "vim FETCH");
        };
    assertThat(choose(terms, candidate("vim", 0, 1), candidate("kernel", 9, 1)))
        .isEqualTo(expected);
  }

  @Test
  void aFileSavesItsClientsTheTimeThatItsBytesTake() {
    Terms terms =
        new Terms(
            new PrefetchPolicy(Mode.POPULAR, 1), NO_LIMIT, true, 100, new Line(12_500_000, 0.2));
    List<Choice> choices =
        PrefetchSelection.choose(List.of(candidate("kernel", 400, 50_000_000)), terms);
    // 400 clients × (0.2 s + 50 MB ÷ 12.5 MB/s).
    assertThat(choices.get(0).saving()).isCloseTo(1680, within(1e-6));
  }

  @ParameterizedTest
  @CsvSource({
    "security, Critical, 4",
    "security, important, 3",
    "security, Moderate, 2",
    "security, Low, 1",
    "security, , 2",
    "security, None, 2",
    "bugfix, Critical, 0",
    "'', , 0"
  })
  void onlySecurityAdvisoriesAreUrgent(String type, String severity, int expected) {
    Advisory advisory = new Advisory("A-1", type, severity, null, List.of());
    assertThat(PrefetchCandidate.urgencyOf(advisory)).isEqualTo(expected);
  }

  @Test
  void eachDayHasItsOwnBudget() {
    LocalDate monday = LocalDate.parse("2026-06-01");
    DailyBudget budget = new DailyBudget(monday, 0).spend(30).spend(20);
    assertThat(budget.on(monday).left(80)).isEqualTo(30);
    assertThat(budget.on(monday).left(40)).isZero();
    assertThat(budget.on(monday.plusDays(1)).left(80)).isEqualTo(80);
    assertThat(budget.on(monday.minusDays(1)).left(80)).isEqualTo(80);
    assertThat(budget.spend(Long.MAX_VALUE).left(Long.MAX_VALUE)).isZero();
  }
}
