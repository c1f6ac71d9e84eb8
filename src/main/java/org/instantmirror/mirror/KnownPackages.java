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
 * What the generations say of packages, the live ones first: the package index, with a bounded
 * memory of what was asked lately in front. Thread-safe.
 */
final class KnownPackages implements AutoCloseable {

  private static final int MOST = 20_000;

  private final PackageIndex index;
  private final Map<RepositoryFolder, List<Generation>> known;
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
   * @param known the generations to go by, the live one of each repository first; whoever changes
   *     it calls {@link #changed} after
   */
  KnownPackages(PackageIndex index, Map<RepositoryFolder, List<Generation>> known) {
    this.index = index;
    this.known = known;
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

  /** Another number after each change. */
  long version() {
    return version.get();
  }

  /** The repositories whose live generation lists the package. */
  List<RepositoryFolder> listing(EntryKey key) {
    return index.find(key).stream()
        .filter(entry -> isLive(entry).orElse(false))
        .map(ListedPackage::folder)
        .distinct()
        .toList();
  }

  /** What a package must be; empty if no generation says so, or two repositories don't agree. */
  Optional<ListedFile> listed(EntryKey key) {
    // Taken before looking: what changes meanwhile makes the answer out of date, not wrong.
    long now = version.get();
    Known before = asked.get(key);
    if (before != null && before.version == now) {
      return before.listed;
    }
    Optional<ListedFile> listed = find(key);
    asked.put(key, new Known(now, listed));
    return listed;
  }

  private Optional<ListedFile> find(EntryKey key) {
    List<ListedPackage> found = index.find(key);
    List<ListedFile> live = listed(found, true);
    List<ListedFile> all = live.isEmpty() ? listed(found, false) : live;
    boolean certain = live.isEmpty() ? !all.isEmpty() : live.size() == 1;
    return certain ? Optional.of(all.get(0)) : Optional.empty();
  }

  /** What live generations say, or those before them, the latest first. */
  private List<ListedFile> listed(List<ListedPackage> found, boolean live) {
    return found.stream()
        .filter(entry -> isLive(entry).filter(is -> is == live).isPresent())
        .flatMap(KnownPackages::listed)
        .distinct()
        .toList();
  }

  /** Whether its generation is live; empty if that isn't even kept. */
  private Optional<Boolean> isLive(ListedPackage entry) {
    List<Generation> all = known.getOrDefault(entry.folder(), List.of());
    return all.stream().anyMatch(generation -> generation.number() == entry.generation())
        ? Optional.of(all.get(0).number() == entry.generation())
        : Optional.empty();
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
