package org.instantmirror.upstream;

import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How a list of mirrors is doing, for people.
 *
 * @param uri where it is fetched from
 * @param fetchedAt null if there is none yet
 * @param timestamp when the {@code repomd.xml} that a metalink names was made; null if unknown
 * @param fault why the last try to fetch it failed; null if it didn't
 * @param mirrors how many it names
 * @param best the first of them, and those of which something is known
 */
public record ListStanding(
    URI uri,
    @Nullable Instant fetchedAt,
    @Nullable Instant timestamp,
    @Nullable String fault,
    int mirrors,
    List<Standing> best) {

  /** Of those that nobody has used yet, so many. */
  private static final int MOST_UNKNOWN = 5;

  /**
   * @param standings of its mirrors, best first
   */
  static ListStanding of(
      MirrorLists.Snapshot list, Function<ListFetcher.Fetched, List<Standing>> standings) {
    String fault = list.fault() == null ? null : list.fault().what();
    ListFetcher.Fetched known = list.known();
    if (known == null) {
      return new ListStanding(list.uri(), null, null, fault, 0, List.of());
    }
    List<Standing> best = new ArrayList<>();
    int unknown = 0;
    for (Standing standing : standings.apply(known)) {
      if (standing.isKnown() || unknown++ < MOST_UNKNOWN) {
        best.add(standing);
      }
    }
    MirrorSet set = known.mirrors();
    return new ListStanding(
        list.uri(), known.at(), set.timestamp(), fault, set.mirrors().size(), List.copyOf(best));
  }
}
