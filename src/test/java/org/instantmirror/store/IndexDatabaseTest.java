package org.instantmirror.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.instantmirror.store.StoreFixture.HEAD;
import static org.instantmirror.store.StoreFixture.KEY;
import static org.instantmirror.store.StoreFixture.LATER;
import static org.instantmirror.store.StoreFixture.NOW;
import static org.instantmirror.store.StoreFixture.key;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.instantmirror.repo.FreeSpaceLimit;
import org.instantmirror.store.Store.StoreSettings;
import org.instantmirror.store.StoredEntry.Origin;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Indexes that are old, unknown, damaged, lost or out of order: nothing in the tree is lost. */
class IndexDatabaseTest {
  private Path cache;
  private Path index;

  @BeforeEach
  void layOut(@TempDir Path empty) {
    cache = empty;
    index = cache.resolve(".instantmirror/index.db");
  }

  private Store open() throws StorageException {
    return Store.open(StoreFixture.settings(cache));
  }

  private Handle database() {
    return Jdbi.create("jdbc:sqlite:" + index).open();
  }

  private void storeOne() throws IOException {
    try (Store store = open()) {
      StoreFixture.store(store, KEY, "hello");
    }
  }

  private static Origin origin(Store store) {
    return store.find(KEY, NOW).orElseThrow().origin();
  }

  private void assertAdoptedAndWorking(String asideName) throws IOException {
    try (Store store = open()) {
      assertThat(store.pathOf(KEY)).hasContent("hello");
      assertThat(origin(store)).isEqualTo(Origin.ADOPTED);
      StoreFixture.store(store, KEY, "again");
    }
    assertThat(index.resolveSibling(asideName)).exists();
    try (Store store = open()) {
      assertThat(origin(store)).isEqualTo(Origin.FETCHED);
    }
  }

  @Test
  void newIndexHasTheCurrentVersionAndIsInWalMode() throws IOException {
    storeOne();
    try (Handle database = database()) {
      assertThat(IndexSchema.version(database)).isEqualTo(IndexSchema.CURRENT);
      assertThat(database.createQuery("PRAGMA journal_mode").mapTo(String.class).one())
          .isEqualTo("wal");
    }
  }

  @Test
  void indexOfVersionOneIsMigratedWithItsHeads() throws IOException {
    StoredEntry stored;
    try (Store store = open()) {
      stored = StoreFixture.store(store, KEY, "hello");
    }
    Path current = Files.move(index, index.resolveSibling("current.db"));
    try (Handle database = database()) {
      IndexSchema.migrate(database, 1);
      database.execute("ATTACH '" + current + "' AS current");
      List<String> columns =
          database
              .createQuery("SELECT name FROM pragma_table_info('heads')")
              .mapTo(String.class)
              .list();
      assertThat(columns).contains("checked_at").doesNotContain("gone_since");
      String names = String.join(", ", columns);
      database.execute("INSERT INTO heads SELECT " + names + " FROM current.heads");
    }
    try (Store store = open()) {
      assertThat(store.find(KEY, LATER)).contains(stored);
      store.markGone(stored, NOW, LATER);
    }
    try (Store store = open()) {
      assertThat(store.find(KEY, LATER).orElseThrow().goneSince()).isEqualTo(NOW);
    }
  }

  @Test
  void indexOfALaterVersionIsSetAside() throws IOException {
    storeOne();
    try (Handle database = database()) {
      database.execute("PRAGMA user_version = 99");
    }
    assertAdoptedAndWorking("index.db.version-99");
  }

  @Test
  void databaseOfAnotherProgramIsSetAside() throws IOException {
    storeOne();
    try (Handle database = database()) {
      database.execute("DROP TABLE heads");
      database.execute("CREATE TABLE cats (name TEXT)");
      database.execute("PRAGMA user_version = 0");
    }
    assertAdoptedAndWorking("index.db.version-0");
  }

  @Test
  void indexThatLacksItsTableIsSetAside() throws IOException {
    storeOne();
    try (Handle database = database()) {
      database.execute("DROP TABLE heads");
    }
    assertAdoptedAndWorking("index.db.damaged");
  }

  @ParameterizedTest
  @ValueSource(strings = {"this is no database, but some text of a certain length", "x"})
  void fileThatIsNoDatabaseIsSetAside(String content) throws IOException {
    storeOne();
    Files.writeString(index, content.repeat(100));
    assertAdoptedAndWorking("index.db.damaged");
  }

