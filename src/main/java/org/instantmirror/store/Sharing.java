package org.instantmirror.store;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;
import org.instantmirror.http.ByteRanges;
import org.instantmirror.http.Head;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.store.StoredEntry.Origin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the bytes of a stored file another name: as a hard link, or as a copy of them. Either comes
 * by the same steps as what was downloaded ({@link Commit}), and never touches the file that it is
 * made of, which may be replaced or deleted meanwhile. Thread-safe.
 */
final class Sharing {
  private static final Logger LOG = LoggerFactory.getLogger(Sharing.class);

  /** In place of the URL of a file that came from none. */
  private static final URI NOWHERE = URI.create("file:///");

  /**
   * What is given for the length of an entry on its way. It says that this can't be resumed: to go
   * on with a link would be to write to the file under its other name.
   */
  private static final long NOT_RESUMABLE = -1;

  private final Tree tree;
  private final PartialFolder partials;
  private final Commit commit;
  private final Disk disk;

  Sharing(Tree tree, PartialFolder partials, Commit commit, Disk disk) {
    this.tree = tree;
    this.partials = partials;
    this.commit = commit;
    this.disk = disk;
  }

  /**
   * Links it, if the file has the time that it is to have under the new name.
   *
   * @return empty if it hasn't, or can't be linked: across file systems, where there are no links,
   *     or too many of that file; or if it has been replaced, changed or deleted since
   * @throws StorageException if the tree doesn't take it
   */
  Optional<StoredEntry> link(StoredEntry entry, EntryKey target, Head head, Instant now)
      throws StorageException {
    Path real = real(entry).orElse(null);
    if (real == null || !entry.file().modified().equals(head.lastModified())) {
      return Optional.empty();
    }
    PartialName name = PartialName.unused(partials.path(), target);
    try (Uninterrupted whole = new Uninterrupted()) {
      try {
        disk.link(real, name.data());
        if (!entry.file().equals(Tree.identity(name.data(), LinkOption.NOFOLLOW_LINKS))) {
          return Optional.empty();
        }
      } catch (IOException | UnsupportedOperationException e) {
        LOG.debug("'{}' can't be linked for {}: {}", real, target, e.toString());
        return Optional.empty();
      }
      return Optional.of(finish(name, entry, target, head, now));
    } finally {
      // Also where it has been renamed: to a name of the same file that does nothing (rename(2)).
      partials.delete(name.data());
    }
  }

  /**
   * Copies it.
   *
   * @return empty if the file has been replaced, changed or deleted since
   * @throws StorageException if the disk or the tree doesn't take it
   */
  Optional<StoredEntry> copy(StoredEntry entry, EntryKey target, Head head, Instant now)
      throws StorageException {
    Path real = real(entry).orElse(null);
    if (real == null) {
      return Optional.empty();
    }
    partials.requireRoomFor(entry.file().size());
    PartialName name = PartialName.unused(partials.path(), target);
    try (Uninterrupted whole = new Uninterrupted()) {
      try {
        disk.copy(real, name.data());
        // Looked at after copying: if the name still is that file, it was all the time.
        if (!entry.file().equals(Tree.identity(real, LinkOption.NOFOLLOW_LINKS))) {
          return Optional.empty();
        }
        commit.setModified(name.data(), head.lastModified(), now);
      } catch (IOException e) {
        throw StorageException.of("cannot copy", real, e);
      }
      return Optional.of(finish(name, entry, target, head, now));
    } finally {
      partials.delete(name.data());
    }
  }

  private Optional<Path> real(StoredEntry entry) {
    return tree.within(entry.key())
        .filter(located -> located.file().equals(entry.file()))
        .map(Tree.Located::real);
  }

  private StoredEntry finish(
      PartialName name, StoredEntry entry, EntryKey target, Head head, Instant now)
      throws StorageException {
    FileIdentity file;
    try (FileChannel data = FileChannel.open(name.data(), StandardOpenOption.READ)) {
      // Nobody knows whether somebody else's has been.
      disk.force(data);
      file = Tree.identity(name.data(), LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      throw StorageException.of("cannot complete", name.data(), e);
    }
    if (file == null || file.size() != entry.file().size()) {
      throw new StorageException("somebody changed '" + name.data() + "'");
    }
    StoredEntry shared =
        new StoredEntry(
            target, file, head, Origin.FETCHED, entry.source(), now, now, null, entry.checksum());
    URI source = entry.source() == null ? NOWHERE : entry.source();
    try {
      commit.place(
          name,
          new Sidecar(target, head, NOT_RESUMABLE, source, ByteRanges.NONE, null),
          shared,
          placed -> {});
      return shared;
    } catch (StorageException e) {
      partials.delete(name);
      throw e;
    }
  }
}
