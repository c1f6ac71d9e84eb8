package org.instantmirror.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.FileClass;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.Evr;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.store.StorageException;
import org.instantmirror.store.UsageFile;
import org.instantmirror.testing.MutableClock;
import org.instantmirror.usage.Report.Action;
import org.instantmirror.usage.Report.Change;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsageTest {

  private static final Instant NOW = Instant.parse("2026-03-10T12:00:00Z");
  private static final RepoId FEDORA = new RepoId("fedora");
  private static final RepositoryFolder F42 = new RepositoryFolder(FEDORA, "42/x86_64");
  private static final RepositoryFolder F43 = new RepositoryFolder(FEDORA, "43/x86_64");
  private static final UsedPackage KERNEL = new UsedPackage(F42, "kernel", "x86_64");
  private static final UsedPackage VIM = new UsedPackage(F42, "vim", "x86_64");

  private final MutableClock clock = new MutableClock(NOW);
  private boolean listed;
  private Path file;
  private Usage usage;

  @BeforeEach
  void open(@TempDir Path folder) throws StorageException {
    file = folder.resolve("usage.db");
    start();
  }

  private void start() throws StorageException {
    usage = new Usage(file, key -> List.of(), (what, now) -> listed, () -> true, clock);
  }

  /** All that was handed over is learnt and written then. */
  private void restart() throws StorageException {
    usage.close();
    start();
  }

  @AfterEach
  void stop() {
    usage.close();
  }

  private static String client(int number) {
    return String.format("client-%015d", number);
  }

  private Report report(int client, @Nullable List<UsedPackage> installed, Change... changes) {
    return new Report(
        client(client),
        clock.instant().minus(Duration.ofDays(1)),
        Duration.ofDays(1),
        installed,
        List.of(changes));
  }

  private void take(int client, @Nullable List<UsedPackage> installed, Change... changes) {
    assertThat(usage.take(report(client, installed, changes))).isEqualTo(Usage.Verdict.TAKEN);
  }

  private double demand(UsedPackage what) {
    return usage.ofNewVersion(what.folder(), what.name(), what.arch(), clock.instant());
  }

  private PopularPackage popular(UsedPackage what) {
    return usage.popular(what::equals, 1, clock.instant()).get(0);
  }

  @Test
  void whatClientsReportIsWantedByAsMany() throws StorageException {
    for (int i = 0; i < 10; i++) {
      take(i, i < 3 ? List.of(KERNEL, VIM) : List.of(KERNEL));
    }
    restart();
    assertThat(demand(KERNEL)).isEqualTo(7);
    assertThat(demand(VIM)).isCloseTo(2.1, org.assertj.core.api.Assertions.within(0.001));
    assertThat(usage.ofNewVersion(F43, "kernel", "x86_64", NOW)).isZero();
    assertThat(usage.ofNewVersion(FEDORA, "kernel", "x86_64", NOW)).isEqualTo(7);
    assertThat(usage.ofNewVersion(FEDORA, "emacs", "x86_64", NOW)).isZero();
    assertThat(usage.standing().clients()).isEqualTo(10);
    assertThat(usage.popular(what -> true, 10, NOW))
        .extracting(PopularPackage::what)
        .containsExactly(KERNEL, VIM);
  }

  @Test
  void aClientThatErasedAPackageDoesntWantIt() throws StorageException {
    take(1, List.of(KERNEL, VIM));
    take(2, List.of(KERNEL, VIM));
    restart();
    clock.advance(Duration.ofDays(1));
    take(1, List.of(KERNEL));
    take(2, null);
    restart();
    assertThat(popular(KERNEL).audience().reporting()).isEqualTo(2);
    assertThat(popular(VIM).audience().reporting()).isEqualTo(1);
  }

  @Test
  void theSameReportTwiceCountsOnceAndALateOneChangesNothing() throws StorageException {
    Report first = report(1, List.of(KERNEL), new Change(Action.UPGRADE, KERNEL));
    usage.take(first);
    usage.take(first);
    clock.advance(Duration.ofDays(1));
    take(1, List.of(KERNEL, VIM), new Change(Action.INSTALL, VIM));
    usage.take(first);
    restart();
    assertThat(popular(KERNEL).popularity().at(NOW).counts().updates()).isCloseTo(1, rounded());
    assertThat(popular(VIM).popularity().at(NOW).counts().installs()).isCloseTo(1, rounded());
    assertThat(popular(VIM).audience().reporting()).isEqualTo(1);
  }

  private static org.assertj.core.data.Offset<Double> rounded() {
    return org.assertj.core.api.Assertions.within(0.05);
  }

  @Test
  void aKernelInstalledBesideAnotherIsAnUpdate() throws StorageException {
    take(1, List.of(KERNEL));
    clock.advance(Duration.ofDays(1));
    take(1, List.of(KERNEL), new Change(Action.INSTALL, KERNEL));
    restart();
    assertThat(popular(KERNEL).popularity().counts().updates()).isCloseTo(1, rounded());
    assertThat(popular(KERNEL).popularity().counts().installs()).isZero();
  }

  @Test
  void whoSaysNothingHasChangedIsAskedForAllIfHeIsUnknown() throws StorageException {
    assertThat(usage.take(report(1, null))).isEqualTo(Usage.Verdict.TAKEN_IN_PART);
    restart();
    assertThat(usage.take(report(1, null))).isEqualTo(Usage.Verdict.TAKEN_IN_PART);
    take(1, List.of(KERNEL));
    restart();
    assertThat(usage.take(report(1, null))).isEqualTo(Usage.Verdict.TAKEN);
  }

  @Test
  void requestsTeachWithoutReports() throws StorageException {
    EntryKey file = new EntryKey(FEDORA, "42/x86_64/Packages/v/vim-9-1.x86_64.rpm");
    for (int i = 0; i < 20; i++) {
      for (int times = 0; times < 3; times++) {
        usage.served(file, FileClass.PACKAGE, "10.0.0." + i, NOW);
      }
    }
    usage.served(file, FileClass.METADATA, "10.0.1.1", NOW);
    await().until(() -> usage.standing().requestsLearnt() == 20);
    assertThat(demand(VIM)).isEqualTo(14);
    // Kept over a restart as a number only: the same clients are the same clients.
    restart();
    assertThat(demand(VIM)).isCloseTo(14, rounded());
    usage.served(file, FileClass.PACKAGE, "10.0.0.1", NOW);
    await().until(() -> usage.standing().requestsLearnt() == 1);
    assertThat(demand(VIM)).isCloseTo(14, rounded());
  }

  @Test
  void clientsThatReportAreNotCountedAgainWhenTheyAsk() throws StorageException {
    EntryKey file = new EntryKey(FEDORA, "42/x86_64/Packages/k/kernel-6-1.x86_64.rpm");
    for (int i = 0; i < 10; i++) {
      take(i, List.of(KERNEL));
      usage.served(file, FileClass.PACKAGE, "10.0.0." + i, NOW);
    }
    restart();
    assertThat(popular(KERNEL).clients()).isCloseTo(10, rounded());
  }

  @Test
  void inAnotherMonthAddressesAreCountedAnew() throws StorageException {
    EntryKey file = new EntryKey(FEDORA, "42/x86_64/Packages/v/vim-9-1.x86_64.rpm");
    usage.served(file, FileClass.PACKAGE, "10.0.0.1", NOW);
    await().until(() -> usage.standing().requestsLearnt() == 1);
    clock.advance(Duration.ofDays(30));
    usage.served(file, FileClass.PACKAGE, "10.0.0.1", clock.instant());
    await().until(() -> usage.standing().requestsLearnt() == 2);
    assertThat(popular(VIM).clients()).isEqualTo(1);
  }

  @Test
  void aReleaseIsCountedForWhatSomebodyHas() throws StorageException {
    take(1, List.of(KERNEL));
    restart();
    Evr evr = new Evr(0, "6", "2");
    usage.released(
        F42,
        List.of(
            new Releases.Version("kernel", "x86_64", evr),
            new Releases.Version("kernel", "x86_64", new Evr(0, "6", "3")),
            new Releases.Version("vim", "x86_64", evr)),
        NOW);
    restart();
    assertThat(popular(KERNEL).popularity().counts().releases()).isEqualTo(1);
    assertThat(popular(KERNEL).popularity().lastReleased()).isEqualTo(NOW);
    assertThat(usage.standing().packages()).isEqualTo(1);
  }

  @Test
  void noAddressIsOnDisk() throws Exception {
    EntryKey key = new EntryKey(FEDORA, "42/x86_64/Packages/v/vim-9-1.x86_64.rpm");
    usage.served(key, FileClass.PACKAGE, "203.0.113.77", NOW);
    usage.close();
    try (Stream<Path> files = Files.list(file.getParent())) {
      for (Path each : files.toList()) {
        String text = Files.readString(each, java.nio.charset.StandardCharsets.ISO_8859_1);
        assertThat(text).doesNotContain("203.0.113");
      }
    }
    start();
    assertThat(demand(VIM)).isPositive();
  }

  private List<UsageFile.ClientRow> rows() throws StorageException {
    List<UsageFile.ClientRow> found = new ArrayList<>();
    usage.close();
    try (UsageFile opened = UsageFile.open(file)) {
      opened.clients(found::add);
    }
    start();
    return found;
  }

  @Test
  void anIdThatHasNoPackagesAnyMoreIsForgottenAtOnce() throws StorageException {
    take(1, List.of(KERNEL));
    take(2, List.of(KERNEL));
    clock.advance(Duration.ofDays(1));
    take(1, List.of());
    assertThat(rows()).extracting(UsageFile.ClientRow::client).containsExactly(client(2));
    assertThat(usage.standing().clients()).isEqualTo(1);
    assertThat(popular(KERNEL).audience().reporting()).isEqualTo(1);
  }

  @Test
  void nothingOnDiskTellsAtWhichHourAClientReported() throws StorageException {
    take(1, List.of(KERNEL));
    assertThat(rows().get(0).expires()).isEqualTo(Instant.parse("2026-03-14T00:00:00Z"));
  }

  @Test
  void aLongPeriodDoesntKeepAClientForLongerThanAMonthAndSomeDays() throws StorageException {
    Duration longest = Duration.ofDays(30);
    usage.take(new Report(client(1), NOW.minus(longest), longest, List.of(KERNEL), List.of()));
    assertThat(rows().get(0).expires()).isEqualTo(Instant.parse("2026-04-20T00:00:00Z"));
  }

  @Test
  void madeUpPackagesTakeHalfOfTheRoomAtMost() throws StorageException {
    for (int client = 0; client < 4; client++) {
      int number = client;
      Report many =
          report(
              client,
              IntStream.range(0, 20_000)
                  .mapToObj(i -> new UsedPackage(F42, "made-up-" + number + "-" + i, "noarch"))
                  .toList());
      await().until(() -> usage.take(many) == Usage.Verdict.TAKEN);
    }
    restart();
    assertThat(usage.standing().packages()).isEqualTo(Ledger.MOST_PACKAGES / 2);
    listed = true;
    take(9, List.of(KERNEL));
    restart();
    assertThat(demand(KERNEL)).isPositive();
  }

  @Test
  void madeUpRepositoriesTakeHalfOfTheRoomAtMost() throws StorageException {
    take(
        1,
        IntStream.range(0, Ledger.MOST_FOLDERS)
            .mapToObj(
                i -> new UsedPackage(new RepositoryFolder(FEDORA, "made-up/" + i), "a", "noarch"))
            .toList());
    restart();
    assertThat(usage.standing().folders()).isEqualTo(Ledger.MOST_FOLDERS / 2);
    listed = true;
    take(2, List.of(KERNEL));
    restart();
    assertThat(demand(KERNEL)).isPositive();
  }

  @Test
  void repositoriesThatNobodyUsesAnyMoreAreForgotten() throws StorageException {
    take(1, List.of(KERNEL));
    restart();
    clock.advance(Duration.ofDays(5));
    usage.forget();
    assertThat(usage.standing())
        .matches(now -> now.clients() == 0 && now.packages() == 0 && now.folders() == 0);
    take(2, List.of(new UsedPackage(F43, "kernel", "x86_64")));
    restart();
    assertThat(usage.standing()).matches(now -> now.packages() == 1 && now.folders() == 1);
  }

  @Test
  void reportsThatCannotBeWrittenAreKeptForAWhileAndOthersTurnedAway() throws StorageException {
    take(1, List.of(KERNEL));
    restart();
    try (Handle other = Jdbi.open("jdbc:sqlite:file:" + file.toUri().getRawPath())) {
      other.execute("ALTER TABLE clients RENAME TO elsewhere");
      take(2, List.of(KERNEL));
      await().until(() -> usage.take(report(3, List.of(KERNEL))) == Usage.Verdict.BUSY);
      other.execute("ALTER TABLE elsewhere RENAME TO clients");
    }
    usage.flush();
    take(3, List.of(KERNEL));
    restart();
    assertThat(popular(KERNEL).audience().reporting()).isEqualTo(3);
    assertThat(usage.standing().reportsLost()).isZero();
  }

  @Test
  void aFileThatCannotBeReadIsSetAsideAndTheServerStarts() throws Exception {
    take(1, List.of(KERNEL));
    usage.close();
    try (Handle other = Jdbi.open("jdbc:sqlite:file:" + file.toUri().getRawPath())) {
      other.execute("UPDATE folders SET repo = 'no/id'");
    }
    start();
    assertThat(usage.standing().clients()).isZero();
    assertThat(Path.of(file + ".damaged")).exists();
    take(1, List.of(KERNEL));
    restart();
    assertThat(usage.standing().clients()).isEqualTo(1);
  }

  @Test
  void moreThanMayWaitAreTurnedAway() {
    List<UsedPackage> many =
        IntStream.range(0, 20_000)
            .mapToObj(i -> new UsedPackage(F42, "package" + i, "noarch"))
            .toList();
    List<Usage.Verdict> verdicts =
        IntStream.range(0, 40).mapToObj(i -> usage.take(report(i, many))).toList();
    assertThat(verdicts).contains(Usage.Verdict.TAKEN, Usage.Verdict.BUSY);
  }
}
