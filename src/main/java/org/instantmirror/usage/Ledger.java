package org.instantmirror.usage;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.RepositoryFolder;
import org.jspecify.annotations.Nullable;

/**
 * All packages that anybody is known to use, in memory and numbered: {@value #MOST_PACKAGES} of
 * {@value #MOST_FOLDERS} repositories at most. When half of that is taken, only what a repository's
 * list names is taken any more: so clients that make up names have no more than that half. Changed
 * by the thread that learns; {@link Demand} is read by any.
 */
final class Ledger implements Demand {

  static final int MOST_PACKAGES = 100_000;
  static final int MOST_FOLDERS = 1_000;

  private final Map<UsedPackage, PackageUse> packages = new ConcurrentHashMap<>();
  private final Map<RepositoryFolder, FolderUse> folders = new ConcurrentHashMap<>();
  private final List<@Nullable PackageUse> numbered = new ArrayList<>();
  private final Deque<Integer> free = new ArrayDeque<>();
  private final Listed listed;

  /** What repositories list. */
  interface Listed {
    /** Whether the repository lists such a package, of whatever version. */
    boolean isListed(UsedPackage what, Instant now);
  }

  Ledger(Listed listed) {
    this.listed = listed;
  }

  /** A repository that was known before. */
  FolderUse restore(int id, RepositoryFolder folder, double asked, Instant at) {
    FolderUse use = new FolderUse(id, folder, asked, at);
    use.known = true;
    use.stored = true;
    folders.put(folder, use);
    return use;
  }

  /** A package that was known before; {@link #restored} comes after the last one. */
  void restore(int id, UsedPackage what, FolderUse folder, Popularity popularity) {
    PackageUse use = new PackageUse(id, what, folder, popularity);
    use.known = true;
    use.stored = true;
    packages.put(what, use);
    while (numbered.size() <= id) {
      numbered.add(null);
    }
    numbered.set(id, use);
  }

  /** Numbers that nobody has are given to the next ones. */
  void restored() {
    for (int id = numbered.size() - 1; id >= 0; id--) {
      if (numbered.get(id) == null) {
        free.addFirst(id);
      }
    }
  }

  /**
   * The use of a package, as one that nobody uses yet if it isn't known.
   *
   * @return empty if it isn't, and there are too many
   */
  Optional<PackageUse> learn(UsedPackage what, Instant now) {
    PackageUse known = packages.get(what);
    if (known != null) {
      return Optional.of(known);
    }
    FolderUse folder = folders.get(what.folder());
    boolean full =
        packages.size() >= MOST_PACKAGES || (folder == null && folders.size() >= MOST_FOLDERS);
    boolean scarce =
        packages.size() >= MOST_PACKAGES / 2
            || (folder == null && folders.size() >= MOST_FOLDERS / 2);
    if (full || (scarce && !listed.isListed(what, now))) {
      return Optional.empty();
    }
    if (folder == null) {
      folder = new FolderUse(nextFolder(), what.folder(), 0, now);
      folders.put(what.folder(), folder);
    }
    Integer id = free.pollFirst();
    if (id == null) {
      id = numbered.size();
      numbered.add(null);
    }
    PackageUse use = new PackageUse(id, what, folder, Popularity.unknown(now));
    numbered.set(id, use);
    packages.put(what, use);
    return Optional.of(use);
  }

  /** Repositories of which no package is known any more. */
  Collection<FolderUse> empty() {
    Set<FolderUse> empty = new HashSet<>(folders.values());
    packages.values().forEach(use -> empty.remove(use.folder));
    return empty;
  }

  /** Forgets those, of which no package is known. */
  void forgetFolders(Collection<FolderUse> those) {
    those.forEach(use -> folders.remove(use.folder));
  }

  private int nextFolder() {
    return folders.values().stream().mapToInt(use -> use.id).max().orElse(-1) + 1;
  }

  /** The package of that number; null if there is none. */
  @Nullable PackageUse numbered(int id) {
    return id < numbered.size() ? numbered.get(id) : null;
  }

  Optional<PackageUse> find(UsedPackage what) {
    return Optional.ofNullable(packages.get(what));
  }

  /**
   * A client has asked for a package.
   *
   * @param address a hash of who it is
   */
  void asked(UsedPackage what, int address, Instant at) {
    learn(what, at)
        .ifPresent(
            use -> {
              use.asks(address, at);
              use.folder.asks(address);
            });
  }

  /** Upstream has new versions; each package once. */
  void released(Collection<UsedPackage> what, Instant at) {
    what.forEach(each -> find(each).ifPresent(use -> use.released(at)));
  }

  /** Addresses have other hashes from now on. */
  void countAnew(Instant now) {
    packages.values().forEach(use -> use.countAnew(now));
    folders.values().forEach(use -> use.countAnew(now));
  }

  /** A client's packages are others than before. */
  void changed(IdSet before, IdSet after) {
    before.forEachNotIn(after, id -> reporting(id, -1));
    after.forEachNotIn(before, id -> reporting(id, 1));
    Set<FolderUse> left = folders(before);
    Set<FolderUse> has = folders(after);
    left.stream().filter(folder -> !has.contains(folder)).forEach(folder -> folder.reporting(-1));
    has.stream().filter(folder -> !left.contains(folder)).forEach(folder -> folder.reporting(1));
  }

  private void reporting(int id, int more) {
    PackageUse use = numbered(id);
    if (use != null) {
      use.reporting(more);
    }
  }

  private Set<FolderUse> folders(IdSet ids) {
    Set<FolderUse> found = new HashSet<>();
    ids.forEach(
        id -> {
          PackageUse use = numbered(id);
          if (use != null) {
            found.add(use.folder);
          }
        });
    return found;
  }

  /** Forgets those, whose numbers no client's packages have. */
  void forget(Collection<PackageUse> those) {
    for (PackageUse use : those) {
      packages.remove(use.what);
      numbered.set(use.id, null);
      free.addFirst(use.id);
    }
  }

  /** All packages, in no order; may be looked at by any thread. */
  Collection<PackageUse> packages() {
    return packages.values();
  }

  /** All repositories, the same. */
  Collection<FolderUse> folders() {
    return folders.values();
  }

  @Override
  public double ofNewVersion(RepoId repo, String name, String arch, Instant now) {
    double sum = 0;
    for (FolderUse use : folders.values()) {
      if (use.folder.repo().equals(repo)) {
        sum += ofNewVersion(use.folder, name, arch, now);
      }
    }
    return sum;
  }

  @Override
  public double ofNewVersion(RepositoryFolder folder, String name, String arch, Instant now) {
    PackageUse use = packages.get(new UsedPackage(folder, name, arch));
    return use == null ? 0 : use.expectedDemand(now);
  }
}
