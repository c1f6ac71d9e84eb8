package org.instantmirror.store;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.instantmirror.http.EntityTag;
import org.instantmirror.http.Head;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.FreeSpaceLimit;
import org.instantmirror.repo.RepoId;
import org.instantmirror.store.Store.StoreSettings;

/** Values and steps that the tests of this package share. */
final class StoreFixture {
  static final Instant NOW = Instant.parse("2026-03-04T05:06:07.123456Z");
  static final Instant LATER = NOW.plusSeconds(3600);
  static final Instant MODIFIED = Instant.parse("2025-01-02T03:04:05Z");
  static final URI SOURCE = URI.create("http://up.example/fedora/p/a%5Eb%2B.rpm");
  static final Head HEAD =
      new Head(new EntityTag("v1", false), MODIFIED, NOW.minusSeconds(1), "application/x-rpm");
  static final EntryKey KEY = key("Packages/a/a^b+ é~1:2.rpm");

  private StoreFixture() {}

  static EntryKey key(String path) {
    return new EntryKey(new RepoId("fedora"), path);
  }

  static StoreSettings settings(Path cacheDir) {
    return new StoreSettings(cacheDir, null, new FreeSpaceLimit(0, 0), 100, Clock.systemUTC());
  }

  static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Downloads a file. */
  static StoredEntry store(Store store, EntryKey key, String text) throws IOException {
    return store(store, key, text, HEAD);
  }

  static StoredEntry store(Store store, EntryKey key, String text, Head head) throws IOException {
    ByteBuffer bytes = bytes(text);
    PartialEntry partial = store.begin(key, head, bytes.remaining(), SOURCE);
    partial.append(bytes);
    return partial.commit(NOW, null);
  }

  /** Puts a file into the tree by hand. */
  static Path put(Path cacheDir, EntryKey key, String text) throws IOException {
    Path file = cacheDir.resolve("fedora").resolve(key.path());
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  static String read(PartialEntry.Reader reader, long position) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(1 << 20);
    int count;
    do {
      count = reader.read(target, position + target.position());
    } while (count > 0);
    return StandardCharsets.UTF_8.decode(target.flip()).toString();
  }

  static Path partialFolder(Path cacheDir) {
    return cacheDir.resolve(".instantmirror/partial");
  }

  static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }
}
