package org.instantmirror.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessMode;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.RequestPath;
import org.instantmirror.store.StorageException.Reason;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether and how a complete file gets its place in the tree. Thread-safe. */
final class Placement {
  private static final Logger LOG = LoggerFactory.getLogger(Placement.class);

  /** Somebody would have to delete our new folders this often between two system calls. */
  private static final int TRIES = 10;

  private static final int MAX_REPORTED = 1000;

  private final Tree tree;
  private final Path partial;
  private final Disk disk;

  /** Folders reported as read-only, so that each is logged once; bounded. */
  private final Set<Path> reported = ConcurrentHashMap.newKeySet();

  private final AtomicBoolean unforced = new AtomicBoolean();

  Placement(Tree tree, Path partial, Disk disk) {
    this.tree = tree;
    this.partial = partial;
    this.disk = disk;
  }

  /**
   * @throws StorageException if a file of that name could not be renamed into the tree: the name is
   *     unfit or collides with another, a link leads out of the repository's folder, or its folder
   *     is read-only or on another file system
   */
  void require(EntryKey key) throws StorageException {
    Path target = target(key);
    requireShortNames(key);
    try {
      BasicFileAttributes there = attributes(target);
      if (there != null && there.isDirectory()) {
        throw new StorageException(Reason.NAME, "there is a folder at '" + target + "'");
      }
      persistently(() -> requireUsable(key, nearestFolder(target)));
    } catch (IOException e) {
      throw StorageException.of("cannot look up", target, e);
    }
  }

  /** Does it again when a drop beside us has deleted an empty folder that it had just seen. */
  private static Path persistently(Step step) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        return step.run();
      } catch (NoSuchFileException | FileAlreadyExistsException e) {
        if (attempt == TRIES) {
          throw e;
        }
      }
    }
  }

  private interface Step {
    Path run() throws IOException;
  }

  /** The file system says so itself only where the folder already exists. */
  private static void requireShortNames(EntryKey key) throws StorageException {
    for (String name : key.path().split("/", -1)) {
      if (name.getBytes(StandardCharsets.UTF_8).length > RequestPath.MAX_SEGMENT_BYTES) {
        throw new StorageException(Reason.NAME, "a name in '" + key + "' is too long for a file");
      }
    }
  }

  private Path target(EntryKey key) throws StorageException {
    try {
      return tree.path(key);
    } catch (InvalidPathException e) {
      throw new StorageException(
          Reason.NAME,
          "the platform can't express the name of '" + key + "'; run with LANG=C.UTF-8",
          e);
    }
  }

  /** The lowest folder above that exists; the cache directory itself if need be. */
  private Path nearestFolder(Path target) throws IOException {
    for (Path folder = target.getParent(); folder != null; folder = folder.getParent()) {
      // Throws as well if a name is too long.
      BasicFileAttributes there = attributes(folder);
      if (there != null) {
        if (there.isDirectory() || (there.isSymbolicLink() && Files.isDirectory(folder))) {
          return folder;
        }
        throw new StorageException(
            Reason.NAME, "there is a file at '" + folder + "', where a folder must be");
      }
    }
    throw new NoSuchFileException(target.toString());
  }

  /** Links not followed; null if there is nothing. */
  private static @Nullable BasicFileAttributes attributes(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return null;
    } catch (FileSystemException e) {
      if (String.valueOf(e.getReason()).contains("Not a directory")) {
        return null; // a file further up, which the caller comes to
      }
      throw e;
    }
  }

  private Path requireUsable(EntryKey key, Path folder) throws IOException {
    Path root = tree.root(key.repo());
    if (folder.startsWith(root) && !folder.toRealPath().startsWith(root.toRealPath())) {
      throw new StorageException(
          Reason.NAME, "a symbolic link at '" + folder + "' leads out of the repository's folder");
    }
    try {
      // One question to the system: with two, a folder that is deleted and made again in between
      // would look like one that is there and can't be written.
      folder.getFileSystem().provider().checkAccess(folder, AccessMode.WRITE);
    } catch (NoSuchFileException e) {
      throw e;
    } catch (FileSystemException e) {
      throw readOnly(folder, "can't be written");
    }
    if (isAcrossFileSystems(folder)) {
      throw readOnly(folder, "is on another file system");
    }
    return folder;
  }

  /**
   * Asks by a rename that can't succeed: Linux looks for another mount (bind mounts on the same
   * device included) before it looks at the names, and refuses {@code /.} as a target. The device
   * is compared as well, as Btrfs refuses to rename between subvolumes of one mount.
   */
  private boolean isAcrossFileSystems(Path folder) throws IOException {
    try {
      Files.move(partial.resolve("."), folder.resolve("."), StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      return true;
    } catch (IOException e) {
      // EBUSY: one mount.
    }
    try {
      return !Files.getAttribute(partial, "unix:dev")
          .equals(Files.getAttribute(folder, "unix:dev"));
    } catch (UnsupportedOperationException | IllegalArgumentException e) {
      return false; // not Unix: the rename tells
    }
  }

  private StorageException readOnly(Path folder, String why) {
    if (reported.size() < MAX_REPORTED && reported.add(folder)) {
      LOG.warn("folder '{}' {}: what is in it is served, nothing new is stored", folder, why);
    }
    return new StorageException(Reason.READ_ONLY, "folder '" + folder + "' " + why);
  }

  /**
   * Renames a complete file into the tree, creates the folders it needs, and forces their names to
   * disk.
   *
   * @return its path in the tree
   */
  Path place(EntryKey key, Path file) throws StorageException {
    Path target = target(key);
    Path folder = target.getParent();
    if (folder == null) {
      throw new IllegalArgumentException("not in a folder: " + target);
    }
    try {
      Path existing =
          persistently(
              () -> {
                Path nearest = nearestFolder(target);
                Files.createDirectories(folder);
                requireUsable(key, folder);
                disk.rename(file, target);
                return nearest;
              });
      forceFolders(folder, existing);
      return target;
    } catch (AtomicMoveNotSupportedException e) {
      throw readOnly(folder, "is on another file system");
    } catch (FileAlreadyExistsException e) {
      throw new StorageException(
          Reason.NAME, "there is a file where folder '" + folder + "' must be", e);
    } catch (IOException e) {
      throw StorageException.of("cannot store", target, e);
    }
  }

  private void forceFolders(Path folder, Path upTo) {
    try {
      Path each = folder;
      while (each != null && each.startsWith(upTo)) {
        disk.forceFolder(each);
        each = each.getParent();
      }
    } catch (IOException e) {
      // The file has its name already; some network file systems can't force folders at all.
      if (!unforced.getAndSet(true)) {
        LOG.warn(
            "cannot force folder '{}': a power cut may undo a store: {}", folder, e.toString());
      }
    }
  }
}
