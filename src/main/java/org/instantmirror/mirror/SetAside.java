package org.instantmirror.mirror;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.instantmirror.repodata.RepositoryFolder;

/**
 * Which generations' {@code repomd.xml} and companions lie aside for clients that stick to them.
 * Where upstream publishes often these are several: a client sticks for {@link StickyClients#TIME},
 * whatever goes live meanwhile. Thread-safe.
 */
final class SetAside {
  private record Aside(long number, Instant at) {}

  // Guarded by this; the oldest first.
  private final Map<RepositoryFolder, Deque<Aside>> aside = new HashMap<>();

  /**
   * A generation ceases to be live.
   *
   * @return the numbers of those that nobody sticks to any more; they are forgotten
   */
  synchronized List<Long> add(RepositoryFolder folder, long number, Instant now) {
    Deque<Aside> known = aside.computeIfAbsent(folder, unused -> new ArrayDeque<>());
    Stream.Builder<Long> unneeded = Stream.builder();
    // One in the future was set aside before the clock was put back.
    while (!known.isEmpty()
        && (known.getFirst().at.isAfter(now)
            || !known.getFirst().at.plus(StickyClients.TIME).isAfter(now))) {
      unneeded.add(known.removeFirst().number);
    }
    known.addLast(new Aside(number, now));
    return unneeded.build().toList();
  }
}
