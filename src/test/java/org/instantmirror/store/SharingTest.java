package org.instantmirror.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.instantmirror.store.StoreFixture.HEAD;
import static org.instantmirror.store.StoreFixture.KEY;
import static org.instantmirror.store.StoreFixture.LATER;
import static org.instantmirror.store.StoreFixture.MODIFIED;
import static org.instantmirror.store.StoreFixture.NOW;
import static org.instantmirror.store.StoreFixture.key;
import static org.instantmirror.store.StoreFixture.partialFolder;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.instantmirror.http.Head;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.RepoId;
import org.instantmirror.store.StoredEntry.Origin;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same bytes under several names. */
class SharingTest {

  private static final EntryKey OTHER = new EntryKey(new RepoId("updates"), "x86_64/o.rpm");
  private static final Head OTHERS = new Head(null, MODIFIED, NOW, null);
  private static final String TEXT = "x".repeat(5000);
  private static final long SIZE = 8192;

  private final LinkingDisk disk = new LinkingDisk();
  private Path cache;
  private DirectoryStore store;

  /** A disk on which links can't be made, on command. */
  private static final class LinkingDisk extends Disk {
    private @Nullable IOException fault;
    private boolean withoutLinks;
    private @Nullable IOException copyFault;
    private Runnable before = () -> {};

    @Override
    void link(Path file, Path name) throws IOException {
      before.run();
      if (withoutLinks) {
        throw new UnsupportedOperationException("no links");
      }
      if (fault != null) {
        throw fault;
      }
      super.link(file, name);
    }

    @Override
    void copy(Path file, Path to) throws IOException {
      before.run();
      if (copyFault != null) {
        Files.writeString(to, "half");
        throw copyFault;
      }
      super.copy(file, to);
    }
  }

  @BeforeEach
  void open(@TempDir Path empty) throws IOException {
    cache = empty;
    reopen();
  }

