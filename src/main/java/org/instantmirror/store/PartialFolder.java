package org.instantmirror.store;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.instantmirror.http.ByteRanges;
import org.instantmirror.http.Head;
import org.instantmirror.repo.EntryKey;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The partial entries: those being written, and those that wait to be resumed. Thread-safe. */
final class PartialFolder {
  private static final Logger LOG = LoggerFactory.getLogger(PartialFolder.class);

  private final Path path;
  private final Disk disk;
  private final Commit commit;
  private final StorageFault fault;
  private final FreeSpace freeSpace;
  private final Set<PartialFile> active = ConcurrentHashMap.newKeySet();
  private final ConcurrentHashMap<EntryKey, Waiting> waiting = new ConcurrentHashMap<>();

  PartialFolder(Path path, Disk disk, Commit commit, StorageFault fault, FreeSpace freeSpace) {
    this.path = path;
    this.disk = disk;
    this.commit = commit;
    this.fault = fault;
    this.freeSpace = freeSpace;
  }

  Path path() {
    return path;
  }

  /**
   * @throws StorageException if the disk has no room for so many bytes more
   */
  void requireRoomFor(long length) throws StorageException {
    freeSpace.requireRoomFor(length, promised());
  }

  /** As {@link Store#begin}; there is no fault, and the tree would take the file. */
  PartialFile begin(EntryKey key, Head head, long length, URI source) throws StorageException {
    requireRoomFor(length);
    Waiting earlier = waiting.remove(key);
    if (earlier != null) {
      delete(earlier.name());
    }
    PartialName name = PartialName.unused(path, key);
    Sidecar sidecar = new Sidecar(key, head, length, source, ByteRanges.NONE, null);
    try (Uninterrupted whole = new Uninterrupted()) {
      return activate(name, DataFile.create(disk, name.data()), sidecar);
    } catch (IOException e) {
      throw fault.report(StorageException.of("cannot create", name.data(), e));
    }
  }

  /** As {@link Store#resume}. */
  Optional<PartialFile> resume(EntryKey key) {
    Waiting found = waiting.get(key);
    if (found == null || !hasRoomFor(found.sidecar()) || !waiting.remove(key, found)) {
      return Optional.empty();
    }
    Sidecar sidecar = found.sidecar().forcedTo(found.sidecar().resumeWith());
    try (Uninterrupted whole = new Uninterrupted()) {
      DataFile data = DataFile.open(disk, found.name().data(), sidecar.forced().end());
      return Optional.of(activate(found.name(), data, sidecar));
    } catch (IOException e) {
      LOG.info("{} can't be resumed, it starts over: {}", key, e.toString());
      delete(found.name());
      return Optional.empty();
    }
  }

  /** As {@link Store#discardWaiting}. */
  int discardWaiting(Predicate<EntryKey> which) {
    int discarded = 0;
    for (EntryKey key : waiting.keySet()) {
      Waiting found = which.test(key) ? waiting.remove(key) : null;
      if (found != null) {
        delete(found.name());
        discarded++;
      }
    }
    return discarded;
  }

  /** Where there is none, begin() will say so; what waits is kept for better times. */
  private boolean hasRoomFor(Sidecar sidecar) {
    try {
      fault.look();
      freeSpace.requireRoomFor(sidecar.length() - sidecar.forced().size(), promised());
      return true;
    } catch (StorageException e) {
      return false;
    }
  }

  /** What is missing of the entry that waits to be resumed; empty if there is none. */
  OptionalLong missing(EntryKey key) {
    Waiting found = waiting.get(key);
    return found == null
        ? OptionalLong.empty()
        : OptionalLong.of(Math.max(0, found.sidecar().length() - found.sidecar().forced().size()));
  }

  /** Bytes that are here of all entries, those that wait included. */
  long written() {
    long waitingBytes = 0;
    for (Waiting each : waiting.values()) {
      waitingBytes = sum(waitingBytes, each.sidecar().forced().size());
    }
    return active.stream().mapToLong(PartialFile::bytes).reduce(waitingBytes, PartialFolder::sum);
  }

  /** Bytes that running downloads are still to write, as far as that is known. */
  long promised() {
    return active.stream().mapToLong(PartialFile::remaining).reduce(0, PartialFolder::sum);
  }

  /** Saturating: lengths are upstream's claims. */
  private static long sum(long a, long b) {
    return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
  }

  private PartialFile activate(PartialName name, DataFile data, Sidecar sidecar) {
    PartialFile partial = new PartialFile(this, commit, fault, name, data, sidecar);
    active.add(partial);
    return partial;
  }

  /** Makes what has been written safe. Called about once a second, by one thread. */
  void checkpoint() {
    active.forEach(PartialFile::checkpoint);
  }

  /** The entry's owner has let go of it. */
  void ended(PartialFile partial) {
    active.remove(partial);
  }

  /** From now on the entry can be resumed; of two of a key, the one of more bytes. */
  void keep(PartialName name, Sidecar sidecar) {
    AtomicReference<@Nullable Waiting> shorter = new AtomicReference<>();
    waiting.merge(
        sidecar.key(),
        new Waiting(name, sidecar),
        (before, added) -> {
          boolean addedWins = added.sidecar().forced().size() >= before.sidecar().forced().size();
          shorter.set(addedWins ? before : added);
          return addedWins ? added : before;
        });
    Waiting unused = shorter.get();
    if (unused != null) {
      delete(unused.name());
    }
  }

  void write(PartialName name, Sidecar sidecar, boolean durable) throws IOException {
    write(disk, name, sidecar, durable);
  }

  /** Replaces the sidecar at once. */
  static void write(Disk disk, PartialName name, Sidecar sidecar, boolean durable)
      throws IOException {
    disk.writeFile(name.newSidecar(), sidecar.encode(), durable);
    disk.rename(name.newSidecar(), name.sidecar());
  }

  static @Nullable Sidecar read(PartialName name) {
    try {
      return Sidecar.decode(Files.readAllBytes(name.sidecar())).orElse(null);
    } catch (IOException e) {
      return null;
    }
  }

  /** Deletes both files. */
  void delete(PartialName name) {
    for (Path file : new Path[] {name.data(), name.sidecar(), name.newSidecar()}) {
      delete(file);
    }
  }

  void delete(Path file) {
    try {
      disk.delete(file);
    } catch (IOException e) {
      LOG.warn("cannot delete '{}': {}", file, e.toString());
    }
  }

  private record Waiting(PartialName name, Sidecar sidecar) {}
}
