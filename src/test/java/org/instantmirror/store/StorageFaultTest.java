package org.instantmirror.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.instantmirror.store.StoreFixture.HEAD;
import static org.instantmirror.store.StoreFixture.KEY;
import static org.instantmirror.store.StoreFixture.NOW;
import static org.instantmirror.store.StoreFixture.SOURCE;
import static org.instantmirror.store.StoreFixture.bytes;
import static org.instantmirror.store.StoreFixture.key;
import static org.instantmirror.store.StoreFixture.partialFolder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.instantmirror.repo.FreeSpaceLimit;
import org.instantmirror.store.StorageException.Reason;
import org.instantmirror.store.Store.StoreSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Full disks, write errors, and that they pass. */
class StorageFaultTest {
  private static final long MIN_FREE = 1000;

  private Path cache;
  private FaultyDisk disk;
  private Store store;

  @BeforeEach
  void open(@TempDir Path empty) throws IOException {
    cache = empty;
    disk = new FaultyDisk();
    store =
        disk.open(
            new StoreSettings(
                cache, null, new FreeSpaceLimit(MIN_FREE, 100), 100, Clock.systemUTC()));
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private Reason refusal(long length) {
    return catchThrowableOfType(
            StorageException.class, () -> store.begin(KEY, HEAD, length, SOURCE))
        .reason();
  }

  @Test
  void allIsWellAtFirst() {
    assertThat(store.fault()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "No space left on device, NO_SPACE",
    "Disk quota exceeded, NO_SPACE",
    "Input/output error, IO",
    "Read-only file system, NOT_WRITABLE"
  })
  void failedAppendIsAFaultUntilTheDiskTakesBytesAgain(String error, Reason reason)
      throws IOException {
    PartialEntry partial = store.begin(KEY, HEAD, 11, SOURCE);
    disk.failAfter(3, error);

    assertThatThrownBy(() -> partial.append(bytes("hello")))
        .isInstanceOfSatisfying(
            StorageException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(error);
    assertThat(partial.size()).isZero();
    assertThat(store.fault()).hasValueSatisfying(fault -> assertThat(fault).contains(error));
    assertThat(refusal(5)).isEqualTo(reason);
    partial.discard();

    disk.recover();
    assertThat(store.fault()).isEmpty();
    StoreFixture.store(store, KEY, "hello");
  }

  @Test
  void beginItselfFindsThatTheDiskIsWellAgain() throws IOException {
    PartialEntry partial = store.begin(KEY, HEAD, 11, SOURCE);
    disk.fullAfter(0);
    assertThatThrownBy(() -> partial.append(bytes("hello"))).isInstanceOf(StorageException.class);
    partial.discard();
    disk.recover();
    StoreFixture.store(store, KEY, "hello");
    assertThat(store.fault()).isEmpty();
  }

  @Test
  void bytesOfAFailedAppendAreNeverPartOfTheFile() throws IOException {
    PartialEntry partial = store.begin(KEY, HEAD, 5, SOURCE);
    disk.fullAfter(3);
    assertThatThrownBy(() -> partial.append(bytes("XXXXX"))).isInstanceOf(StorageException.class);
    disk.recover();
    partial.append(bytes("hello"));
    partial.commit(NOW, null);
    assertThat(store.pathOf(KEY)).hasContent("hello");
  }

  @Test
  void oldFileIsStillThereWhenItsReplacementCannotBeForced() throws IOException {
    StoredEntry old = StoreFixture.store(store, KEY, "old");
    PartialEntry partial = store.begin(KEY, HEAD, 3, SOURCE);
    partial.append(bytes("new"));
    disk.failForce("Input/output error");

    assertThatThrownBy(() -> partial.commit(NOW, null)).isInstanceOf(StorageException.class);
    assertThat(store.fault()).isPresent();
    assertThat(store.find(KEY, NOW)).contains(old);
    assertThat(store.pathOf(KEY)).hasContent("old");
    disk.recover();
    assertThat(store.fault()).isEmpty();
    assertThat(StoreFixture.files(partialFolder(cache))).isEmpty();
  }

  @Test
  void suspendOnAFailingDiskKeepsNothingThatIsNotSafe() throws IOException {
    PartialEntry partial = store.begin(KEY, HEAD, 11, SOURCE);
    partial.append(bytes("hello"));
    disk.failForce("Input/output error");
    partial.suspend();
    disk.recover();
    assertThat(store.resume(KEY)).isEmpty();
  }

  @Test
  void belowMinFreeNothingNewIsStoredButWhatIsThereIsFound() throws IOException {
    StoredEntry entry = StoreFixture.store(store, key("a"), "hello");
    disk.usable(MIN_FREE);

    assertThat(store.fault()).hasValueSatisfying(fault -> assertThat(fault).contains("min_free"));
    assertThat(refusal(0)).isEqualTo(Reason.NO_SPACE);
    assertThat(refusal(-1)).isEqualTo(Reason.NO_SPACE);
    assertThat(store.find(key("a"), NOW)).contains(entry);
    disk.usable(MIN_FREE + 1);
    assertThat(store.fault()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"100, false", "99, true", "9000000000000000000, false", "-1, true"})
  void fileMustLeaveTheLimitFree(long length, boolean fits) throws IOException {
    disk.usable(MIN_FREE + 100);
    if (fits) {
      store.begin(KEY, HEAD, length, SOURCE).discard();
    } else {
      assertThat(refusal(length)).isEqualTo(Reason.DOES_NOT_FIT);
    }
    assertThat(store.fault()).isEmpty();
  }

  @Test
  void runningDownloadsKeepTheRoomThatTheyWillNeed() throws IOException {
    disk.usable(MIN_FREE + 100);
    PartialEntry first = store.begin(key("a"), HEAD, 60, SOURCE);
    assertThat(refusal(60)).isEqualTo(Reason.DOES_NOT_FIT);
    first.append(ByteBuffer.allocate(60));
    store.begin(KEY, HEAD, 60, SOURCE).discard();
    first.discard();
  }

  @Test
  void whatWaitsToBeResumedIsKeptWhileTheDiskIsFull() throws IOException {
    PartialEntry partial = store.begin(KEY, HEAD, 11, SOURCE);
    partial.append(bytes("hello"));
    partial.suspend();
    disk.usable(0);
    assertThat(store.resume(KEY)).isEmpty();
    assertThat(refusal(11)).isEqualTo(Reason.NO_SPACE);
    disk.recover();
    assertThat(store.resume(KEY).orElseThrow().size()).isEqualTo(5);
  }

  @Test
  void faultIsLookedForOnceASecondAtMost() throws IOException {
    store.close();
    long[] nanos = {0};
    store = DirectoryStore.open(StoreFixture.settings(cache), disk, () -> nanos[0]);
    assertThat(store.fault()).isEmpty();
    disk.usable(0);
    nanos[0] = 999_999_999;
    assertThat(store.fault()).isEmpty();
    nanos[0] = 1_000_000_000;
    assertThat(store.fault()).isPresent();
    disk.recover();
    assertThat(store.fault()).isPresent();
    nanos[0] = 2_000_000_000;
    assertThat(store.fault()).isEmpty();
  }

  @Test
  void realDiskThatIsFullIsAFaultAndWorksAgainWhenSpaceIsFreed(@TempDir Path folder)
      throws Exception {
    try (Mount mount = Mount.of(folder, "-t", "tmpfs", "-o", "size=1m", "tmpfs")) {
      // The index lies elsewhere, so that only bodies fill the disk.
      StoreSettings settings =
          new StoreSettings(folder, cache, new FreeSpaceLimit(0, 0), 9, Clock.systemUTC());
      try (Store small = new FaultyDisk().open(settings)) {
        Path filler = Files.write(folder.resolve("filler"), new byte[900 << 10]);
        PartialEntry partial = small.begin(KEY, HEAD, -1, SOURCE);
        assertThatThrownBy(() -> partial.append(ByteBuffer.allocate(1 << 20)))
            .isInstanceOfSatisfying(
                StorageException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NO_SPACE));
        assertThat(small.fault()).isPresent();
        partial.discard();
        Files.delete(filler);
        assertThat(small.fault()).isEmpty();
        StoreFixture.store(small, KEY, "hello");
        assertThat(small.find(KEY, NOW)).isPresent();
      }
    }
  }

  @Test
  void readOnlyCacheDirectoryIsAFaultAndIsStillServed() throws Exception {
    StoredEntry entry = StoreFixture.store(store, KEY, "hello");
    Path partial = partialFolder(cache);
    try (Mount mount = Mount.of(partial, "--bind", partial.toString())) {
      mount.remount("ro,bind");
      assertThat(store.find(KEY, NOW)).contains(entry);
      assertThat(store.fault()).isPresent();
      assertThat(refusal(5)).isEqualTo(Reason.NOT_WRITABLE);
    }
    assertThat(store.fault()).isEmpty();
    StoreFixture.store(store, key("b"), "hello");
  }
}
