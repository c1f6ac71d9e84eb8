package org.instantmirror.mirror;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.store.PackageIndex;
import org.instantmirror.store.StorageException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which generations there are of each repository, and what they list. Thread-safe; answers without
 * asking upstream.
 */
final class GenerationRecords implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(GenerationRecords.class);

  private final PackageIndex index;

  /** The live one first, then those before it, the latest first. */
  private final Map<RepositoryFolder, List<Generation>> known = new ConcurrentHashMap<>();

  private final KnownPackages packages;

  /**
   * @param recovered what an earlier process has left
   */
  GenerationRecords(PackageIndex index, Map<RepositoryFolder, List<Generation>> recovered) {
    this.index = index;
    this.packages = new KnownPackages(index, known);
    known.putAll(recovered);
  }

  /** Another number after each change. */
  long version() {
    return packages.version();
  }

  /** Those of a repository, the live one first; empty if none is known. */
  List<Generation> of(RepositoryFolder folder) {
    return known.getOrDefault(folder, List.of());
  }

  /** The live one. */
  @Nullable Generation live(RepositoryFolder folder) {
    List<Generation> all = known.get(folder);
    return all == null ? null : all.get(0);
  }

  /** The live one of the repository that the file stands for: {@code repomd.xml} and such. */
  Optional<Generation> liveOf(EntryKey top) {
    return known.isEmpty()
        ? Optional.empty()
        : Folders.ofTop(top).flatMap(folder -> Optional.ofNullable(live(folder)));
  }

  /**
   * What a file must be: what the live generation says, else the latest one that is kept.
   *
   * @return empty if none of them lists it, or repodata isn't to be trusted
   */
  Optional<ListedFile> listed(EntryKey key) {
    if (known.isEmpty()) {
      return Optional.empty();
    }
    Optional<RepositoryFolder> folder = Folders.ofRepodata(key);
    if (folder.isEmpty()) {
      return packages.listed(key);
    }
    return of(folder.get()).stream()
        .map(generation -> generation.listed().get(key))
        .flatMap(listed -> Optional.ofNullable(listed).stream())
        .findFirst();
  }

  /** The repositories whose live generation lists the package. */
  List<RepositoryFolder> listing(EntryKey key) {
    return known.isEmpty() ? List.of() : packages.listing(key);
  }

  /**
   * Goes by these from now on.
   *
   * @param kept at least one, the live one first
   */
  void keep(List<Generation> kept) {
    known.put(kept.get(0).folder(), List.copyOf(kept));
    packages.changed();
  }

  /** Has the index forget those of a repository that aren't known. */
  void trim(RepositoryFolder folder) {
    List<Generation> kept = of(folder);
    for (long number : index.generations(folder)) {
      if (kept.stream().noneMatch(generation -> generation.number() == number)) {
        drop(folder, number);
      }
    }
  }

  /** Has the index forget one. If it can't, that costs room only, until it is tried again. */
  void drop(RepositoryFolder folder, long number) {
    try {
      index.drop(folder, number);
    } catch (StorageException fault) {
      LOG.warn("{}: {}", folder, fault.getMessage());
    }
  }

  /** What was known of a repository may not hold any more. */
  void forget(RepositoryFolder folder) {
    if (known.remove(folder) != null) {
      packages.changed();
    }
  }

  /** The folders that have generations. */
  Set<RepositoryFolder> folders() {
    return Set.copyOf(known.keySet());
  }

  /**
   * Forgets a repository for good.
   *
   * @return how many were known
   */
  int purge(RepositoryFolder folder) {
    int before = of(folder).size();
    forget(folder);
    trim(folder);
    return before;
  }

  @Override
  public void close() {
    packages.close();
  }
}
