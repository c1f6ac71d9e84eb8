package org.instantmirror.upstream;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.instantmirror.repo.BaseUrl;
import org.instantmirror.repo.Repo;
import org.instantmirror.repodata.Checksum;
import org.instantmirror.upstream.Ranking.Candidate;

/**
 * Which upstreams a path of a repository has, resting ones too, and what is known of each.
 * Thread-safe; asks nobody.
 */
final class Candidates {

  private final Repo repo;
  private final UpstreamRecords records;

  Candidates(Repo repo, UpstreamRecords records) {
    this.repo = repo;
    this.records = records;
  }

  /** The base URLs, and after them the mirrors of the list, each in its order. */
  List<Candidate> of(String path, Optional<ListFetcher.Fetched> list, Instant now) {
    List<Candidate> all = new ArrayList<>(configured(path, now));
    list.ifPresent(
        fetched ->
            mirrors(fetched, now).stream()
                .filter(mirror -> standsFor(mirror.upstream().base(), path))
                .forEach(all::add));
    return all;
  }

  private List<Candidate> configured(String path, Instant now) {
    // Each host is an upstream of its own: one that is down doesn't make the others rest.
    return repo.baseUrls().contains(BaseUrl.ANY_HOST)
        ? configured(
            repo.upstreamUri(BaseUrl.ANY_HOST, path).stream()
                .map(uri -> BaseUrl.ofHost(uri.getRawAuthority()))
                .toList(),
            now)
        : configured(now);
  }

  /** The base URLs. */
  List<Candidate> configured(Instant now) {
    return configured(repo.baseUrls(), now);
  }

  private List<Candidate> configured(List<BaseUrl> bases, Instant now) {
    List<Candidate> all = new ArrayList<>();
    for (BaseUrl base : bases) {
      all.add(candidate(Upstream.configured(base), all.size(), Set.of(), now));
    }
    return all;
  }

  /** The mirrors of a list that are no base URLs. */
  List<Candidate> mirrors(ListFetcher.Fetched list, Instant now) {
    List<Candidate> all = new ArrayList<>();
    for (BaseUrl base : list.mirrors().mirrors()) {
      if (!repo.baseUrls().contains(base)) {
        all.add(candidate(mirror(base, list), all.size(), list.mirrors().accepted(), now));
      }
    }
    return all;
  }

  private boolean standsFor(BaseUrl base, String path) {
    return base.variables().isEmpty() || repo.upstreamUri(base, path).isPresent();
  }

  static Upstream mirror(BaseUrl base, ListFetcher.Fetched list) {
    return new Upstream(
        base, list.inside() ? Upstream.Origin.LISTED_INSIDE : Upstream.Origin.LISTED);
  }

  private Candidate candidate(Upstream upstream, int place, Set<Checksum> accepted, Instant now) {
    UpstreamRecords.Entry what = records.of(upstream.base());
    return new Candidate(
        upstream, place, what.health(), what.speed(), Currency.of(what.sight(), accepted, now));
  }
}
