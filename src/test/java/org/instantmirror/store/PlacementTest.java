package org.instantmirror.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.instantmirror.store.StoreFixture.HEAD;
import static org.instantmirror.store.StoreFixture.KEY;
import static org.instantmirror.store.StoreFixture.NOW;
import static org.instantmirror.store.StoreFixture.SOURCE;
import static org.instantmirror.store.StoreFixture.bytes;
import static org.instantmirror.store.StoreFixture.key;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.store.StorageException.Reason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names that collide, links that lead out, folders that can't be written. */
class PlacementTest {
  private Path cache;
  private Path outside;
  private Store store;

  @BeforeEach
  void open(@TempDir Path folder) throws IOException {
    cache = Files.createDirectory(folder.resolve("cache"));
    outside = Files.createDirectory(folder.resolve("outside"));
    store = Store.open(StoreFixture.settings(cache));
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private Reason refusal(EntryKey key) {
    return org.assertj.core.api.Assertions.catchThrowableOfType(
            StorageException.class, () -> store.begin(key, HEAD, 5, SOURCE))
        .reason();
  }

  private void assertNoFault() {
    assertThat(store.fault()).isEmpty();
  }

  @Test
  void fileWhereAFolderMustBeIsANameCollisionAndNoFault() throws IOException {
    StoreFixture.store(store, key("a"), "file");
    assertThat(refusal(key("a/b"))).isEqualTo(Reason.NAME);
    assertThat(refusal(key("a/b/c"))).isEqualTo(Reason.NAME);
    assertNoFault();
  }

  @Test
  void folderWhereTheFileMustBeIsANameCollisionAndNoFault() throws IOException {
    StoreFixture.store(store, key("a/b"), "file");
    assertThat(refusal(key("a"))).isEqualTo(Reason.NAME);
    assertNoFault();
  }

  @Test
  void folderThatAppearsDuringTheDownloadFailsTheCommitOnly() throws IOException {
    PartialEntry partial = store.begin(key("a"), HEAD, 5, SOURCE);
    partial.append(bytes("hello"));
    StoreFixture.put(cache, key("a/b"), "by hand");

    assertThatThrownBy(() -> partial.commit(NOW, null)).isInstanceOf(StorageException.class);
    assertNoFault();
    partial.discard();
    assertThat(cache.resolve("fedora/a/b")).hasContent("by hand");
    assertThat(StoreFixture.files(StoreFixture.partialFolder(cache))).isEmpty();
  }

  @Test
  void linkWithinTheRepositoryIsFollowed() throws IOException {
    StoreFixture.store(store, key("releases/40/a.rpm"), "hello");
    Files.createSymbolicLink(cache.resolve("fedora/releases/latest"), Path.of("40"));
    Files.createSymbolicLink(cache.resolve("fedora/b.rpm"), Path.of("releases/40/a.rpm"));

    assertThat(store.find(key("releases/latest/a.rpm"), NOW)).isPresent();
    StoredEntry linked = store.find(key("b.rpm"), NOW).orElseThrow();
    assertThat(store.servingLink(linked).orElseThrow()).hasContent("hello").isRegularFile();
    assertThat(Files.isSymbolicLink(store.servingLink(linked).orElseThrow())).isFalse();
  }

  @Test
  void linkThatLeadsOutOfTheRepositoryIsNeitherReadNorWritten() throws IOException {
    Files.writeString(outside.resolve("secret"), "secret");
    StoreFixture.store(store, key("a.rpm"), "hello");
    Files.createSymbolicLink(cache.resolve("fedora/folder"), outside);
    Files.createSymbolicLink(cache.resolve("fedora/file"), outside.resolve("secret"));
    Files.createSymbolicLink(cache.resolve("fedora/own"), Path.of("../.instantmirror"));
    Files.createSymbolicLink(cache.resolve("fedora/dangling"), outside.resolve("none"));

    assertThat(store.find(key("folder/secret"), NOW)).isEmpty();
    assertThat(store.find(key("file"), NOW)).isEmpty();
    assertThat(store.find(key("own/lock"), NOW)).isEmpty();
    assertThat(refusal(key("folder/new"))).isEqualTo(Reason.NAME);
    assertThat(refusal(key("folder/new/newer"))).isEqualTo(Reason.NAME);
    assertThat(refusal(key("own/partial/x"))).isEqualTo(Reason.NAME);
    assertThat(refusal(key("dangling/x"))).isEqualTo(Reason.NAME);
    assertThat(StoreFixture.files(outside)).containsExactly(outside.resolve("secret"));
  }

  @Test
  void linkPutInPlaceOfAKnownFolderIsNotFollowedOut() throws IOException {
    StoreFixture.store(store, key("p/a.rpm"), "hello");
    Files.move(cache.resolve("fedora/p"), cache.resolve("fedora/q"));
    Files.createDirectory(outside.resolve("p"));
    Files.writeString(outside.resolve("p/a.rpm"), "other");
    Files.createSymbolicLink(cache.resolve("fedora/p"), outside.resolve("p"));

    assertThat(store.find(key("p/a.rpm"), NOW)).isEmpty();
  }

  @Test
  void linkThatLeadsOutIsReplacedByACommitNotWrittenThrough() throws IOException {
    Path target = Files.writeString(outside.resolve("target"), "mine");
    Files.createDirectories(cache.resolve("fedora"));
    Files.createSymbolicLink(cache.resolve("fedora/file"), target);

    StoreFixture.store(store, key("file"), "hello");
    assertThat(target).hasContent("mine");
    assertThat(Files.isSymbolicLink(cache.resolve("fedora/file"))).isFalse();
  }

  @Test
  void repositorysFolderMayItselfBeALink() throws IOException {
    Files.createSymbolicLink(cache.resolve("fedora"), outside);
    StoredEntry committed = StoreFixture.store(store, KEY, "hello");

    assertThat(outside.resolve(KEY.path())).hasContent("hello");
    assertThat(store.find(KEY, NOW)).contains(committed);
    store.drop(committed);
    assertThat(outside).isEmptyDirectory();
    assertThat(Files.isSymbolicLink(cache.resolve("fedora"))).isTrue();
  }

  @Test
  void dropNeverDeletesALinkThatStandsForAFolder() throws IOException {
    StoreFixture.store(store, key("real/a.rpm"), "hello");
    Files.createSymbolicLink(cache.resolve("fedora/link"), Path.of("real"));

    store.drop(store.find(key("link/a.rpm"), NOW).orElseThrow());
    assertThat(cache.resolve("fedora/real")).isEmptyDirectory();
    assertThat(Files.isSymbolicLink(cache.resolve("fedora/link"))).isTrue();
  }

  @Test
  void repositoryOnAnotherFileSystemIsServedButNeverWritten() throws Exception {
    Path iso = Files.createDirectory(cache.resolve("fedora"));
    try (Mount mount = Mount.of(iso, "-t", "tmpfs", "tmpfs")) {
      StoreFixture.put(cache, key("a.rpm"), "from the ISO");

      StoredEntry entry = store.find(key("a.rpm"), NOW).orElseThrow();
      assertThat(entry.origin()).isEqualTo(StoredEntry.Origin.ADOPTED);
      assertThat(store.servingLink(entry)).isEmpty();
      assertThat(refusal(key("b.rpm"))).isEqualTo(Reason.READ_ONLY);
      assertThat(refusal(key("new/b.rpm"))).isEqualTo(Reason.READ_ONLY);
      assertNoFault();
    }
  }

  @Test
  void bindMountOfTheSameDeviceCountsAsAnotherFileSystem() throws Exception {
    Path folder = Files.createDirectory(cache.resolve("fedora"));
    try (Mount mount = Mount.of(folder, "--bind", outside.toString())) {
      assertThat(refusal(key("b.rpm"))).isEqualTo(Reason.READ_ONLY);
      assertNoFault();
    }
    assertThat(StoreFixture.store(store, key("b.rpm"), "hello").file().size()).isEqualTo(5);
  }

  @Test
  void mountThatAppearsDuringTheDownloadFailsTheCommitWithoutAFault() throws Exception {
    Path folder = Files.createDirectory(cache.resolve("fedora"));
    PartialEntry partial = store.begin(key("b.rpm"), HEAD, 5, SOURCE);
    partial.append(bytes("hello"));
    try (Mount mount = Mount.of(folder, "--bind", outside.toString())) {
      assertThatThrownBy(() -> partial.commit(NOW, null))
          .isInstanceOfSatisfying(
              StorageException.class, e -> assertThat(e.reason()).isEqualTo(Reason.READ_ONLY));
      assertNoFault();
    }
    assertThat(outside).isEmptyDirectory();
  }

  @Test
  void nameThatThePlatformCannotExpressIsNeitherFoundNorStoredAndNoFault() throws Exception {
    ChildJvm.Result result =
        ChildJvm.run(
            java.util.Map.of("LC_ALL", "C"),
            UnspeakableName.class,
            cache.resolveSibling("cache-of-child").toString());
    assumeTrue(!result.output().contains("utf-8 anyway"), "this JDK uses UTF-8 under LC_ALL=C");
    assertThat(result.output()).contains("absent NAME no fault");
  }

  /** Runs under LC_ALL=C. */
  static final class UnspeakableName {
    public static void main(String[] args) throws IOException {
      try (Store store = Store.open(StoreFixture.settings(Path.of(args[0])))) {
        String found = store.find(KEY, NOW).isEmpty() ? "absent " : "there ";
        try {
          store.begin(KEY, HEAD, 5, SOURCE);
          System.out.println("utf-8 anyway");
        } catch (StorageException e) {
          System.out.println(
              found + e.reason() + (store.fault().isEmpty() ? " no fault" : " fault"));
        }
      }
    }
  }
}
