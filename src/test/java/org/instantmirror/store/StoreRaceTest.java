package org.instantmirror.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instantmirror.store.StoreFixture.HEAD;
import static org.instantmirror.store.StoreFixture.KEY;
import static org.instantmirror.store.StoreFixture.LATER;
import static org.instantmirror.store.StoreFixture.NOW;
import static org.instantmirror.store.StoreFixture.key;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.instantmirror.http.EntityTag;
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

/** Finds, commits, confirmations and drops of the same names at the same time. */
class StoreRaceTest {
  private static final int ROUNDS = 150;

  private final AtomicBoolean over = new AtomicBoolean();
  private Path cache;
  private ExecutorService threads;
  private List<Future<?>> running;

  @BeforeEach
  void start(@TempDir Path empty) {
    cache = empty;
    threads = Executors.newCachedThreadPool();
    running = new ArrayList<>();
  }

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  /** A disk that forces nothing, for many rounds a second. */
  private Store open(int headsInMemory) throws StorageException {
    Disk fast =
        new Disk() {
          @Override
          void force(FileChannel channel) {}

          @Override
          void forceFolder(Path folder) {}
        };
    return DirectoryStore.open(
        new StoreSettings(cache, null, new FreeSpaceLimit(0, 0), headsInMemory, Clock.systemUTC()),
        fast,
        System::nanoTime);
  }

  private void repeat(Callable<?> step) {
    running.add(
        threads.submit(
            () -> {
              while (!over.get()) {
                step.call();
              }
              return null;
            }));
  }

  private void join() throws Exception {
    over.set(true);
    for (Future<?> each : running) {
      each.get(30, TimeUnit.SECONDS);
    }
  }

  private static Head head(String etag) {
    return new Head(new EntityTag(etag, false), NOW.minusSeconds(9), NOW, null);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100})
  void whoeverLooksDuringCommitsFindsAFetchedFileWithItsOwnHead(int headsInMemory)
      throws Exception {
    try (Store store = open(headsInMemory)) {
      StoreFixture.store(store, KEY, "0", head("1"));
      for (int i = 0; i < 2; i++) {
        repeat(
            () -> {
              Optional<StoredEntry> found = store.find(KEY, NOW);
              assertThat(found.map(StoredEntry::origin)).contains(Origin.FETCHED);
              StoredEntry entry = found.orElseThrow();
              assertThat(entry.head()).isEqualTo(head(Long.toString(entry.file().size())));
              store.freshen(entry, entry.head(), LATER);
              return store.find(key("other" + System.nanoTime() % 5), NOW);
            });
      }
      for (int i = 1; i < ROUNDS; i++) {
        int size = i % 9 + 1;
        StoreFixture.store(store, KEY, "x".repeat(size), head(Integer.toString(size)));
      }
      join();
    }
  }

  @Test
  void commitSurvivesDropsThatDeleteItsFolder() throws Exception {
    try (Store store = open(100)) {
      EntryKey beside = key("Packages/a/beside.rpm");
      repeat(
          () -> {
            StoreFixture.store(store, beside, "beside");
            store.find(beside, NOW).ifPresent(store::drop);
            return null;
          });
      for (int i = 0; i < ROUNDS; i++) {
        StoredEntry entry = StoreFixture.store(store, KEY, "hello");
        assertThat(store.find(KEY, NOW)).contains(entry);
        store.drop(entry);
        assertThat(store.find(KEY, NOW)).isEmpty();
      }
      join();
    }
  }

  @Test
  void headsOfManyThreadsAreAllInTheIndex() throws Exception {
    try (Store store = open(10)) {
      List<Future<?>> writers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        int thread = i;
        writers.add(threads.submit(() -> storeMany(store, thread)));
      }
      for (Future<?> each : writers) {
        each.get(60, TimeUnit.SECONDS);
      }
    }
    try (Store store = open(10)) {
      for (int i = 0; i < 8 * 20; i++) {
        EntryKey key = key("p" + i / 20 + "/" + i % 20);
        assertThat(store.find(key, NOW).map(StoredEntry::origin)).contains(Origin.FETCHED);
      }
    }
  }

  private static Void storeMany(Store store, int thread) throws IOException {
    for (int i = 0; i < 20; i++) {
      StoreFixture.store(store, key("p" + thread + "/" + i), "text", HEAD);
    }
    return null;
  }
}
