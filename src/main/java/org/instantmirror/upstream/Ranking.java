package org.instantmirror.upstream;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * In which order upstreams are asked: the configuration's base URLs as they stand there, then the
 * mirrors of a list by what they have been seen to be. Pure.
 */
final class Ranking {

  private Ranking() {}

  /** What is asked for. */
  enum Purpose {
    /** Something under {@code repodata/}. */
    METADATA,
    /** Anything else. */
    PACKAGE
  }

  /**
   * One upstream, and what is known of it.
   *
   * @param place in the configuration or its list, from 0
   */
  record Candidate(Upstream upstream, int place, Health health, Speed speed, Currency currency) {}

  /**
   * Those that may be asked, best first: none that rests; for metadata none that lags while one
   * that doesn't may be asked, for packages those that lag last.
   */
  static List<Upstream> order(List<Candidate> all, Purpose purpose, Instant now) {
    List<Candidate> awake = all.stream().filter(each -> !each.health().restingAt(now)).toList();
    List<Candidate> ordered =
        new ArrayList<>(awake.stream().filter(each -> !each.upstream().isListed()).toList());
    ordered.sort(Comparator.comparingInt(Candidate::place));
    List<Candidate> mirrors = awake.stream().filter(each -> each.upstream().isListed()).toList();
    Comparator<Candidate> fastest =
        Comparator.<Candidate>comparingDouble(
                each -> each.speed().expectedMillis(each.place(), now))
            .thenComparingInt(Candidate::place);
    mirrors.stream().filter(Ranking::keepsUp).sorted(fastest).forEach(ordered::add);
    if (purpose == Purpose.PACKAGE || ordered.isEmpty()) {
      mirrors.stream().filter(each -> !keepsUp(each)).sorted(fastest).forEach(ordered::add);
    }
    return ordered.stream().map(Candidate::upstream).toList();
  }

  private static boolean keepsUp(Candidate mirror) {
    return mirror.currency() != Currency.LAGGING;
  }
}
