package org.instantmirror.mirror;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.time.Clock;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.store.FileIdentity;
import org.instantmirror.store.StorageException;
import org.instantmirror.store.Store;
import org.instantmirror.store.StoredEntry;

/**
 * Where the files of a generation lie before, while and after it is live: staged, in the tree, set
 * aside. Thread-safe, as far as each generation is published by one thread.
 */
final class Publication {

  private final Store store;
  private final Clock clock;
  private final SetAside aside = new SetAside();

  Publication(Store store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  /** The generation with the files that are staged as its {@code repomd.xml} and companions. */
  Generation staged(Generation next) {
    Map<EntryKey, FileIdentity> files = new HashMap<>();
    for (EntryKey top : Folders.tops(next.folder())) {
      store
          .find(Folders.staged(top), clock.instant())
          .ifPresent(entry -> files.put(top, entry.file()));
    }
    return next.with(files);
  }

  /** Moves what is staged into the tree, {@code repomd.xml} last. */
  void publish(Generation next) throws StorageException {
    for (Generation.Part part : next.parts()) {
      Optional<StoredEntry> staged = find(Folders.staged(part.key()));
      boolean its =
          staged.isPresent()
              && part.listed()
                  .map(listed -> listed.checksum().equals(staged.get().checksum()))
                  .orElse(true);
      if (its) {
        var unused = store.move(staged.get(), part.key());
      } else {
        // Left by an assembly that came to nothing.
        staged.ifPresent(store::drop);
      }
    }
    for (EntryKey top : Folders.tops(next.folder())) {
      Optional<StoredEntry> staged = find(Folders.staged(top));
      if (staged.isPresent()) {
        var unused = store.move(staged.get(), top);
      }
    }
  }

  /**
   * Sets {@code repomd.xml} and its companions of the live generation aside, so that clients that
   * have taken one of them get the others when the next one is live.
   */
  void setAside(Generation live) throws StorageException {
    List<Long> unneeded = aside.add(live.folder(), live.number(), clock.instant());
    for (EntryKey top : Folders.tops(live.folder())) {
      unneeded.forEach(number -> drop(Folders.earlier(top, number)));
      Optional<StoredEntry> entry = store.find(top, clock.instant());
      if (entry.isPresent()) {
        var unused = store.copy(entry.get(), Folders.earlier(top, live.number()));
      }
    }
  }

  /**
   * {@code repomd.xml} or a companion of the live generation. While that is being published some of
   * the tree's are still those of the one before; then it is staged.
   *
   * @return empty if there is none, or somebody has changed it
   */
  Optional<StoredEntry> live(Generation live, EntryKey top) {
    FileIdentity file = live.tops().get(top);
    Optional<StoredEntry> entry =
        file == null
            ? find(top)
            : find(top, file)
                .or(() -> find(Folders.staged(top), file))
                // Moved meanwhile.
                .or(() -> find(top, file));
    return entry.filter(StoredEntry::mayBeServedUnchecked);
  }

  /** The same of an earlier generation, if it is set aside. */
  Optional<StoredEntry> earlier(EntryKey top, long number) {
    return find(Folders.earlier(top, number));
  }

  private Optional<StoredEntry> find(EntryKey key, FileIdentity file) {
    return find(key).filter(entry -> entry.file().equals(file));
  }

  private Optional<StoredEntry> find(EntryKey key) {
    return store.find(key, clock.instant());
  }

  /** Whether two files have the same bytes. */
  boolean areEqual(StoredEntry one, StoredEntry other) throws IOException {
    if (one.file().size() != other.file().size()) {
      return false;
    }
    try (FileChannel first = store.openFile(one).orElse(null);
        FileChannel second = store.openFile(other).orElse(null)) {
      return first != null
          && second != null
          && Arrays.equals(
              Channels.newInputStream(first).readAllBytes(),
              Channels.newInputStream(second).readAllBytes());
    }
  }

  /** What an assembly has left would be taken for the next one's. */
  void dropStaged(RepositoryFolder folder) {
    Folders.tops(folder).forEach(top -> drop(Folders.staged(top)));
  }

  private void drop(EntryKey key) {
    find(key).ifPresent(store::drop);
  }
}
