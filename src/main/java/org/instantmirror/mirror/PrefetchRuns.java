package org.instantmirror.mirror;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repodata.RepositoryFolder;
import org.jspecify.annotations.Nullable;

/** The last look at each folder. Thread-safe. */
final class PrefetchRuns {

  /** Of so many, those that were looked at last, packages are known by name. */
  static final int MOST_NAMED = 200;

  private final Map<RepositoryFolder, PrefetchRun> last = new ConcurrentHashMap<>();

  /** The last one of a folder; null if there was none since the server has started. */
  @Nullable PrefetchRun last(RepositoryFolder folder) {
    return last.get(folder);
  }

  /** That is the last one now. */
  void put(PrefetchRun run) {
    last.put(run.begin().folder(), run);
    List<PrefetchRun> named = last.values().stream().filter(PrefetchRun::hasItems).toList();
    // All others are kept: without one its folder would be due again at once.
    named.stream()
        .sorted(Comparator.comparing(each -> each.begin().at()))
        .limit(Math.max(0, named.size() - MOST_NAMED))
        .forEach(PrefetchRun::forgetItems);
  }

  /** Forgets those of other folders. */
  void keepOnly(Set<RepositoryFolder> folders) {
    last.keySet().retainAll(folders);
  }

  /** All of them, in no certain order. */
  List<PrefetchRun> all() {
    return List.copyOf(last.values());
  }

  /** What the last run of its repository has decided of a package. */
  Optional<PrefetchRun.Item> item(EntryKey key) {
    return last.values().stream()
        .filter(run -> run.begin().folder().repo().equals(key.repo()))
        .flatMap(run -> run.item(key).stream())
        .findFirst();
  }
}
