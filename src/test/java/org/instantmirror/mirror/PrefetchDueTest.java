package org.instantmirror.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.instantmirror.mirror.PrefetchRun.State;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.PrefetchPolicy;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.Evr;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.usage.PrefetchCandidate;
import org.instantmirror.usage.PrefetchSelection.Choice;
import org.instantmirror.usage.PrefetchVerdict;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When fetching ahead looks again, and what it remembers of a day. */
class PrefetchDueTest {

  private static final Instant AT = Instant.parse("2026-06-01T22:00:00Z");
  private static final ZoneId ZONE = ZoneOffset.UTC;
  private static final RepositoryFolder FOLDER = new RepositoryFolder(new RepoId("os"), "");
  private static final EntryKey KEY = new EntryKey(new RepoId("os"), "a.rpm");

  private static PrefetchRun run(PrefetchVerdict verdict) {
    return run(verdict, FOLDER, 0);
  }

  private static PrefetchRun run(PrefetchVerdict verdict, RepositoryFolder folder, int later) {
    PrefetchCandidate candidate =
        new PrefetchCandidate(
            "a.rpm",
            "a",
            "noarch",
            new Evr(0, "1", "1"),
            10,
            5,
            0,
            PrefetchCandidate.Standing.ABSENT);
    return new PrefetchRun(
        new PrefetchRun.Begin(folder, PrefetchPolicy.METADATA, 2, 1L, AT.plusSeconds(later)),
        List.of(new Choice(candidate, verdict, 1)),
        3,
        3000);
  }

  private static boolean isDue(PrefetchRun run, String after) {
    return PrefetchDue.isDue(run, AT.plus(java.time.Duration.parse(after)), ZONE, true);
  }

  @Test
  void aStartLooksAtEverythingOnceTheWindowIsOpen() {
    assertThat(PrefetchDue.isDue(null, AT, ZONE, true)).isTrue();
    assertThat(PrefetchDue.isDue(null, AT, ZONE, false)).isFalse();
  }

  @Test
  void whatTheWindowHasPutOffIsLookedAtWhenItOpens() {
    assertThat(isDue(run(PrefetchVerdict.OUTSIDE_WINDOW), "PT1M")).isTrue();
  }

  @Test
  void whatComesLaterIsLookedAtWhenTheOthersHaveEnded() {
    assertThat(isDue(run(PrefetchVerdict.LATER), "PT1M")).isTrue();
  }

  @Test
  void whatTheBudgetHasPutOffIsLookedAtTheNextDay() {
    assertThat(isDue(run(PrefetchVerdict.OVER_BUDGET), "PT1H59M")).isFalse();
    assertThat(isDue(run(PrefetchVerdict.OVER_BUDGET), "PT2H")).isTrue();
  }

  @Test
  void whatIsDecidedIsLookedAtOnceADay() {
    assertThat(isDue(run(PrefetchVerdict.NOBODY), "PT23H")).isFalse();
    assertThat(isDue(run(PrefetchVerdict.NOBODY), "PT24H")).isTrue();
    assertThat(isDue(run(PrefetchVerdict.NOBODY), "PT-1H")).isTrue();
  }

  @Test
  void nothingIsDueWhileFilesAreOnTheirWayAndFailuresAreAfterAWhile() {
    PrefetchRun run = run(PrefetchVerdict.FETCH);
    assertThat(isDue(run, "PT23H")).isFalse();
    run.change(KEY, State.WAITING, State.FETCHING, 0);
    assertThat(isDue(run, "PT23H")).isFalse();
    run.change(KEY, State.FETCHING, State.FAILED, 10);
    assertThat(isDue(run, "PT14M")).isFalse();
    assertThat(isDue(run, "PT15M")).isTrue();
    assertThat(run.standing().fetchedBytes()).isZero();
  }