  @Test
  void lostIndexIsBegunAnew() throws IOException {
    storeOne();
    Files.delete(index);
    try (Store store = open()) {
      assertThat(origin(store)).isEqualTo(Origin.ADOPTED);
    }
  }

  @Test
  void emptyIndexIsBegunAnew() throws IOException {
    storeOne();
    Files.write(index, new byte[0]);
    try (Store store = open()) {
      assertThat(origin(store)).isEqualTo(Origin.ADOPTED);
    }
  }

  @Test
  void damageInTheMiddleIsFoundAndRepairedWhileServingGoesOn() throws IOException {
    int files = 300;
    try (Store store = open()) {
      for (int i = 0; i < files; i++) {
        StoreFixture.put(cache, key("p/" + i), "text" + i);
        assertThat(store.find(key("p/" + i), NOW)).isPresent();
      }
    }
    damage(4096);
    try (Store store = open()) {
      for (int i = 0; i < files; i++) {
        assertThat(store.find(key("p/" + i), NOW)).isPresent();
      }
      // In the background, by the check at start or by what the finds have met.
      await()
          .atMost(30, TimeUnit.SECONDS)
          .until(() -> Files.exists(index.resolveSibling("index.db.damaged")));
      StoreFixture.store(store, KEY, "hello");
    }
    try (Store store = open()) {
      assertThat(origin(store)).isEqualTo(Origin.FETCHED);
    }
  }

  @Test
  void headsInMemoryGoIntoTheNewIndexWhenTheOldOneIsDamagedInUse() throws Exception {
    try (Store store = open()) {
      StoreFixture.store(store, KEY, "hello");
      for (int i = 0; i < 50; i++) {
        StoreFixture.store(store, key("p/" + i), "text");
      }
      try (Handle database = database()) {
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
      }
      damage(0);
      // A head that isn't in memory is asked of the index.
      await()
          .atMost(30, TimeUnit.SECONDS)
          .until(
              () -> {
                StoreFixture.put(cache, key("new"), Long.toString(System.nanoTime()));
                store.find(key("new"), NOW);
                StoreFixture.store(store, key("newer"), "text");
                return Files.exists(index.resolveSibling("index.db.damaged"));
              });
      assertThat(origin(store)).isEqualTo(Origin.FETCHED);
    }
    try (Store store = open()) {
      assertThat(origin(store)).isEqualTo(Origin.FETCHED);
      assertThat(store.find(key("p/7"), NOW).orElseThrow().origin()).isEqualTo(Origin.FETCHED);
    }
  }

  /** Overwrites all from there on with rubbish, in place. */
  private void damage(long from) throws IOException {
    try (FileChannel file = FileChannel.open(index, StandardOpenOption.WRITE)) {
      ByteBuffer rubbish = ByteBuffer.allocate((int) (file.size() - from));
      while (rubbish.hasRemaining()) {
        rubbish.put((byte) 0xa5);
      }
      file.write(rubbish.flip(), from);
    }
  }

  @Test
  void fullDiskUnderTheIndexDoesNotKeepFilesFromBeingStoredAndFound(@TempDir Path small)
      throws Exception {
    try (Mount mount = Mount.of(small, "-t", "tmpfs", "-o", "size=600k", "tmpfs")) {
      StoreSettings settings =
          new StoreSettings(cache, small, new FreeSpaceLimit(0, 0), 1000, Clock.systemUTC());
      Path filler = small.resolve("filler");
      try (Store store = Store.open(settings)) {
        StoreFixture.store(store, key("before"), "hello");
        fill(filler);
        for (int i = 0; i < 100; i++) {
          StoreFixture.store(store, key("p/" + i), "hello " + i);
        }
        StoredEntry entry = store.find(key("p/99"), NOW).orElseThrow();
        assertThat(entry.origin()).isEqualTo(Origin.FETCHED);
        assertThat(store.freshen(entry, HEAD, LATER).checkedAt()).isEqualTo(LATER);
        assertThat(store.fault()).isEmpty();
        Files.delete(filler);
      }
      // What could not be written then is written at the end, or by the sweep of the next start.
      try (Store store = Store.open(settings)) {
        for (int i = 0; i < 100; i++) {
          assertThat(store.find(key("p/" + i), NOW).orElseThrow().origin())
              .isEqualTo(Origin.FETCHED);
        }
      }
    }
  }

  private static void fill(Path filler) throws IOException {
    try (FileChannel file =
        FileChannel.open(filler, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      while (true) {
        file.write(ByteBuffer.allocate(4096));
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }
}
