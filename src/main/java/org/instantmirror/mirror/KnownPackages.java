package org.instantmirror.mirror;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.ehcache.Cache;
import org.ehcache.CacheManager;
import org.ehcache.config.builders.CacheConfigurationBuilder;
import org.ehcache.config.builders.CacheManagerBuilder;
import org.ehcache.config.builders.ResourcePoolsBuilder;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.store.ListedPackage;
import org.instantmirror.store.PackageIndex;

/**
 * What the current generations say of packages: the package index, with a bounded memory of what
 * was asked lately in front. Thread-safe.
 */
final class KnownPackages implements AutoCloseable {

  private static final int MOST = 20_000;

  private final PackageIndex index;
  private final Map<RepositoryFolder, Generation> current;
  private final AtomicLong version = new AtomicLong();
  private final CacheManager manager;
  private final Cache<EntryKey, Known> asked;

  /**
   * What was found.
   *
   * @param version of what is current, at the time
   */
  private record Known(long version, Optional<ListedFile> listed) {}

  /**
   * @param current the generations to go by; whoever changes it calls {@link #changed} after
   */
  KnownPackages(PackageIndex index, Map<RepositoryFolder, Generation> current) {
    this.index = index;
    this.current = current;
    manager =
        CacheManagerBuilder.newCacheManagerBuilder()
            .withCache(
                "packages",
                CacheConfigurationBuilder.newCacheConfigurationBuilder(
                    EntryKey.class, Known.class, ResourcePoolsBuilder.heap(MOST)))
            .build(true);
    asked = manager.getCache("packages", EntryKey.class, Known.class);
  }

  /** What is current has changed. */
  void changed() {
    version.incrementAndGet();
  }

  /** What a package must be; empty if no current generation says so, or two don't agree. */
  Optional<ListedFile> listed(EntryKey key) {
    // Taken before looking: what changes meanwhile makes the answer out of date, not wrong.
    long now = version.get();
    Known known = asked.get(key);
    if (known != null && known.version == now) {
      return known.listed;
    }
    Optional<ListedFile> listed = find(key);
    asked.put(key, new Known(now, listed));
    return listed;
  }

  private Optional<ListedFile> find(EntryKey key) {
    List<ListedFile> found =
        index.find(key).stream()
            .filter(this::isCurrent)
            .flatMap(KnownPackages::listed)
            .distinct()
            .toList();
    return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
  }

  private boolean isCurrent(ListedPackage entry) {
    Generation generation = current.get(entry.folder());
    return generation != null && generation.number() == entry.generation();
  }

  private static java.util.stream.Stream<ListedFile> listed(ListedPackage entry) {
    return Optional.ofNullable(entry.checksum())
        .map(checksum -> new ListedFile(checksum, entry.size()))
        .stream();
  }

  @Override
  public void close() {
    manager.close();
  }
}