  @Test
  void whatComesNextWaitsWhileNothingCanBeHad() {
    PrefetchRun run = run(PrefetchVerdict.LATER);
    run.change(KEY, State.FETCHING, State.FAILED, 10);
    assertThat(isDue(run, "PT14M")).isFalse();
    assertThat(isDue(run, "PT15M")).isTrue();
    run.change(KEY, State.FETCHING, State.FETCHED, 10);
    assertThat(isDue(run, "PT1M")).isTrue();
  }

  @Test
  void whatCanNeverBeHadIsTriedAfterPausesThatGrow() {
    PrefetchRun last = failed(null);
    for (int pause : new int[] {15, 30, 60, 120, 240, 480, 960, 960}) {
      assertThat(isDue(last, "PT" + (pause - 1) + "M")).as("%s minutes", pause).isFalse();
      assertThat(isDue(last, "PT" + pause + "M")).as("%s minutes", pause).isTrue();
      last = failed(last);
    }
    PrefetchRun better = failed(last);
    better.change(KEY, State.FETCHING, State.FETCHED, 10);
    assertThat(isDue(failed(better), "PT15M")).isTrue();
  }

  private static PrefetchRun failed(@Nullable PrefetchRun before) {
    PrefetchRun run = run(PrefetchVerdict.FETCH);
    run.follow(before);
    run.change(KEY, State.WAITING, State.FAILED, 10);
    return run;
  }

  @Test
  void ofFoldersThatWereLookedAtLongAgoOnlyTheNumbersAreKnown() {
    PrefetchRuns runs = new PrefetchRuns();
    for (int i = 0; i <= PrefetchRuns.MOST_NAMED; i++) {
      runs.put(run(PrefetchVerdict.FETCH, new RepositoryFolder(FOLDER.repo(), "f" + i), i));
    }
    PrefetchRun first =
        java.util.Objects.requireNonNull(runs.last(new RepositoryFolder(FOLDER.repo(), "f0")));
    assertThat(first.hasItems()).isFalse();
    assertThat(first.count(PrefetchVerdict.FETCH)).isEqualTo(1);
    assertThat(runs.all()).hasSize(PrefetchRuns.MOST_NAMED + 1);
    assertThat(runs.all().stream().filter(PrefetchRun::hasItems)).hasSize(PrefetchRuns.MOST_NAMED);
    runs.keepOnly(java.util.Set.of(first.begin().folder()));
    assertThat(runs.all()).containsExactly(first);
  }

  @Test
  void aRunSaysWhatBecameOfEachPackage() {
    PrefetchRun run = run(PrefetchVerdict.FETCH);
    run.putOff(KEY, State.WAITING, PrefetchVerdict.OUTSIDE_WINDOW, 10);
    assertThat(run.standing().counts())
        .containsEntry(PrefetchVerdict.OUTSIDE_WINDOW, 1)
        .containsEntry(PrefetchVerdict.NOBODY, 3)
        .doesNotContainKey(PrefetchVerdict.FETCH);
    assertThat(run.standing().bytes())
        .containsEntry(PrefetchVerdict.OUTSIDE_WINDOW, 10L)
        .containsEntry(PrefetchVerdict.NOBODY, 3000L)
        .doesNotContainKey(PrefetchVerdict.FETCH);
    assertThat(run.item(KEY).orElseThrow().verdict()).isEqualTo(PrefetchVerdict.OUTSIDE_WINDOW);
    assertThat(run.standing().states()).isEmpty();
  }

  @Test
  void whatWasSpentTodaySurvivesARestartAndADamagedFileDoesNotMatter(@TempDir Path folder)
      throws Exception {
    Path file = folder.resolve("prefetch");
    LocalDate today = LocalDate.parse("2026-06-01");
    PrefetchLedger ledger = new PrefetchLedger(file, today);
    ledger.spend(70, today);
    ledger.save();
    assertThat(new PrefetchLedger(file, today).on(today).spent()).isEqualTo(70);
    assertThat(new PrefetchLedger(file, today.plusDays(1)).on(today.plusDays(1)).spent()).isZero();
    Files.writeString(file, "day=never\nspent=x\n");
    assertThat(new PrefetchLedger(file, today).on(today).spent()).isZero();
  }
}
