package org.instantmirror.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.instantmirror.repo.EntryKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What start-up does with what an earlier process left behind. It reads the folders of our own
 * only, never the tree as a whole, so that it is quick.
 */
final class Sweep {
  private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);

  private static final String DISCARDED = "discarded-";

  private final PartialFolder partials;
  private final Tree tree;
  private final Heads heads;

  Sweep(PartialFolder partials, Tree tree, Heads heads) {
    this.partials = partials;
    this.tree = tree;
    this.heads = heads;
  }

  /** Keeps what can be resumed, finishes commits, and removes the rest. */
  void partials() throws StorageException {
    Set<String> stems = new HashSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(partials.path())) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        int dot = name.indexOf('.');
        String stem = dot < 0 ? name : name.substring(0, dot);
        if (PartialName.isStem(stem)
            && (name.endsWith(PartialName.DATA) || name.endsWith(PartialName.SIDECAR))) {
          stems.add(stem);
        } else {
          partials.delete(file);
        }
      }
    } catch (IOException e) {
      throw StorageException.of("cannot list", partials.path(), e);
    }
    stems.forEach(stem -> partial(PartialName.of(partials.path(), stem)));
  }

  private void partial(PartialName name) {
    Sidecar sidecar = PartialFolder.read(name);
    if (sidecar == null) {
      partials.delete(name);
    } else if (Files.exists(name.data())) {
      keep(name, sidecar);
    } else if (sidecar.complete() == null || isInIndex(sidecar.complete())) {
      partials.delete(name);
    }
  }

  private void keep(PartialName name, Sidecar sidecar) {
    if (sidecar.isResumable() && sidecar.resumeWith().size() > 0) {
      LOG.info(
          "{} can be resumed with {} of {} bytes",
          sidecar.key(),
          sidecar.resumeWith().size(),
          sidecar.length());
      partials.keep(name, sidecar);
    } else {
      partials.delete(name);
    }
  }

  /**
   * Finishes a commit that had come to its rename.
   *
   * @return whether its record is of no more use: the head is in the index, or the tree has another
   *     file by now
   */
  private boolean isInIndex(StoredEntry entry) {
    if (!entry.file().equals(tree.identity(entry.key()))) {
      return true;
    }
    StoredEntry known = heads.get(entry.key());
    // A known head of the same file is as new or newer.
    return (known != null && known.file().equals(entry.file())) || heads.putDurably(entry);
  }

  /**
   * Finishes moves out of an area that had come to their rename: the file has its new name, and its
   * head the old one.
   */
  void moves() {
    for (StoredEntry entry : heads.ofAreas()) {
      EntryKey target = entry.key().in(entry.key().repo().configured());
      boolean moved =
          tree.identity(entry.key()) == null && entry.file().equals(tree.identity(target));
      if (moved) {
        var unused = heads.putDurably(entry.as(target));
      }
    }
  }

  /**
   * Empties a folder that may hold many files: they are moved out of the way now and deleted by
   * {@link #deleteDiscarded}.
   */
  static void discard(Path folder) throws StorageException {
    try {
      if (Files.exists(folder)) {
        Files.move(folder, Files.createTempDirectory(folder.getParent(), DISCARDED).resolve("all"));
      }
      Files.createDirectory(folder);
    } catch (IOException e) {
      throw StorageException.of("cannot empty", folder, e);
    }
  }

  /** Deletes the files of folders that were discarded, by this process or one before. */
  static void deleteDiscarded(Path parent) {
    try (DirectoryStream<Path> discarded = Files.newDirectoryStream(parent, DISCARDED + "*")) {
      for (Path folder : discarded) {
        deleteFolder(folder);
      }
    } catch (IOException e) {
      LOG.warn("cannot delete what is left in '{}': {}", parent, e.toString());
    }
  }

  private static void deleteFolder(Path folder) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
          deleteFolder(file);
        } else {
          Files.delete(file);
        }
      }
    }
    Files.delete(folder);
  }
}
