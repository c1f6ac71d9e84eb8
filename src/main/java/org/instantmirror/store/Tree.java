package org.instantmirror.store;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.RepoId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The plain tree {@code cachedir/repo/path}: where an entry lies, and whether what lies there is a
 * file of the repository. Holds no state; thread-safe.
 */
final class Tree {
  private static final Logger LOG = LoggerFactory.getLogger(Tree.class);

  private final Path cacheDir;
  private final Path areas;
  private final Disk disk;

  /**
   * @param areas where the areas of ours lie
   */
  Tree(Path cacheDir, Path areas, Disk disk) {
    this.cacheDir = cacheDir;
    this.areas = areas;
    this.disk = disk;
  }

  /**
   * @throws InvalidPathException if the platform's encoding can't express the name (non-ASCII under
   *     {@code LC_ALL=C})
   */
  Path path(EntryKey key) {
    return (key.repo().isArea() ? areas : cacheDir).resolve(key.repo() + "/" + key.path());
  }

  /** The repository's folder; it may be a symbolic link or a mount that the administrator made. */
  Path root(RepoId repo) {
    return (repo.isArea() ? areas : cacheDir).resolve(repo.value());
  }

  /** The areas of a repository that have a folder. */
  List<RepoId> areas(RepoId repo) {
    List<RepoId> found = new ArrayList<>();
    try (var folders = Files.newDirectoryStream(areas, "_*")) {
      for (Path folder : folders) {
        RepoId area = new RepoId(String.valueOf(folder.getFileName()));
        if (area.isArea() && area.configured().equals(repo)) {
          found.add(area);
        }
      }
    } catch (IOException | DirectoryIteratorException | IllegalArgumentException e) {
      LOG.debug("cannot look through '{}': {}", areas, e.toString());
    }
    return found;
  }

  /**
   * What lies under that name, links followed wherever they lead: one system call. The caller must
   * know that very file, by its identity, from {@link #within}.
   */
  @Nullable FileIdentity identity(EntryKey key) {
    try {
      return identity(path(key));
    } catch (IOException | InvalidPathException e) {
      return null;
    }
  }

  /** The regular file of that name, if its real path lies within the repository's folder. */
  Optional<Located> within(EntryKey key) {
    try {
      Path real = path(key).toRealPath();
      if (!real.startsWith(root(key.repo()).toRealPath())) {
        return Optional.empty();
      }
      return Optional.ofNullable(identity(real, LinkOption.NOFOLLOW_LINKS))
          .map(file -> new Located(real, file));
    } catch (IOException | InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** Whether there is certainly nothing under that name. */
  boolean isMissing(EntryKey key) {
    return Files.notExists(path(key));
  }

  /**
   * Deletes the file if it is still that one, and the folders above that have become empty.
   *
   * @return whether there is no such file any more
   */
  boolean delete(EntryKey key, FileIdentity file) {
    FileIdentity current = identity(key);
    if (current != null && !current.equals(file)) {
      return false;
    }
    Path path = path(key);
    try {
      disk.delete(path);
    } catch (IOException e) {
      LOG.warn("cannot delete '{}': {}", path, e.toString());
      return false;
    }
    deleteEmptyFolders(path.getParent(), root(key.repo()));
    return true;
  }

  private void deleteEmptyFolders(@Nullable Path lowest, Path root) {
    try {
      for (Path folder = lowest;
          folder != null && !folder.equals(root) && isRealFolder(folder);
          folder = folder.getParent()) {
        disk.delete(folder);
      }
    } catch (DirectoryNotEmptyException | NoSuchFileException e) {
      // As it should be.
    } catch (IOException e) {
      LOG.debug("cannot delete an empty folder: {}", e.toString());
    }
  }

  /** A link to a folder would be deleted whatever the folder holds. */
  private static boolean isRealFolder(Path folder) {
    return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS);
  }

  static @Nullable FileIdentity identity(Path path, LinkOption... options) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class, options);
    return attributes.isRegularFile() ? FileIdentity.of(attributes) : null;
  }

  /** Says so for each folder of the tree that {@link Placement} will refuse to write to. */
  void reportForeignFolders(Path partial) {
    try (var folders = Files.newDirectoryStream(cacheDir, Files::isDirectory)) {
      Object own = Files.getAttribute(partial, "unix:dev");
      for (Path folder : folders) {
        if (!own.equals(Files.getAttribute(folder, "unix:dev"))) {
          LOG.info("'{}' is on another file system: it is served but never written", folder);
        }
      }
    } catch (FileSystemException e) {
      LOG.debug("cannot look through '{}': {}", cacheDir, e.toString());
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      LOG.debug("cannot tell the file systems under '{}': {}", cacheDir, e.toString());
    }
  }

  /**
   * A file and where it really lies.
   *
   * @param real without symbolic links
   */
  record Located(Path real, FileIdentity file) {}
}
