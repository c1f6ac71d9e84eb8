package org.instantmirror.mirror;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.instantmirror.eviction.Listings;
import org.instantmirror.eviction.Standing;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.store.ListedPackage;
import org.instantmirror.store.Store;
import org.jspecify.annotations.Nullable;

/** What generations say of stored files, for who decides which may go. Thread-safe. */
final class Standings implements Listings {

  private static final String PACKAGE = ".rpm";

  private final Mirror.Parts parts;
  private final GenerationRecords records;
  private final Store store;

  Standings(Mirror.Parts parts) {
    this.parts = parts;
    this.records = parts.generations().records();
    this.store = parts.store();
  }

  @Override
  public boolean isBusy(EntryKey key) {
    return parts.running(key).isPresent();
  }

  @Override
  public long version() {
    return records.version();
  }

  @Override
  public Standing standing(EntryKey key, Instant now) {
    Optional<RepositoryFolder> folder = Folders.ofRepodata(key);
    if (folder.isPresent()) {
      return ofRepodata(folder.get(), key);
    }
    Standing best = null;
    for (ListedPackage listed : store.packages().find(key)) {
      Standing standing = standing(listed, now);
      best = best == null || standing.compareTo(best) < 0 ? standing : best;
    }
    if (best != null) {
      return best;
    }
    return key.path().endsWith(PACKAGE) && isKnown(key) ? Standing.UNLISTED : Standing.UNKNOWN;
  }

  private Standing ofRepodata(RepositoryFolder folder, EntryKey key) {
    List<Generation> all = records.of(folder);
    // Of one whose generations aren't known any file may be needed.
    boolean needed =
        all.isEmpty()
            || Folders.isTop(key)
            || all.stream()
                .anyMatch(each -> each.parts().stream().anyMatch(part -> part.key().equals(key)));
    return needed ? Standing.METADATA : Standing.OLD_METADATA;
  }

  private Standing standing(ListedPackage listed, Instant now) {
    List<Generation> all = records.of(listed.folder());
    for (int i = 1; i < all.size(); i++) {
      if (all.get(i).number() == listed.generation()) {
        // It ceased to be live when the one after it began.
        return all.get(i - 1).since().plus(Kept.AT_LEAST).isAfter(now)
            ? Standing.RECENT
            : Standing.EARLIER;
      }
    }
    // One that isn't known here is about to go live.
    return Standing.LIVE;
  }

  /**
   * Whether the nearest repository above the file is known. If there is one that isn't, it may list
   * the file, whatever one further up does not.
   */
  private boolean isKnown(EntryKey key) {
    for (String path = above(key.path()); path != null; path = above(path)) {
      RepositoryFolder folder = new RepositoryFolder(key.repo(), path);
      if (records.live(folder) != null) {
        return true;
      }
      try {
        if (Files.exists(store.pathOf(Folders.repomd(folder)))) {
          return false;
        }
      } catch (InvalidPathException unfit) {
        return false;
      }
    }
    return false;
  }

  /** The path of the folder; null above the top. */
  private static @Nullable String above(String path) {
    if (path.isEmpty()) {
      return null;
    }
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "" : path.substring(0, slash);
  }
}
