package org.instantmirror.store;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.Consumer;
import org.instantmirror.repodata.Checksum;
import org.instantmirror.store.StoredEntry.Origin;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a partial entry becomes a file of the tree, so that a complete name never stands for anything
 * but a complete file, whenever the process is killed:
 *
 * <ol>
 *   <li>the modification time is set and the data forced (in this order, so that the time is forced
 *       as well: the head is bound to it);
 *   <li>the sidecar records the whole head, bound to the file's inode. It isn't forced: a power cut
 *       that loses it costs a revalidation, since a file without head counts as adopted;
 *   <li>the file is renamed into the tree, its folder forced;
 *   <li>the head goes into the index;
 *   <li>the sidecar goes. {@link Sweep} does these last two for a process that didn't come to it.
 * </ol>
 */
final class Commit {
  private static final Logger LOG = LoggerFactory.getLogger(Commit.class);

  private final Disk disk;
  private final Placement placement;
  private final Heads heads;

  Commit(Disk disk, Placement placement, Heads heads) {
    this.disk = disk;
    this.placement = placement;
    this.heads = heads;
  }

  /** The caller has the partial entry's permit to write its sidecar. */
  StoredEntry run(PartialFile partial, Sidecar sidecar, Instant now, @Nullable Checksum checksum)
      throws StorageException {
    StoredEntry entry = complete(partial, now, checksum);
    place(partial.name(), sidecar, entry, partial.data()::moved);
    return entry;
  }

  /**
   * The steps after the first, of a file whose data and time are on disk.
   *
   * @param placed told where it lies, as soon as it does
   */
  void place(PartialName name, Sidecar sidecar, StoredEntry entry, Consumer<Path> placed)
      throws StorageException {
    try {
      PartialFolder.write(disk, name, sidecar.completedAs(entry), false);
    } catch (IOException e) {
      throw StorageException.of("cannot write", name.sidecar(), e);
    }
    // A find() between the rename and the index must not take the new file for an altered one.
    heads.announce(entry);
    try {
      placed.accept(placement.place(entry.key(), name.data()));
      if (heads.putDurably(entry)) {
        deleteSidecar(name);
      }
    } finally {
      heads.withdraw(entry);
    }
  }

  private StoredEntry complete(PartialFile partial, Instant now, @Nullable Checksum checksum)
      throws StorageException {
    Path data = partial.name().data();
    try {
      setModified(data, partial.head().lastModified(), now);
      partial.data().force();
      FileIdentity file = Tree.identity(data);
      if (file == null || file.size() != partial.size()) {
        throw new StorageException("somebody changed '" + data + "'");
      }
      return new StoredEntry(
          partial.key(),
          file,
          partial.head(),
          Origin.FETCHED,
          partial.source(),
          now,
          now,
          null,
          checksum);
    } catch (IOException e) {
      throw StorageException.of("cannot complete", data, e);
    }
  }

  /** To the fetch time where upstream gave none, or one that the file system can't hold. */
  void setModified(Path data, @Nullable Instant lastModified, Instant now) throws IOException {
    if (lastModified != null) {
      try {
        disk.setModified(data, lastModified);
        return;
      } catch (IOException | IllegalArgumentException | ArithmeticException e) {
        LOG.debug("'{}' can't be dated {}: {}", data, lastModified, e.toString());
      }
    }
    disk.setModified(data, now);
  }

  private void deleteSidecar(PartialName name) {
    try {
      disk.delete(name.sidecar());
    } catch (IOException e) {
      LOG.debug("cannot delete '{}': {}", name.sidecar(), e.toString());
    }
  }
}
