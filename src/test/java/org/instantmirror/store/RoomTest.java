package org.instantmirror.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.instantmirror.store.StoreFixture.HEAD;
import static org.instantmirror.store.StoreFixture.KEY;
import static org.instantmirror.store.StoreFixture.SOURCE;
import static org.instantmirror.store.StoreFixture.bytes;
import static org.instantmirror.store.StoreFixture.key;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.FreeSpaceLimit;
import org.instantmirror.store.Store.StoreSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who stores asks for room first; what is deleted to make it is counted. */
class RoomTest {

  private final FaultyDisk disk = new FaultyDisk();
  private final List<String> asked = new ArrayList<>();
  private Optional<String> answer = Optional.empty();
  private Runnable making = () -> {};
  private Path cache;
  private Store store;

  @BeforeEach
  void open(@TempDir Path empty) throws IOException {
    cache = empty;
    reopen();
  }

  private void reopen() throws IOException {
    store =
        disk.open(
            new StoreSettings(cache, null, new FreeSpaceLimit(1000, 100), 100, Clock.systemUTC()));
    store.makeRoomBy(
        new Room() {
          @Override
          public Optional<String> require(EntryKey key, long length) {
            asked.add(key + " " + length);
            making.run();
            return answer;
          }

          @Override
          public boolean isMaking() {
            return true;
          }
        });
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  @Test
  void onAFullDiskAFileIsStoredOnceRoomHasBeenMade() throws IOException {
    disk.usable(500);
    making = () -> disk.usable(1 << 20);
    assertThat(StoreFixture.store(store, KEY, "hello").file().size()).isEqualTo(5);
    assertThat(asked).containsExactly(KEY + " 5");
    assertThat(store.fault()).isEmpty();
  }

  @Test
  void aDiskThatStaysFullIsAFaultThatIsWorthWaitingFor() {
    disk.usable(500);
    StorageException refusal =
        catchThrowableOfType(StorageException.class, () -> store.begin(KEY, HEAD, 5, SOURCE));
    assertThat(refusal.reason()).isEqualTo(StorageException.Reason.NO_SPACE);
    assertThat(store.fault()).isPresent();
    assertThat(store.takesFiles()).isTrue();
    store.makeRoomBy(Room.AS_IS);
    assertThat(store.takesFiles()).isFalse();
  }

  @Test
  void aQuotaThatIsUsedUpIsNoFaultOfTheStore() {
    answer = Optional.of("cache_size is used up");
    StorageException refusal =
        catchThrowableOfType(StorageException.class, () -> store.begin(KEY, HEAD, 5, SOURCE));
    assertThat(refusal).hasMessage("cache_size is used up");
    assertThat(refusal.reason()).isEqualTo(StorageException.Reason.DOES_NOT_FIT);
    assertThat(store.fault()).isEmpty();
  }

  @Test
  void whatIsMissingOfAPartialFileIsAskedRoomForBeforeItIsResumed() throws IOException {
    PartialEntry partial = store.begin(KEY, HEAD, 11, SOURCE);
    partial.append(bytes("hello"));
    partial.suspend();
    assertThat(store.space().partial()).isEqualTo(5);
    assertThat(store.resume(KEY)).isPresent();
    assertThat(asked).containsExactly(KEY + " 11", KEY + " 6");
  }

  @Test
  void totalsFollowWhatComesAndGoes() throws IOException {
    StoredEntry first = StoreFixture.store(store, KEY, "hello");
    StoreFixture.store(store, key("b.rpm"), "x".repeat(5000));
    assertThat(store.files().totals())
        .containsExactly(new StoredFiles.Total(KEY.repo(), 3 * 4096, 2));
    store.drop(first);
    StoreFixture.store(store, key("b.rpm"), "smaller");
    store.settle();
    assertThat(store.files().totals()).containsExactly(new StoredFiles.Total(KEY.repo(), 4096, 1));
    assertThat(store.evict(key("b.rpm"))).isEqualTo(Evicted.YES);
    assertThat(store.evict(key("b.rpm"))).isEqualTo(Evicted.GONE);
    store.settle();
    assertThat(store.files().totals()).isEmpty();
    assertThat(store.find(key("b.rpm"), StoreFixture.NOW)).isEmpty();
  }

  @Test
  void whatIsBeingServedByItsNameIsNotEvicted() throws IOException {
    StoredEntry entry = StoreFixture.store(store, KEY, "hello");
    assertThat(store.servingLink(entry)).isPresent();
    assertThat(store.lookAtEviction(KEY)).isEqualTo(Evicted.IN_USE);
    assertThat(store.evict(KEY)).isEqualTo(Evicted.IN_USE);
    assertThat(store.pathOf(KEY)).hasContent("hello");
  }
}