  private void reopen() throws IOException {
    store = DirectoryStore.open(StoreFixture.settings(cache), disk, System::nanoTime);
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private StoredEntry stored() throws IOException {
    return StoreFixture.store(store, KEY, TEXT);
  }

  private StoredEntry share(StoredEntry entry) throws IOException {
    return store.share(entry, OTHER, OTHERS, LATER).orElseThrow();
  }

  private void assertNothingLeft() throws IOException {
    assertThat(StoreFixture.files(partialFolder(cache))).isEmpty();
  }

  private void assertTotals(StoredFiles.Total... totals) {
    store.settle();
    assertThat(store.files().totals()).containsExactly(totals);
  }

  private static StoredFiles.Total total(EntryKey key, long bytes, long files) {
    return new StoredFiles.Total(key.repo(), bytes, files);
  }

  @Test
  void aFileOfTheSameTimeIsLinkedAndItsHeadIsKept() throws IOException {
    StoredEntry entry = stored();
    StoredEntry shared = share(entry);
    assertThat(shared.file()).isEqualTo(entry.file());
    assertThat(store.find(OTHER, NOW)).contains(shared);
    assertNothingLeft();
    store.close();
    reopen();
    assertThat(store.find(OTHER, NOW)).contains(shared);
    assertThat(store.find(KEY, NOW)).contains(entry);
    assertThat(shared.origin()).isEqualTo(Origin.FETCHED);
    assertThat(shared.head()).isEqualTo(OTHERS);
  }

  @Test
  void aFileThatIsToHaveAnotherTimeIsCopied() throws IOException {
    StoredEntry entry = stored();
    Head head = new Head(null, MODIFIED.plusSeconds(7), NOW, null);
    StoredEntry shared = store.share(entry, OTHER, head, LATER).orElseThrow();
    assertThat(shared.file().inode()).isNotEqualTo(entry.file().inode());
    assertThat(shared.file().modified()).isEqualTo(MODIFIED.plusSeconds(7));
    assertThat(store.pathOf(OTHER)).hasContent(TEXT);
    assertThat(store.find(KEY, NOW)).contains(entry);
    assertTotals(total(KEY, SIZE, 1), total(OTHER, SIZE, 1));
    assertNothingLeft();
  }

  private void assertIsCopied() throws IOException {
    StoredEntry entry = stored();
    StoredEntry shared = share(entry);
    assertThat(shared.file().inode()).isNotEqualTo(entry.file().inode());
    assertThat(shared.file().modified()).isEqualTo(MODIFIED);
    assertThat(store.pathOf(OTHER)).hasContent(TEXT);
    assertNothingLeft();
  }

  @Test
  void aFileOnAnotherFileSystemIsCopied() throws IOException {
    disk.fault = new FileSystemException("a", "b", "Invalid cross-device link");
    assertIsCopied();
  }

  @Test
  void aFileThatHasAsManyNamesAsItCanIsCopied() throws IOException {
    disk.fault = new FileSystemException("a", "b", "Too many links");
    assertIsCopied();
  }

  @Test
  void whereThereAreNoHardLinksFilesAreCopied() throws IOException {
    disk.withoutLinks = true;
    assertIsCopied();
  }

  @Test
  void aFileThatHasBeenReplacedIsNotShared() throws IOException {
    StoredEntry entry = stored();
    StoreFixture.store(store, KEY, "another");
    assertThat(store.share(entry, OTHER, OTHERS, LATER)).isEmpty();
    assertThat(store.find(OTHER, NOW)).isEmpty();
  }

  @Test
  void aFileThatIsReplacedInThatMomentIsNotShared() throws IOException {
    StoredEntry entry = stored();
    disk.before =
        () -> {
          disk.before = () -> {};
          try {
            StoreFixture.store(store, KEY, "another");
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        };
    assertThat(store.share(entry, OTHER, OTHERS, LATER)).isEmpty();
    assertThat(store.find(OTHER, NOW)).isEmpty();
    assertNothingLeft();
  }

  @Test
  void aCopyThatTheDiskDoesNotTakeLeavesNothing() throws IOException {
    disk.withoutLinks = true;
    disk.copyFault = new IOException("No space left on device");
    StoredEntry entry = stored();
    StorageException fault =
        catchThrowableOfType(
            StorageException.class, () -> store.share(entry, OTHER, OTHERS, LATER));
    assertThat(fault.reason()).isEqualTo(StorageException.Reason.NO_SPACE);
    assertThat(store.find(OTHER, NOW)).isEmpty();
    assertNothingLeft();
  }

  @Test
  void aNameThatIsOneOfTheFilesAlreadyStaysOne() throws IOException {
    StoredEntry entry = stored();
    Files.createDirectories(store.pathOf(OTHER).getParent());
    Files.createLink(store.pathOf(OTHER), store.pathOf(KEY));
    assertThat(share(entry).file()).isEqualTo(entry.file());
    assertThat(store.find(OTHER, NOW).orElseThrow().origin()).isEqualTo(Origin.FETCHED);
    assertNothingLeft();
  }

  @Test
  void whatAnEarlierDownloadLeftOfTheNameGoes() throws IOException {
    StoredEntry entry = stored();
    PartialEntry partial = store.begin(OTHER, HEAD, 5000, StoreFixture.SOURCE);
    partial.append(StoreFixture.bytes("xxx"));
    partial.suspend();
    share(entry);
    assertNothingLeft();
  }

  @Test
  void aNameIsReplacedByItself() throws IOException {
    StoredEntry entry = stored();
    share(entry);
    StoreFixture.store(store, OTHER, "another");
    assertThat(store.find(KEY, NOW)).contains(entry);
    assertThat(store.pathOf(KEY)).hasContent(TEXT);
    assertTotals(total(KEY, SIZE, 1), total(OTHER, 4096, 1));
  }

  @Test
  void sharedBytesCountOnceAndForWhoIsLeft() throws IOException {
    StoredEntry entry = stored();
    StoredEntry shared = share(entry);
    assertTotals(total(KEY, SIZE, 1), total(OTHER, 0, 1));
    store.drop(entry);
    assertTotals(total(OTHER, SIZE, 1));
    assertThat(store.find(OTHER, NOW)).contains(shared);
    store.drop(shared);
    store.settle();
    assertThat(store.files().totals()).isEmpty();
  }

  @Test
  void bytesGoWithAllTheirNames() throws IOException {
    share(stored());
    assertThat(store.lookAtEviction(KEY)).isEqualTo(Evicted.LINKED);
    assertThat(store.lookAtEviction(List.of(KEY, OTHER))).isEqualTo(Evicted.YES);
    assertThat(store.evict(List.of(OTHER, KEY))).isEqualTo(Evicted.YES);
    store.settle();
    assertThat(store.files().totals()).isEmpty();
    assertThat(store.pathOf(KEY)).doesNotExist();
    assertThat(store.pathOf(OTHER)).doesNotExist();
  }

  @Test
  void bytesThatAreServedByOneNameStayUnderAll() throws IOException {
    StoredEntry entry = stored();
    share(entry);
    assertThat(store.servingLink(entry)).isPresent();
    assertThat(store.evict(List.of(OTHER, KEY))).isEqualTo(Evicted.IN_USE);
    assertThat(store.pathOf(OTHER)).hasContent(TEXT);
  }

  @Test
  void aNameThatIsNoneOfTheFileStays() throws IOException {
    stored();
    StoreFixture.store(store, OTHER, TEXT);
    assertThat(store.evict(List.of(KEY, OTHER))).isEqualTo(Evicted.YES);
    assertThat(store.pathOf(OTHER)).hasContent(TEXT);
  }

  @Test
  void oneNameOfSeveralMayGoAlone() throws IOException {
    StoredEntry shared = share(stored());
    assertThat(store.evictName(KEY)).isEqualTo(Evicted.YES);
    assertThat(store.find(OTHER, NOW)).contains(shared);
    assertTotals(total(OTHER, SIZE, 1));
  }

  @Test
  void linksThatWereMadeByHandAreDiscovered() throws IOException {
    Path file = StoreFixture.put(cache, key("a.rpm"), TEXT);
    Files.createLink(file.resolveSibling("b.rpm"), file);
    StoreFixture.put(cache, key("c.rpm"), TEXT);
    List<EntryKey> keys = List.of(key("a.rpm"), key("b.rpm"), key("c.rpm"));
    assertThat(store.files().discover(keys, NOW)).isEqualTo(3);
    assertTotals(total(KEY, 2 * SIZE, 3));
    FileRecord first = store.files().find(key("a.rpm")).orElseThrow();
    assertThat(store.files().sharing(first))
        .extracting(FileRecord::key)
        .containsExactly(key("b.rpm"));
    Files.delete(file);
    store.files().gone(List.of(first));
    assertThat(store.files().discover(keys.subList(1, 3), NOW)).isZero();
    assertTotals(total(KEY, 2 * SIZE, 2));
    Optional<FileRecord> left = store.files().find(key("b.rpm"));
    assertThat(left.orElseThrow().inode()).isNull();
  }
}
