package org.instantmirror.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instantmirror.store.StoreFixture.KEY;
import static org.instantmirror.store.StoreFixture.NOW;
import static org.instantmirror.store.StoreFixture.key;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Links that belong to one version. */
class ServingLinksTest {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
  private Path cache;
  private Path folder;
  private Store store;
  private ServingLinks links;

  @BeforeEach
  void open(@TempDir Path empty) throws IOException {
    cache = empty;
    store = Store.open(StoreFixture.settings(cache));
    folder = Files.createDirectory(cache.resolve("links"));
    links =
        new ServingLinks(
            folder, new Tree(cache, cache.resolve("areas"), new Disk()), 3, nanos::get);
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private void pass(long minutes) {
    nanos.addAndGet(TimeUnit.MINUTES.toNanos(minutes));
    links.removeUnused();
  }

  @Test
  void linkIsReusedAndLivesForAnHourAfterItsLastUse() throws IOException {
    StoredEntry entry = StoreFixture.store(store, KEY, "hello");
    Path link = links.link(entry).orElseThrow();
    assertThat(link).hasContent("hello");
    for (int i = 0; i < 5; i++) {
      pass(59);
      assertThat(links.link(entry)).contains(link);
    }
    pass(60);
    assertThat(link).hasContent("hello");
    pass(2);
    assertThat(folder).isEmptyDirectory();
    assertThat(links.link(entry).orElseThrow()).hasContent("hello");
  }

  @Test
  void linkOfAFileThatIsToGoIsDeletedUnlessItWasUsedOfLate() throws IOException {
    StoredEntry entry = StoreFixture.store(store, KEY, "hello");
    Path link = links.link(entry).orElseThrow();
    assertThat(links.isUsed(KEY, entry.file())).isTrue();
    assertThat(links.release(KEY, entry.file())).isFalse();
    pass(9);
    assertThat(links.release(KEY, entry.file())).isFalse();
    assertThat(link).hasContent("hello");
    pass(2);
    assertThat(links.release(KEY, entry.file())).isTrue();
    assertThat(folder).isEmptyDirectory();
    assertThat(links.release(KEY, entry.file())).isTrue();
  }

  @Test
  void linkKeepsTheBytesOfAVersionThatWasReplacedOrDropped() throws IOException {
    Path old = links.link(StoreFixture.store(store, KEY, "old")).orElseThrow();
    StoredEntry next = StoreFixture.store(store, KEY, "next");
    Path newer = links.link(next).orElseThrow();
    store.drop(next);
    assertThat(old).hasContent("old");
    assertThat(newer).hasContent("next");
    assertThat(links.link(next)).contains(newer);
  }

  @Test
  void versionThatIsNoLongerThereGetsNoLink() throws IOException {
    StoredEntry old = StoreFixture.store(store, KEY, "old");
    StoreFixture.store(store, KEY, "next");
    assertThat(links.link(old)).isEmpty();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void fileThatWasChangedInPlaceGetsNoLinkAnyMore() throws IOException {
    StoredEntry entry = StoreFixture.store(store, KEY, "hello");
    assertThat(links.link(entry)).isPresent();
    StoreFixture.put(cache, KEY, "jello");
    assertThat(links.link(entry)).isEmpty();
    assertThat(links.link(store.find(KEY, NOW).orElseThrow()).orElseThrow()).hasContent("jello");
  }

  @Test
  void linkThatSomebodyDeletedIsNotGivenOut() throws IOException {
    StoredEntry entry = StoreFixture.store(store, KEY, "hello");
    Files.delete(links.link(entry).orElseThrow());
    assertThat(links.link(entry)).isEmpty();
  }

  @Test
  void thereAreNoMoreLinksThanAllowed() throws IOException {
    for (int i = 0; i < 3; i++) {
      assertThat(links.link(StoreFixture.store(store, key("p/" + i), "text"))).isPresent();
    }
    StoredEntry fourth = StoreFixture.store(store, KEY, "hello");
    assertThat(links.link(fourth)).isEmpty();
    pass(62);
    assertThat(links.link(fourth)).isPresent();
  }

  @Test
  void linksOfAnEarlierProcessAreRemovedAtStart() throws IOException {
    StoredEntry entry = StoreFixture.store(store, KEY, "hello");
    Path link = store.servingLink(entry).orElseThrow();
    assertThat(link).hasContent("hello").startsWith(cache.resolve(".instantmirror/serving"));
    store.close();
    store = Store.open(StoreFixture.settings(cache));
    assertThat(link).doesNotExist();
    assertThat(store.servingLink(entry).orElseThrow()).hasContent("hello");
    org.awaitility.Awaitility.await()
        .atMost(20, TimeUnit.SECONDS)
        .until(
            () ->
                StoreFixture.files(cache.resolve(".instantmirror")).stream()
                    .noneMatch(path -> path.toString().contains("discarded")));
  }
}
