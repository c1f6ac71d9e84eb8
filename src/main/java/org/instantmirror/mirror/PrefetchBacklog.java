package org.instantmirror.mirror;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import org.instantmirror.download.Order;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.usage.PrefetchSelection;
import org.instantmirror.usage.PrefetchSelection.Choice;
import org.jspecify.annotations.Nullable;

/**
 * What has been chosen and isn't in the download queue yet, of all repositories, the best first.
 * For one thread.
 */
final class PrefetchBacklog {

  private final PriorityQueue<Wanted> ready =
      new PriorityQueue<>(
          (one, other) ->
              PrefetchSelection.BEST_FIRST.compare(
                  one.choice.candidate(), other.choice.candidate()));

  /** What has to wait until its generation is live. */
  private final Map<RepositoryFolder, List<Wanted>> held = new HashMap<>();

  /** A package that is to be fetched. */
  record Wanted(PrefetchRun run, Choice choice, Order order) {
    RepositoryFolder folder() {
      return run.begin().folder();
    }
  }

  void add(Wanted wanted) {
    ready.add(wanted);
  }

  /** The same of one whose file has to stay what it is until the generation is live. */
  void hold(Wanted wanted) {
    held.computeIfAbsent(wanted.folder(), folder -> new ArrayList<>()).add(wanted);
  }

  /** That generation is live. */
  void release(RepositoryFolder folder, long generation) {
    List<Wanted> waiting = held.remove(folder);
    if (waiting != null) {
      waiting.stream()
          .filter(wanted -> wanted.run.begin().generation() == generation)
          .forEach(ready::add);
    }
  }

  /** The best one, which is taken out; null if there is none. */
  @Nullable Wanted next() {
    return ready.poll();
  }

  /** Forgets what an earlier run of a folder has left. */
  void drop(RepositoryFolder folder) {
    held.remove(folder);
    ready.removeIf(wanted -> wanted.folder().equals(folder));
  }

  /** Takes out all for which that holds. */
  List<Wanted> take(Predicate<Wanted> which) {
    List<Wanted> taken = new ArrayList<>(ready.stream().filter(which).toList());
    ready.removeIf(which);
    return taken;
  }

  /** How many there are. */
  int size() {
    return ready.size() + held.values().stream().mapToInt(List::size).sum();
  }

  /** Bytes that are still to come. */
  long bytes() {
    return ready.stream().mapToLong(PrefetchBacklog::size).sum()
        + held.values().stream().flatMap(List::stream).mapToLong(PrefetchBacklog::size).sum();
  }

  /** Bytes that are to be asked for. */
  static long size(Wanted wanted) {
    return wanted.choice.candidate().cost();
  }
}
