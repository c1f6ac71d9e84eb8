package org.instantmirror.usage;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repodata.PackageFile;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.store.ListedPackage;

/**
 * Which package a file is: as its repository lists it, or, where nobody has read that list, as the
 * file's name says it. For one thread.
 */
final class AskedPackages {

  private static final int MOST = 10_000;

  /** Folders between a repository's own and its packages, in distributions. */
  private static final Set<String> INNER =
      Set.of("Packages", "RPMS", "packages", "SRPMS", "noarch");

  private final Function<EntryKey, List<ListedPackage>> index;

  private final Map<EntryKey, UsedPackage> listed =
      new LinkedHashMap<>(MOST, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<EntryKey, UsedPackage> eldest) {
          return size() > MOST;
        }
      };

  /**
   * @param index what the generations say of a file
   */
  AskedPackages(Function<EntryKey, List<ListedPackage>> index) {
    this.index = index;
  }

  /** The package; empty if the file isn't named like one. */
  Optional<UsedPackage> of(EntryKey key) {
    UsedPackage known = listed.get(key);
    if (known != null) {
      return Optional.of(known);
    }
    List<ListedPackage> found = index.apply(key);
    if (found.isEmpty()) {
      // Not remembered: its list may be read any moment.
      return named(key);
    }
    ListedPackage first = found.get(0);
    UsedPackage what = new UsedPackage(first.folder(), first.name(), first.arch());
    listed.put(key, what);
    return Optional.of(what);
  }

  /** By the name of the file. */
  static Optional<UsedPackage> named(EntryKey key) {
    return PackageFile.of(key.path())
        .map(file -> new UsedPackage(folder(key), file.name(), file.arch()));
  }

  /** {@code Packages/h/} and the like lie between the repository and its files. */
  private static RepositoryFolder folder(EntryKey key) {
    String path = parent(key.path());
    if (last(path).equalsIgnoreCase(key.fileName().substring(0, 1))) {
      path = parent(path);
    }
    return new RepositoryFolder(key.repo(), INNER.contains(last(path)) ? parent(path) : path);
  }

  private static String last(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "" : path.substring(0, slash);
  }
}
