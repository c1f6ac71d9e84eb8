package org.instantmirror.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.instantmirror.store.StoreFixture.HEAD;
import static org.instantmirror.store.StoreFixture.KEY;
import static org.instantmirror.store.StoreFixture.LATER;
import static org.instantmirror.store.StoreFixture.MODIFIED;
import static org.instantmirror.store.StoreFixture.NOW;
import static org.instantmirror.store.StoreFixture.SOURCE;
import static org.instantmirror.store.StoreFixture.key;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.instantmirror.http.Head;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.FreeSpaceLimit;
import org.instantmirror.store.Store.StoreSettings;
import org.instantmirror.store.StoredEntry.Origin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link Store} promises of complete files. */
class DirectoryStoreTest {
  private Path cache;
  private Store store;

  @BeforeEach
  void open(@TempDir Path empty) throws IOException {
    cache = empty;
    store = Store.open(StoreFixture.settings(cache));
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private void restart() throws IOException {
    store.close();
    store = Store.open(StoreFixture.settings(cache));
  }

  private Path put(EntryKey key, String text) throws IOException {
    return StoreFixture.put(cache, key, text);
  }

  private StoredEntry find() {
    return store.find(KEY, NOW).orElseThrow();
  }

  @Test
  void committedFileLiesInTheTreeUnderItsRealNameWithUpstreamsTime() throws IOException {
    StoreFixture.store(store, KEY, "hello");

    Path file = cache.resolve("fedora/Packages/a/a^b+ é~1:2.rpm");
    assertThat(store.pathOf(KEY)).isEqualTo(file);
    assertThat(file).hasContent("hello");
    assertThat(Files.getLastModifiedTime(file).toInstant()).isEqualTo(MODIFIED);
    assertThat(StoreFixture.files(StoreFixture.partialFolder(cache))).isEmpty();
  }

  @Test
  void committedFileIsFoundWithItsHeadAlsoAfterARestart() throws IOException {
    StoredEntry committed = StoreFixture.store(store, KEY, "hello");

    assertThat(committed.head()).isEqualTo(HEAD);
    assertThat(committed.origin()).isEqualTo(Origin.FETCHED);
    assertThat(committed.source()).isEqualTo(SOURCE);
    assertThat(committed.fetchedAt()).isEqualTo(NOW);
    assertThat(committed.checkedAt()).isEqualTo(NOW);
    assertThat(committed.goneSince()).isNull();
    assertThat(committed.file().size()).isEqualTo(5);
    assertThat(find()).isEqualTo(committed);
    restart();
    assertThat(find()).isEqualTo(committed);
  }

  @Test
  void headOfWhichNothingIsKnownComesBackAsItWas() throws IOException {
    StoredEntry committed = StoreFixture.store(store, KEY, "hello", Head.UNKNOWN);

    assertThat(committed.file().modified()).isEqualTo(NOW);
    restart();
    assertThat(find()).isEqualTo(committed);
    assertThat(find().head()).isEqualTo(Head.UNKNOWN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0001-01-01T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "9999-12-31T23:59:59Z",
        "-1000000000-01-01T00:00:00Z",
        "+1000000000-12-31T23:59:59.999999999Z"
      })
  void absurdLastModifiedIsStoredAsUpstreamGaveIt(String lastModified) throws IOException {
    Head head = new Head(null, Instant.parse(lastModified), null, null);
    StoredEntry committed = StoreFixture.store(store, KEY, "hello", head);

    restart();
    assertThat(find()).isEqualTo(committed);
    assertThat(find().head()).isEqualTo(head);
  }

  @Test
  void emptyFileIsAFileToo() throws IOException {
    StoredEntry committed = StoreFixture.store(store, KEY, "");
    assertThat(find()).isEqualTo(committed);
  }

  @Test
  void absentFileIsNotFound() {
    assertThat(store.find(KEY, NOW)).isEmpty();
  }

  @Test
  void folderAndFileBelowAFileAreNotFound() throws IOException {
    put(KEY, "hello");
    assertThat(store.find(key("Packages"), NOW)).isEmpty();
    assertThat(store.find(key(KEY.path() + "/x"), NOW)).isEmpty();
    assertThat(store.find(key("x".repeat(255) + "/" + "y".repeat(255)), NOW)).isEmpty();
    assertThat(store.find(key(("x".repeat(250) + "/").repeat(15) + "y"), NOW)).isEmpty();
  }

  @Test
  void fileThatWasPutThereByHandIsAdoptedWithTheFileSystemsTimeInSeconds() throws IOException {
    Path file = put(KEY, "by hand");
    Files.setLastModifiedTime(file, FileTime.from(MODIFIED.plusMillis(700)));

    StoredEntry adopted = find();
    assertThat(adopted.origin()).isEqualTo(Origin.ADOPTED);
    assertThat(adopted.head()).isEqualTo(new Head(null, MODIFIED, null, null));
    assertThat(adopted.head().hasStrongLastModified()).isFalse();
    assertThat(adopted.source()).isNull();
    assertThat(adopted.fetchedAt()).isEqualTo(NOW);
    assertThat(adopted.checkedAt()).isEqualTo(Instant.EPOCH);
    assertThat(store.find(KEY, LATER)).contains(adopted);
    restart();
    assertThat(store.find(KEY, LATER)).contains(adopted);
  }

  @Test
  void truncatedFileIsAlteredAndStaysSo() throws IOException {
    StoreFixture.store(store, KEY, "hello");
    try (FileChannel file =
        FileChannel.open(store.pathOf(KEY), java.nio.file.StandardOpenOption.WRITE)) {
      file.truncate(2);
    }

    StoredEntry altered = find();
    assertThat(altered.origin()).isEqualTo(Origin.ALTERED);
    assertThat(altered.file().size()).isEqualTo(2);
    assertThat(altered.head().etag()).isNull();
    assertThat(find()).isEqualTo(altered);
    restart();
    assertThat(find()).isEqualTo(altered);
  }

  @Test
  void fileReplacedByOneOfTheSameSizeAndTimeIsAltered() throws IOException {
    StoreFixture.store(store, KEY, "hello");
    Path other = Files.writeString(cache.resolve("other"), "jello");
    Files.setLastModifiedTime(other, FileTime.from(MODIFIED));
    Files.move(other, store.pathOf(KEY), StandardCopyOption.REPLACE_EXISTING);

    assertThat(find().origin()).isEqualTo(Origin.ALTERED);
  }

  @Test
  void fileAlteredWhileTheServerWasDownIsAltered() throws IOException {
    StoreFixture.store(store, KEY, "hello");
    store.close();
    put(KEY, "jello");
    store = Store.open(StoreFixture.settings(cache));
    assertThat(find().origin()).isEqualTo(Origin.ALTERED);
  }

  @Test
  void adoptedFileThatGrowsIsAltered() throws IOException {
    put(KEY, "half");
    find();
    put(KEY, "half and half");
    assertThat(find().origin()).isEqualTo(Origin.ALTERED);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void headWithoutAFileIsDropped(boolean inMemory) throws IOException {
    StoreFixture.store(store, KEY, "hello");
    if (!inMemory) {
      restart();
    }
    Files.delete(store.pathOf(KEY));
    assertThat(store.find(KEY, NOW)).isEmpty();
    put(KEY, "by hand");
    assertThat(find().origin()).isEqualTo(Origin.ADOPTED);
  }

  @Test
  void confirmedAdoptedFileIsFetchedFromThenOn() throws IOException {
    put(KEY, "by hand");
    StoredEntry adopted = find();

    StoredEntry fresh = store.freshen(adopted, HEAD, LATER);
    assertThat(fresh.origin()).isEqualTo(Origin.FETCHED);
    assertThat(fresh.head()).isEqualTo(HEAD);
    assertThat(fresh.checkedAt()).isEqualTo(LATER);
    assertThat(fresh.file()).isEqualTo(adopted.file());
    assertThat(find()).isEqualTo(fresh);
    restart();
    assertThat(find()).isEqualTo(fresh);
  }

  @Test
  void confirmedAlteredFileIsFetchedAgain() throws IOException {
    StoreFixture.store(store, KEY, "hello");
    put(KEY, "jello!");
    StoredEntry fresh = store.freshen(find(), HEAD, LATER);
    assertThat(fresh.origin()).isEqualTo(Origin.FETCHED);
    assertThat(find()).isEqualTo(fresh);
  }

  @Test
  void freshenOfAFileThatHasChangedMeanwhileChangesNothing() throws IOException {
    StoredEntry old = StoreFixture.store(store, KEY, "hello");
    StoredEntry replaced = StoreFixture.store(store, KEY, "new");

    assertThat(store.freshen(old, HEAD, LATER)).isSameAs(old);
    assertThat(find()).isEqualTo(replaced);
    put(KEY, "by hand");
    assertThat(store.freshen(replaced, HEAD, LATER)).isSameAs(replaced);
    assertThat(find().origin()).isEqualTo(Origin.ALTERED);
  }

  @Test
  void goneIsRememberedUntilTheEntryIsConfirmed() throws IOException {
    StoredEntry entry = StoreFixture.store(store, KEY, "hello");

    StoredEntry gone = store.markGone(entry, NOW, LATER);
    assertThat(gone.goneSince()).isEqualTo(NOW);
    assertThat(gone.checkedAt()).isEqualTo(LATER);
    assertThat(gone.origin()).isEqualTo(Origin.FETCHED);
    restart();
    assertThat(find()).isEqualTo(gone);
    assertThat(store.freshen(gone, HEAD, LATER).goneSince()).isNull();
  }

  @Test
  void dropDeletesTheFileItsHeadAndEmptyFoldersButNotTheRepositorys() throws IOException {
    StoredEntry entry = StoreFixture.store(store, KEY, "hello");

    store.drop(entry);
    assertThat(cache.resolve("fedora")).isEmptyDirectory();
    assertThat(store.find(KEY, NOW)).isEmpty();
    restart();
    put(KEY, "by hand");
    assertThat(find().origin()).isEqualTo(Origin.ADOPTED);
  }

  @Test
  void dropLeavesFoldersThatHoldOtherFiles() throws IOException {
    StoredEntry entry = StoreFixture.store(store, KEY, "hello");
    put(key("Packages/b/b.rpm"), "b");

    store.drop(entry);
    assertThat(cache.resolve("fedora/Packages/a")).doesNotExist();
    assertThat(cache.resolve("fedora/Packages/b/b.rpm")).exists();
  }

  @Test
  void dropOfAnEntryThatWasReplacedDeletesNothing() throws IOException {
    StoredEntry old = StoreFixture.store(store, KEY, "hello");
    StoredEntry replaced = StoreFixture.store(store, KEY, "new");

    store.drop(old);
    assertThat(find()).isEqualTo(replaced);
  }

  @Test
  void commitReplacesWhatStoodThere() throws IOException {
    put(KEY, "by hand");
    find();
    StoredEntry committed = StoreFixture.store(store, KEY, "hello");
    assertThat(find()).isEqualTo(committed);
    assertThat(store.pathOf(KEY)).hasContent("hello");
  }

  @Test
  void openFileGivesTheBytesOfThatVersionOrNothing() throws IOException {
    StoredEntry old = StoreFixture.store(store, KEY, "hello");
    try (FileChannel channel = store.openFile(old).orElseThrow()) {
      assertThat(Channels.newInputStream(channel)).hasBinaryContent("hello".getBytes(UTF_8));
    }
    StoredEntry replaced = StoreFixture.store(store, KEY, "new");
    assertThat(store.openFile(old)).isEmpty();
    store.drop(replaced);
    assertThat(store.openFile(replaced)).isEmpty();
  }

  @Test
  void headsBeyondThoseInMemoryComeFromTheIndex() throws IOException {
    store.close();
    StoreSettings settings =
        new StoreSettings(cache, null, new FreeSpaceLimit(0, 0), 1, java.time.Clock.systemUTC());
    store = Store.open(settings);
    for (int i = 0; i < 20; i++) {
      StoreFixture.store(store, key("p/" + i), "text" + i);
    }
    for (int i = 0; i < 20; i++) {
      assertThat(store.find(key("p/" + i), NOW).orElseThrow().origin()).isEqualTo(Origin.FETCHED);
    }
  }

  @Test
  void indexMayLieElsewhere(@TempDir Path elsewhere) throws IOException {
    store.close();
    Path indexDir = elsewhere.resolve("with 100% ? odd#name");
    StoreSettings settings =
        new StoreSettings(
            cache, indexDir, new FreeSpaceLimit(0, 0), 9, java.time.Clock.systemUTC());
    store = Store.open(settings);
    StoredEntry committed = StoreFixture.store(store, KEY, "hello");
    store.close();
    assertThat(indexDir.resolve("index.db")).exists();
    store = Store.open(settings);
    assertThat(find()).isEqualTo(committed);
  }

  @Test
  void closingTwiceIsNoError() throws IOException {
    store.close();
    store.close();
    assertThat(StoreFixture.files(cache.resolve(".instantmirror")))
        .extracting(file -> file.getFileName().toString())
        .doesNotContain("index.db-wal");
  }

  @Test
  void cacheDirectoryThatIsAFileIsRefusedWithItsName() throws IOException {
    Path file = Files.writeString(cache.resolve("file"), "");
    assertThatThrownBy(() -> Store.open(StoreFixture.settings(file)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(file.toString());
  }
}
