package org.instantmirror.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.Checksum;
import org.instantmirror.repodata.ChecksumType;
import org.instantmirror.repodata.Evr;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.repodata.Location;
import org.instantmirror.repodata.PackageEntry;
import org.instantmirror.repodata.RepositoryFolder;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackageIndexTest {
  private static final RepositoryFolder OS =
      new RepositoryFolder(new RepoId("fedora"), "43/x86_64/os");

  private static final Instant BUILT = Instant.ofEpochSecond(1_700_000_000);

  /** More than a batch. */
  private static final int MANY = PackageIndexing.BATCH * 5 / 2;

  private Path file;
  private IndexDatabase database;
  private PackageIndex index;

  @BeforeEach
  void open(@TempDir Path folder) throws StorageException {
    file = folder.resolve("index.db");
    open(System::nanoTime);
  }

  private void open(LongSupplier nanoTime) throws StorageException {
    database = IndexDatabase.open(file);
    index = new PackageIndex(database, nanoTime);
  }

  @AfterEach
  void close() {
    database.close();
  }

  /** Each look at the clock is a second later: turns of one row. */
  private static LongSupplier hastyClock() {
    AtomicLong seconds = new AtomicLong();
    return () -> TimeUnit.SECONDS.toNanos(seconds.incrementAndGet());
  }

  static PackageEntry entry(String name, @Nullable String content, long size) {
    Checksum checksum =
        content == null
            ? null
            : Checksum.of(
                ChecksumType.SHA256,
                ChecksumType.SHA256.newDigest().digest(content.getBytes(StandardCharsets.UTF_8)));
    return new PackageEntry(
        name,
        new Evr(0, "1", "2"),
        "noarch",
        checksum,
        Location.of(null, "Packages/" + name + ".rpm"),
        size,
        BUILT.plusSeconds(1),
        BUILT,
        "source.src.rpm");
  }

  private static final byte[] REPOMD = {1, 2, 3};

  private static EntryKey key(String name) {
    return new EntryKey(OS.repo(), OS.path() + "/Packages/" + name + ".rpm");
  }

  private void add(long generation, PackageEntry... entries) throws IOException {
    add(OS, generation, entries);
  }

  private void add(RepositoryFolder folder, long generation, PackageEntry... entries)
      throws IOException {
    try (PackageIndexing indexing = index.begin(folder, generation)) {
      for (PackageEntry entry : entries) {
        indexing.accept(entry);
      }
      indexing.complete(REPOMD, BUILT, false);
    }
  }

  private static PackageEntry[] many(String content) {
    PackageEntry[] entries = new PackageEntry[MANY];
    for (int i = 0; i < MANY; i++) {
      entries[i] = entry("p" + i, content + i, i);
    }
    return entries;
  }

  private List<Long> generationsOf(String name) {
    return index.find(key(name)).stream().map(ListedPackage::generation).toList();
  }

  private long count(String table) {
    try (Handle handle = Jdbi.create("jdbc:sqlite:" + file).open()) {
      return handle.createQuery("SELECT count(*) FROM " + table).mapTo(Long.class).one();
    }
  }

  private void awaitCounts(long generations, long packages, long members) {
    await()
        .atMost(30, TimeUnit.SECONDS)
        .untilAsserted(
            () ->
                assertThat(List.of(count("generations"), count("packages"), count("members")))
                    .containsExactly(generations, packages, members));
  }

  private static ListedFile content(PackageEntry entry) {
    return new ListedFile(Objects.requireNonNull(entry.checksum()), entry.size());
  }

  @Test
  void allNamesOfOneContentAreFound() throws IOException {
    RepositoryFolder updates = new RepositoryFolder(new RepoId("updates"), "x86_64");
    PackageEntry hello = entry("hello", "hello", 5);
    add(1, hello, entry("other", "other", 6));
    add(2, hello);
    add(updates, 1, hello, entry("renamed", "hello", 5), entry("hello2", "hello", 6));
    assertThat(index.names(content(hello), 10))
        .containsExactly(
            key("hello"),
            new EntryKey(updates.repo(), "x86_64/Packages/hello.rpm"),
            new EntryKey(updates.repo(), "x86_64/Packages/renamed.rpm"));
    assertThat(index.names(content(hello), 1)).hasSize(1);
    assertThat(index.names(content(entry("none", "none", 5)), 10)).isEmpty();
    try (Handle handle = Jdbi.create("jdbc:sqlite:" + file).open()) {
      List<String> plan =
          handle
              .createQuery("EXPLAIN QUERY PLAN " + PackageTables.NAMES)
              .bind("checksum", content(hello).checksum().bytes())
              .bind("type", "SHA256")
              .bind("size", 5)
              .bind("most", 10)
              .map((row, context) -> row.getString("detail"))
              .list();
      assertThat(plan).anyMatch(step -> step.contains("packages_of_content"));
    }
  }

  @Test
  void listedFileIsFoundWithWhatItMustBe() throws IOException {
    PackageEntry hello = entry("hello", "hello", 5);
    add(7, hello, entry("other", "other", 6));

    assertThat(index.find(key("hello")))
        .containsExactly(
            new ListedPackage(
                OS,
                7,
                "hello",
                new Evr(0, "1", "2"),
                "noarch",
                hello.checksum(),
                5,
                BUILT.plusSeconds(1)));
    assertThat(index.find(key("unknown"))).isEmpty();
    assertThat(index.find(new EntryKey(new RepoId("updates"), key("hello").path()))).isEmpty();
    assertThat(index.generations(OS)).containsExactly(7L);
  }

  @Test
  void fileWithoutChecksumSizeAndTimesIsFound() throws IOException {
    add(
        1,
        new PackageEntry(
            "bare",
            new Evr(3, "1", ""),
            "src",
            null,
            Location.of(null, "Packages/bare.rpm"),
            -1,
            null,
            null,
            null));
    assertThat(index.find(key("bare")))
        .containsExactly(
            new ListedPackage(OS, 1, "bare", new Evr(3, "1", ""), "src", null, -1, null));
  }

  @Test
  void eachGenerationSaysItsOwnNewestFirst() throws IOException {
    add(1, entry("hello", "old", 3));
    add(3, entry("hello", "new", 4));
    add(2, entry("other", "other", 5));

    assertThat(index.find(key("hello")))
        .extracting(ListedPackage::generation, ListedPackage::size)
        .containsExactly(tuple(3L, 4L), tuple(1L, 3L));
    assertThat(index.generations(OS)).containsExactly(3L, 2L, 1L);
  }

  @Test
  void packageOutsideOfTheFolderIsLeftOut() throws IOException {
    PackageEntry elsewhere =
        new PackageEntry(
            "x",
            new Evr(0, "1", "2"),
            "noarch",
            null,
            Location.of("http://x.example/", "x.rpm"),
            1,
            null,
            null,
            null);
    add(1, elsewhere, entry("hello", "hello", 5));
    assertThat(count("packages")).isEqualTo(1);
    assertThat(index.generations(OS)).containsExactly(1L);
  }

  @Test
  void pathThatIsListedTwiceSaysBoth() throws IOException {
    add(1, entry("hello", "one", 3), entry("hello", "two", 3), entry("hello", "two", 3));
    assertThat(generationsOf("hello")).containsExactly(1L, 1L);
  }

  @Test
  void nothingIsSeenOfAGenerationBeforeItIsComplete() throws IOException {
    try (PackageIndexing indexing = index.begin(OS, 1)) {
      for (PackageEntry entry : many("")) {
        indexing.accept(entry);
      }
      await().atMost(30, TimeUnit.SECONDS).until(() -> count("members") >= PackageIndexing.BATCH);
      assertThat(generationsOf("p0")).isEmpty();
      assertThat(index.generations(OS)).isEmpty();

      indexing.complete(REPOMD, BUILT, false);

      assertThat(generationsOf("p0")).containsExactly(1L);
      assertThat(generationsOf("p" + (MANY - 1))).containsExactly(1L);
    }
    assertThat(generationsOf("p0")).containsExactly(1L);
  }

  @Test
  void generationThatIsGivenUpLeavesNothing() throws IOException {
    try (PackageIndexing indexing = index.begin(OS, 1)) {
      for (PackageEntry entry : many("")) {
        indexing.accept(entry);
      }
    }
    awaitCounts(0, 0, 0);
  }

  @Test
  void generationsShareTheRowsOfFilesThatAreTheSame() throws IOException {
    add(1, many("same"));
    add(2, many("same"));
    add(3, many("same"));
    assertThat(count("packages")).isEqualTo(MANY);
    assertThat(count("members")).isEqualTo(3L * MANY);
    assertThat(generationsOf("p1")).containsExactly(3L, 2L, 1L);

    add(4, entry("p1", "another", 1), entry("p2", "same2", 99));
    assertThat(count("packages")).isEqualTo(MANY + 2);
  }

  @Test
  void dateOfASharedFileIsTheLastOneThatWasSaid() throws IOException {
    PackageEntry first = entry("hello", "hello", 5);
    Instant later = BUILT.plusSeconds(1000);
    add(1, first);
    add(
        2,
        new PackageEntry(
            first.name(),
            first.evr(),
            first.arch(),
            first.checksum(),
            first.location(),
            first.size(),
            later,
            null,
            null));
    assertThat(index.find(key("hello")))
        .extracting(ListedPackage::fileTime)
        .containsExactly(later, later);
  }

  @Test
  void generationIndexedAgainTakesThePlaceOfItsFormer() throws IOException {
    add(1, many("old"));
    try (PackageIndexing indexing = index.begin(OS, 1)) {
      indexing.accept(entry("p1", "new", 4242));
      assertThat(index.find(key("p1"))).extracting(ListedPackage::size).containsExactly(1L);
      indexing.complete(REPOMD, BUILT, false);
    }
    assertThat(index.find(key("p1"))).extracting(ListedPackage::size).containsExactly(4242L);
    assertThat(index.find(key("p2"))).isEmpty();
    awaitCounts(1, 1, 1);
  }

  @Test
  void droppedGenerationIsGoneAtOnceAndItsRowsSoon() throws IOException {
    add(1, many("same"));
    add(2, many("same"));
    add(2, entry("p1", "same1", 1), entry("own", "own", 1));
    add(3, many("same"));

    index.drop(OS, 3);
    assertThat(index.generations(OS)).containsExactly(2L, 1L);
    assertThat(generationsOf("p1")).containsExactly(2L, 1L);
    awaitCounts(2, MANY + 1, MANY + 2);

    index.drop(OS, 1);
    assertThat(generationsOf("p2")).isEmpty();
    awaitCounts(1, 2, 2);
    assertThat(generationsOf("p1")).containsExactly(2L);

    index.drop(OS, 99);
    assertThat(index.generations(OS)).containsExactly(2L);
  }

  @Test
  void pathsOfOneHashDontMix() throws IOException {
    // As in "Aa".hashCode() == "BB".hashCode().
    add(1, entry("xAa", "one", 1), entry("xBB", "two", 2));
    assertThat(PackageTables.hash(key("xAa").path()))
        .isEqualTo(PackageTables.hash(key("xBB").path()));
    assertThat(index.find(key("xAa"))).extracting(ListedPackage::size).containsExactly(1L);
    assertThat(index.find(key("xBB"))).extracting(ListedPackage::size).containsExactly(2L);
  }

  @Test
  void foldersOfARepositoryDontMix() throws IOException {
    RepositoryFolder debug = new RepositoryFolder(OS.repo(), "43/x86_64/debug");
    RepositoryFolder top = new RepositoryFolder(OS.repo(), "");
    add(1, entry("hello", "hello", 5));
    add(debug, 1, entry("hello", "debug", 6));
    add(top, 5, entry("hello", "top", 7));

    index.drop(debug, 1);

    assertThat(generationsOf("hello")).containsExactly(1L);
    assertThat(index.generations(top)).containsExactly(5L);
    assertThat(index.generations(debug)).isEmpty();
  }

  @Test
  void completeGenerationsSurviveARestart() throws IOException {
    add(1, many("same"));
    close();
    open(System::nanoTime);
    assertThat(generationsOf("p77")).containsExactly(1L);
  }

  @Test
  void whatAProcessLeavesUnfinishedIsRemovedByTheNext() throws Exception {
    add(1, many("same"));
    close();
    ChildJvm.Result child = ChildJvm.run(Map.of(), Killed.class, file.toString());
    assertThat(child.exitCode()).as(child.output()).isEqualTo(Killed.EXIT);
    assertThat(count("generations")).isEqualTo(2);
    assertThat(count("members")).isGreaterThan(MANY);
    assertThat(count("packages")).isGreaterThan(MANY);

    open(System::nanoTime);

    assertThat(index.generations(OS)).containsExactly(1L);
    assertThat(generationsOf("p77")).containsExactly(1L);
    awaitCounts(1, MANY, MANY);
    add(2, many("other"));
    assertThat(generationsOf("p77")).containsExactly(2L, 1L);
  }

  /** The process that is killed while it indexes: half the packages shared, half its own. */
  static final class Killed {
    static final int EXIT = 42;

    public static void main(String[] args) throws IOException {
      IndexDatabase database = IndexDatabase.open(Path.of(args[0]));
      PackageIndexing indexing = new PackageIndex(database, System::nanoTime).begin(OS, 2);
      for (PackageEntry entry : many("same")) {
        indexing.accept(entry);
        indexing.accept(entry("own-" + entry.name(), "own", 1));
      }
      Runtime.getRuntime().halt(EXIT);
    }
  }

  @Test
  void rowsAreWrittenAndRemovedInTurnsHoweverShort() throws IOException {
    close();
    open(hastyClock());
    PackageEntry[] some = Arrays.copyOf(many("same"), 20);
    add(1, some);
    add(2, some);
    assertThat(generationsOf("p19")).containsExactly(2L, 1L);
    index.drop(OS, 1);
    awaitCounts(1, 20, 20);
  }

  @Test
  void othersWriteBetweenTwoTurns() throws IOException {
    close();
    open(hastyClock());
    try (PackageIndexing indexing = index.begin(OS, 1)) {
      for (PackageEntry entry : Arrays.copyOf(many("same"), PackageIndexing.BATCH)) {
        indexing.accept(entry);
      }
      // The batch is full, so its first turn is due before this one.
      assertThat(StoreThread.await(database.writer().submit(() -> count("members")))).isEqualTo(1);
    }
  }

  @Test
  void indexBegunAnewEndsWhatIsBeingIndexed() throws Exception {
    PackageIndexing indexing = index.begin(OS, 1);
    close();
    Files.delete(file);
    database = IndexDatabase.open(file);
    PackageIndex anew = new PackageIndex(database, System::nanoTime);
    try (PackageIndexing other = anew.begin(OS, 1)) {
      other.complete(REPOMD, BUILT, false);
    }
    assertThatThrownBy(() -> indexing.complete(REPOMD, BUILT, false))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("cannot write generation 1 of fedora/43/x86_64/os")
        .hasMessageContaining("closed");
    indexing.close();
    assertThat(anew.generations(OS)).containsExactly(1L);
  }

  @Test
  void damagedIndexIsBegunAnewAndWhatIsBeingIndexedEnds() throws Exception {
    PackageIndexing indexing = index.begin(OS, 1);
    indexing.accept(entry("hello", "hello", 5));
    StoreThread.await(database.writer().submit(this::replaceDatabase));
    // Other ids, perhaps of the same numbers.
    PackageIndexing other = index.begin(OS, 2);

    assertThatThrownBy(() -> indexing.complete(REPOMD, BUILT, false))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("begun anew");
    indexing.close();
    other.complete(REPOMD, BUILT, false);
    assertThat(index.generations(OS)).containsExactly(2L);
  }

  /** As a restore does after damage. */
  private boolean replaceDatabase() throws IOException {
    try (Handle handle = Jdbi.create("jdbc:sqlite:" + file).open();
        RandomAccessFile rubbish = new RandomAccessFile(file.toFile(), "rw")) {
      handle.execute("PRAGMA wal_checkpoint(TRUNCATE)");
      rubbish.write(new byte[(int) rubbish.length()]);
    }
    database.check();
    return database.restore();
  }

  @Test
  void filesAreStoredWhileAGenerationIsIndexed(@TempDir Path cache) throws Exception {
    try (Store store = Store.open(StoreFixture.settings(cache));
        PackageIndexing indexing = store.packages().begin(OS, 1)) {
      for (PackageEntry entry : many("")) {
        indexing.accept(entry);
        if (entry.size() % 200 == 0) {
          StoreFixture.store(store, StoreFixture.key(entry.name()), "hello");
        }
      }
      indexing.complete(REPOMD, BUILT, false);
      assertThat(store.packages().find(key("p1"))).hasSize(1);
    }
    try (Store store = Store.open(StoreFixture.settings(cache))) {
      assertThat(store.packages().generations(OS)).containsExactly(1L);
      assertThat(store.find(StoreFixture.key("p1200"), StoreFixture.NOW).orElseThrow().origin())
          .isEqualTo(StoredEntry.Origin.FETCHED);
    }
  }

  @Test
  void closedIndexTakesNothing() throws IOException {
    PackageIndexing indexing = index.begin(OS, 1);
    close();
    assertThatThrownBy(() -> indexing.complete(REPOMD, BUILT, false))
        .isInstanceOfSatisfying(
            StorageException.class,
            e -> assertThat(e.reason()).isEqualTo(StorageException.Reason.INDEX))
        .hasMessageContaining("closed");
    indexing.close();
    assertThatThrownBy(() -> index.begin(OS, 2)).isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> index.drop(OS, 2)).isInstanceOf(StorageException.class);
    assertThat(index.find(key("hello"))).isEmpty();
    assertThat(index.generations(OS)).isEmpty();
  }

  @Test
  void fileIsFoundByIndexesAlone() {
    try (Handle handle = Jdbi.create("jdbc:sqlite:" + file).open()) {
      List<String> plan =
          handle
              .createQuery("EXPLAIN QUERY PLAN " + PackageTables.FIND)
              .bind("repo", "fedora")
              .bind("path", "x")
              .bind("hash", 1)
              .map((row, context) -> row.getString("detail"))
              .list();
      assertThat(plan).noneMatch(step -> step.startsWith("SCAN"));
      assertThat(plan).anyMatch(step -> step.contains("packages_at (path_hash=? AND repo=?)"));
    }
  }
}
