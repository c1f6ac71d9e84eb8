package org.instantmirror.upstream;

import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.instantmirror.repo.ListUrl;
import org.instantmirror.repo.Repo;
import org.instantmirror.repodata.Checksum;
import org.instantmirror.upstream.MirrorLists.Background;
import org.instantmirror.upstream.UpstreamPool.Exhaustion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The list of mirrors that a path of a repository has, and which of these keep up with it.
 * Thread-safe; nothing here blocks.
 */
final class ListedMirrors {

  private static final Logger LOG = LoggerFactory.getLogger("org.instantmirror.upstream.lists");

  private static final String REPOMD = "repodata/repomd.xml";

  /** How many mirrors are looked at when a list has been fetched. */
  private static final int MOST_LOOKED_AT = 3;

  private final Repo repo;
  private final UpstreamRecords records;
  private final Background background;
  private final MirrorLists lists;

  ListedMirrors(Repo repo, ListUrl source, UpstreamRecords records, Background background) {
    this.repo = repo;
    this.records = records;
    this.background = background;
    this.lists = new MirrorLists(repo, source, background, this::lookAtThoseInUse);
  }

  /** The lists, by their URLs. */
  MirrorLists lists() {
    return lists;
  }

  /** As {@link MirrorLists#known}. */
  Optional<ListFetcher.Fetched> known(String path, Instant now) {
    return repo.listUri(path).flatMap(uri -> lists.known(uri, now));
  }

  /** The list as it is, without having it fetched. */
  Optional<ListFetcher.Fetched> look(String path) {
    return repo.listUri(path).flatMap(lists::look);
  }

  /** As {@link MirrorLists#pending}. */
  Optional<CompletableFuture<Void>> pending(String path, Instant now) {
    return repo.listUri(path).flatMap(uri -> lists.pending(uri, now));
  }

  /** As {@link MirrorLists#restsUntil}. */
  Optional<Instant> restsUntil(String path, Instant now) {
    return repo.listUri(path).flatMap(uri -> lists.restsUntil(uri, now));
  }

  /** As {@link MirrorLists#fault}. */
  Optional<Exhaustion> fault(String path, Instant now) {
    return repo.listUri(path).flatMap(uri -> lists.fault(uri, now));
  }

  /**
   * How to judge a file that a mirror sends: empty unless it is the {@code repomd.xml} of a
   * metalink.
   */
  Optional<RepomdCheck> check(Upstream upstream, String path, Instant now) {
    if (!upstream.isListed() || !repo.pathBelowBase(path).filter(REPOMD::equals).isPresent()) {
      return Optional.empty();
    }
    return repo.listUri(path)
        .flatMap(uri -> lists.known(uri, now).flatMap(list -> check(upstream, uri, list)));
  }

  private Optional<RepomdCheck> check(Upstream upstream, URI list, ListFetcher.Fetched fetched) {
    MirrorSet set = fetched.mirrors();
    return set.accepted().isEmpty()
        ? Optional.empty()
        : Optional.of(
            new RepomdCheck(
                set.accepted(),
                set.timestamp(),
                (checksum, newer) -> saw(upstream, list, checksum, newer)));
  }

  private void saw(Upstream upstream, URI list, Checksum checksum, boolean newer) {
    Instant now = background.clock().instant();
    records.update(upstream, what -> what.with(new Currency.Sight(checksum, newer, now)));
    if (newer) {
      lists.refreshEarly(list, now);
    }
  }

  /** A new list may say of mirrors in use that they lag, and one that lagged may have caught up. */
  private Runnable lookAtThoseInUse(URI uri, ListFetcher.Fetched list) {
    Instant now = background.clock().instant();
    List<Upstream> toLookAt =
        list.mirrors().mirrors().stream()
            .filter(base -> base.variables().isEmpty())
            .filter(base -> isDoubtful(records.of(base), list.mirrors().accepted(), now))
            .limit(MOST_LOOKED_AT)
            .map(base -> Candidates.mirror(base, list))
            .toList();
    return () ->
        toLookAt.forEach(
            mirror -> check(mirror, uri, list).ifPresent(check -> look(mirror, check)));
  }

  private static boolean isDoubtful(
      UpstreamRecords.Entry mirror, Set<Checksum> accepted, Instant now) {
    boolean inUse = mirror.sight() != null || mirror.speed().firstByteMillis() != null;
    return inUse && Currency.of(mirror.sight(), accepted, now) != Currency.CURRENT;
  }

  private void look(Upstream mirror, RepomdCheck check) {
    URI repomd = mirror.base().with(Map.of()).resolve(REPOMD);
    try {
      background.fetcher().look(repo, mirror, repomd, check);
    } catch (UpstreamException fault) {
      LOG.debug("repo '{}': {}", repo.id(), fault.getMessage());
    }
  }
}
