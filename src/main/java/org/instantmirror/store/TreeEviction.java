package org.instantmirror.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.instantmirror.repo.EntryKey;

/**
 * Deletes files of the tree to make room: first the file, then its head and its size, so that what
 * is killed in between has counted too much and never too little. Thread-safe.
 */
final class TreeEviction {

  private final Tree tree;
  private final Heads heads;
  private final ServingLinks links;
  private final Path own;

  /**
   * @param own a folder of ours, on the file system that there is to be room on
   */
  TreeEviction(Tree tree, Heads heads, ServingLinks links, Path own) {
    this.tree = tree;
    this.heads = heads;
    this.links = links;
    this.own = own;
  }

  /** What would come of it. */
  Evicted look(EntryKey key) {
    Path path;
    FileIdentity file;
    try {
      path = tree.path(key);
      file = Tree.identity(path, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException | InvalidPathException e) {
      return Evicted.GONE;
    } catch (IOException e) {
      return Evicted.FAILED;
    }
    if (file == null) {
      return Evicted.LINKED;
    }
    if (links.isUsed(key, file)) {
      return Evicted.IN_USE;
    }
    return names(path, links.has(key, file) ? 2 : 1);
  }

  private Evicted names(Path path, int ours) {
    try {
      Map<String, Object> attributes =
          Files.readAttributes(path, "unix:nlink,dev", LinkOption.NOFOLLOW_LINKS);
      if (!Files.getAttribute(own, "unix:dev").equals(attributes.get("dev"))) {
        return Evicted.FOREIGN;
      }
      return ((Number) attributes.getOrDefault("nlink", 1)).intValue() > ours
          ? Evicted.LINKED
          : Evicted.YES;
    } catch (NoSuchFileException e) {
      return Evicted.GONE;
    } catch (IOException e) {
      return Evicted.FAILED;
    } catch (UnsupportedOperationException | IllegalArgumentException notUnix) {
      return Evicted.YES;
    }
  }

  /** Deletes the file, if that frees room and it isn't being served. */
  Evicted run(EntryKey key) {
    Evicted may = look(key);
    FileIdentity file = may == Evicted.YES ? tree.identity(key) : null;
    if (file == null) {
      return may == Evicted.YES ? Evicted.GONE : may;
    }
    if (!links.release(key, file)) {
      return Evicted.IN_USE;
    }
    if (!tree.delete(key, file)) {
      return Evicted.FAILED;
    }
    heads.replace(key, file, null);
    return Evicted.YES;
  }
}
