package org.instantmirror.usage;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.store.PackageIndex;

/**
 * Which packages the newest lists of repositories name; looked up once a minute at most, and kept
 * of a few repositories, as numbers of which two names very rarely have the same. For one thread.
 */
final class ListedNames implements Ledger.Listed {

  /** Of 70,000 packages each half a megabyte. */
  private static final int MOST = 32;

  private static final Duration FRESH = Duration.ofMinutes(1);

  private final PackageIndex index;

  private final Map<RepositoryFolder, Names> known =
      new LinkedHashMap<>(MOST, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<RepositoryFolder, Names> eldest) {
          return size() > MOST;
        }
      };

  /** Of one generation; its numbers ascend. */
  private static final class Names {
    private final List<Long> generation; // none, or the newest one
    private final long[] numbers;
    private Instant lookedUp;

    Names(List<Long> generation, long[] numbers, Instant lookedUp) {
      this.generation = generation;
      this.numbers = numbers;
      this.lookedUp = lookedUp;
    }
  }

  ListedNames(PackageIndex index) {
    this.index = index;
  }

  @Override
  public boolean isListed(UsedPackage what, Instant now) {
    Names names = known.get(what.folder());
    if (names == null || Duration.between(names.lookedUp, now).abs().compareTo(FRESH) > 0) {
      names = lookUp(what.folder(), names, now);
      known.put(what.folder(), names);
    }
    return Arrays.binarySearch(names.numbers, number(what.name(), what.arch())) >= 0;
  }

  private Names lookUp(
      RepositoryFolder folder, @org.jspecify.annotations.Nullable Names before, Instant now) {
    List<Long> newest = index.generations(folder).stream().limit(1).toList();
    if (before != null && before.generation.equals(newest)) {
      before.lookedUp = now;
      return before;
    }
    LongStream.Builder numbers = LongStream.builder();
    for (long generation : newest) {
      index.forEachNew(
          folder,
          generation,
          null,
          each -> numbers.add(number(each.listed().name(), each.listed().arch())));
    }
    return new Names(newest, numbers.build().sorted().toArray(), now);
  }

  private static long number(String name, String arch) {
    return ((long) name.hashCode() << Integer.SIZE)
        | (Objects.hash(arch, name.length()) & 0xffffffffL);
  }
}
