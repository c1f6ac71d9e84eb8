package org.instantmirror.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.instantmirror.repo.EntryKey;
import org.jspecify.annotations.Nullable;

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

  /**
   * What would come of it.
   *
   * @param names of one file, as far as they are known; what the first one stands for counts
   */
  Evicted look(List<EntryKey> names) {
    return look(names, names(names));
  }

  private Evicted look(List<EntryKey> names, Set<EntryKey> same) {
    EntryKey key = names.get(0);
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
    int ours = 0;
    for (EntryKey name : same) {
      if (links.isUsed(name, file)) {
        return Evicted.IN_USE;
      }
      ours += links.has(name, file) ? 2 : 1;
    }
    return names(path, ours);
  }

  /** Those that are names of the file that the first one is. */
  private Set<EntryKey> names(List<EntryKey> names) {
    Set<EntryKey> same = new LinkedHashSet<>();
    FileIdentity file = identity(names.get(0));
    for (EntryKey name : names) {
      if (file != null && file.equals(identity(name))) {
        same.add(name);
      }
    }
    return same;
  }

  private @Nullable FileIdentity identity(EntryKey key) {
    try {
      return Tree.identity(tree.path(key), LinkOption.NOFOLLOW_LINKS);
    } catch (IOException | InvalidPathException e) {
      return null;
    }
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

  /** Deletes the file under all its names, if that frees room and it isn't being served. */
  Evicted run(List<EntryKey> names) {
    Set<EntryKey> same = names(names);
    Evicted may = look(names, same);
    FileIdentity file = may == Evicted.YES ? identity(names.get(0)) : null;
    if (file == null) {
      return may == Evicted.YES ? Evicted.GONE : may;
    }
    for (EntryKey name : same) {
      if (!links.release(name, file)) {
        return Evicted.IN_USE;
      }
    }
    for (EntryKey name : same) {
      if (!tree.delete(name, file)) {
        return Evicted.FAILED;
      }
      heads.replace(name, file, null);
    }
    return Evicted.YES;
  }

  /** Deletes one name of a file, if it isn't being served by that. */
  Evicted runName(EntryKey key) {
    FileIdentity file = identity(key);
    if (file == null) {
      return Evicted.GONE;
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
