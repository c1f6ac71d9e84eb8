package org.instantmirror.upstream;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.instantmirror.upstream.Ranking.Candidate;

/** When a file counts as gone from upstream as a whole (promise 6). Pure. */
final class Absence {

  /** As many mirrors of a list speak for all of them: a list may name hundreds. */
  static final int MOST_ASKED = 5;

  private Absence() {}

  /**
   * Whether the 404s at hand will do: those of all configured base URLs, and of all mirrors that
   * keep up with their list and don't rest, or of {@link #MOST_ASKED} of them. A mirror that lags
   * has no say.
   *
   * @param all the upstreams, resting ones too
   * @param listMissing whether there is a list, and it can't be had: who knows what it names
   * @param missing those that answered 404 or 410
   */
  static boolean everywhere(
      List<Candidate> all, boolean listMissing, Set<Upstream> missing, Instant now) {
    boolean configuredSaySo =
        all.stream()
            .map(Candidate::upstream)
            .filter(upstream -> !upstream.isListed())
            .allMatch(missing::contains);
    if (listMissing || !configuredSaySo) {
      return false;
    }
    List<Candidate> mirrors =
        all.stream()
            .filter(each -> each.upstream().isListed())
            .filter(each -> each.currency() != Currency.LAGGING)
            .toList();
    long asked = mirrors.stream().filter(each -> missing.contains(each.upstream())).count();
    boolean allThatCanBeAsked =
        mirrors.stream()
            .filter(each -> !each.health().restingAt(now))
            .allMatch(each -> missing.contains(each.upstream()));
    return asked >= MOST_ASKED || (allThatCanBeAsked && (asked > 0 || onlyConfigured(all)));
  }

  private static boolean onlyConfigured(List<Candidate> all) {
    return !all.isEmpty() && all.stream().noneMatch(each -> each.upstream().isListed());
  }
}
