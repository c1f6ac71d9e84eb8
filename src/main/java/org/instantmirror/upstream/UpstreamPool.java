package org.instantmirror.upstream;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.instantmirror.repo.BaseUrl;
import org.instantmirror.repo.ListUrl;
import org.instantmirror.repo.Repo;
import org.instantmirror.repodata.Checksum;
import org.instantmirror.upstream.MirrorLists.Background;
import org.instantmirror.upstream.Ranking.Candidate;
import org.instantmirror.upstream.Ranking.Purpose;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The upstreams of one repository, and how they are doing: its base URLs, and the mirrors of its
 * list, which may be others for each release. One that failed rests, longer each time it fails
 * again, 5 s at most, and comes back by itself; a success ends its rest. Thread-safe; but for
 * {@link #awaitMirrors} nothing here blocks, and no clock is read.
 */
public final class UpstreamPool {

  /** No rest is longer. */
  public static final Duration LONGEST_REST = Health.LONGEST_REST;

  /** So many mirrors of a list say of a file that isn't there what all would. */
  public static final int MOST_ASKED = Absence.MOST_ASKED;

  private static final Logger LOG = LoggerFactory.getLogger("org.instantmirror.upstream.lists");

  private static final String REPOMD = "repodata/repomd.xml";

  /** How many mirrors are looked at when a list has been fetched. */
  private static final int MOST_LOOKED_AT = 3;

  private final Repo repo;
  private final @Nullable MirrorLists lists;
  private final @Nullable Background background;

  private final UpstreamRecords records = new UpstreamRecords();

  /** Why the last download that used up its retries failed. */
  private volatile @Nullable Exhaustion exhaustion;

  /** A pool of the base URLs alone, in which nothing has failed yet. */
  public UpstreamPool(Repo repo) {
    this(repo, null);
  }

  /**
   * A pool in which nothing has failed yet.
   *
   * @param background for the list of mirrors; null leaves it out
   */
  UpstreamPool(Repo repo, @Nullable Background background) {
    this.repo = repo;
    this.background = background;
    ListUrl list = repo.list();
    this.lists =
        list == null || background == null
            ? null
            : new MirrorLists(repo, list, background, this::lookAtThoseInUse);
  }

  /**
   * The upstreams that may be asked for a path at {@code now}, best first; empty while all of them
   * rest, or there is no list yet ({@link #awaitMirrors}).
   */
  public List<Upstream> candidates(String path, Instant now) {
    return Ranking.order(all(path, now), purpose(path), now);
  }

  /**
   * What a path stands for at one of its {@link #candidates}.
   *
   * @throws IllegalArgumentException if it stands for nothing there
   */
  public URI uri(Upstream upstream, String path) {
    return repo.upstreamUri(upstream.base(), path)
        .orElseThrow(() -> new IllegalArgumentException("the path lacks a mirror's variables"));
  }

  /** The request for a path to one of its {@link #candidates}. */
  public UpstreamRequest request(
      Upstream upstream, String method, String path, List<Map.Entry<String, String>> headers) {
    return UpstreamRequest.to(upstream, repo, method, uri(upstream, path), headers);
  }

  private static Purpose purpose(String path) {
    return path.startsWith("repodata/") || path.contains("/repodata/")
        ? Purpose.METADATA
        : Purpose.PACKAGE;
  }

  /** Resting ones too. */
  private List<Candidate> all(String path, Instant now) {
    Optional<ListFetcher.Fetched> list =
        lists == null ? Optional.empty() : repo.listUri(path).flatMap(uri -> lists.known(uri, now));
    List<Candidate> all = new ArrayList<>();
    for (BaseUrl base : repo.baseUrls()) {
      all.add(candidate(Upstream.configured(base), all.size(), Set.of(), now));
    }
    list.ifPresent(fetched -> addMirrors(all, fetched, path, now));
    return all;
  }

  private void addMirrors(List<Candidate> all, ListFetcher.Fetched list, String path, Instant now) {
    int place = 0;
    for (BaseUrl base : list.mirrors().mirrors()) {
      // Whether the variables of a mirror have values in the path is the same for all paths, but
      // for those of nonsense.
      if (!repo.baseUrls().contains(base) && standsFor(base, path)) {
        all.add(candidate(mirror(base, list), place++, list.mirrors().accepted(), now));
      }
    }
  }

  private boolean standsFor(BaseUrl base, String path) {
    return base.variables().isEmpty() || repo.upstreamUri(base, path).isPresent();
  }

  private static Upstream mirror(BaseUrl base, ListFetcher.Fetched list) {
    return new Upstream(
        base, list.inside() ? Upstream.Origin.LISTED_INSIDE : Upstream.Origin.LISTED);
  }

  private Candidate candidate(Upstream upstream, int place, Set<Checksum> accepted, Instant now) {
    UpstreamRecords.Entry what = records.of(upstream.base());
    return new Candidate(
        upstream, place, what.health(), what.speed(), Currency.of(what.sight(), accepted, now));
  }

  /**
   * Waits for the first list of mirrors of a path, as one waits for an upstream's answer.
   *
   * @return whether it makes sense to look for {@link #candidates} again; false if there is no list
   *     to wait for, or it takes too long
   */
  public boolean awaitMirrors(String path, Instant now, Cancellation cancellation) {
    Optional<CompletableFuture<Void>> pending =
        lists == null
            ? Optional.empty()
            : repo.listUri(path).flatMap(uri -> lists.pending(uri, now));
    if (pending.isEmpty()) {
      return false;
    }
    CompletableFuture<Void> end = pending.get();
    cancellation.onCancel(() -> end.complete(null));
    Duration limit = repo.transport().connectTimeout().plus(repo.transport().timeout());
    try {
      end.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException | ExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Whom to ask next, waiting for the list of mirrors where nobody else is left.
   *
   * @param asked those that have been, of a list {@link #MOST_ASKED} at most
   */
  public Optional<Upstream> next(
      String path, Set<Upstream> asked, Instant now, Cancellation cancellation) {
    Optional<Upstream> next = next(path, asked, now);
    return next.isEmpty() && awaitMirrors(path, now, cancellation) ? next(path, asked, now) : next;
  }

  private Optional<Upstream> next(String path, Set<Upstream> asked, Instant now) {
    boolean enough = asked.stream().filter(Upstream::isListed).count() >= MOST_ASKED;
    return candidates(path, now).stream()
        .filter(upstream -> !asked.contains(upstream) && !(enough && upstream.isListed()))
        .findFirst();
  }

  /** When the first upstream comes back, if there is none to ask at {@code now}; else empty. */
  public Optional<Instant> earliestReturn(String path, Instant now) {
    List<Candidate> all = all(path, now);
    if (all.stream().anyMatch(each -> !each.health().restingAt(now))) {
      return Optional.empty();
    }
    Optional<Instant> list =
        lists == null
            ? Optional.empty()
            : repo.listUri(path).flatMap(uri -> lists.restsUntil(uri, now));
    Optional<Instant> upstream =
        all.stream().map(each -> each.health().restsUntil()).min(Instant::compareTo);
    return list.isPresent() && upstream.map(at -> list.get().isBefore(at)).orElse(true)
        ? list
        : upstream;
  }

  /**
   * Whether a file is gone from upstream as a whole.
   *
   * @param missing the upstreams that say so of themselves
   */
  public boolean goneEverywhere(String path, Set<Upstream> missing, Instant now) {
    List<Candidate> all = all(path, now);
    boolean listMissing =
        lists != null && repo.listUri(path).flatMap(uri -> lists.known(uri, now)).isEmpty();
    return Absence.everywhere(all, listMissing, missing, now);
  }

  /**
   * Records an attempt that failed because of the upstream as a whole. Attempts that were under way
   * together fail together: one that began before the last failure or success that was recorded
   * here says nothing new, and neither does one while the upstream rests. So 200 downloads that
   * break at once are one step of the pauses.
   *
   * @param started when the attempt began
   */
  public void failed(Upstream upstream, Instant started, Instant now) {
    records.update(upstream, what -> what.with(what.health().afterFailure(started, now)));
  }

  /** Records that what was asked for could not be had, for whatever reason but a 404. */
  public void disappointed(Upstream upstream, Instant now) {
    records.update(upstream, what -> what.with(what.speed().withFailure(now)));
  }

  /** Records that the upstream answered: it doesn't rest, and its pauses begin anew. */
  public void succeeded(Upstream upstream, Instant now) {
    records.update(upstream, what -> what.with(Health.afterSuccess(now)));
    exhaustion = null;
  }

  /** Records how long an answer took that was of use. */
  public void measured(Upstream upstream, Measurement measurement, Instant now) {
    records.update(
        upstream, what -> what.with(what.speed().withSuccess(now).with(measurement, now)));
  }

  /**
   * Why a download failed that had used up its retries.
   *
   * @param reason names no file: others will be told it
   */
  public record Exhaustion(UpstreamException.Kind kind, String reason) {}

  /** Records why a download that used up all its retries failed. */
  public void markExhausted(Exhaustion why) {
    exhaustion = why;
  }

  /**
   * Why a new download would be in vain: all upstreams rest at {@code now}, and a download has used
   * up its retries on them since the last success; or there are none, since their list can't be
   * had.
   */
  public Optional<Exhaustion> exhausted(String path, Instant now) {
    if (!candidates(path, now).isEmpty()) {
      return Optional.empty();
    }
    if (lists != null) {
      Optional<URI> uri = repo.listUri(path);
      if (uri.isPresent() && lists.known(uri.get(), now).isEmpty()) {
        return lists.fault(uri.get(), now);
      }
    }
    return Optional.ofNullable(exhaustion);
  }

  /**
   * How to judge a file that a mirror sends: empty unless it is the {@code repomd.xml} of a
   * metalink.
   */
  public Optional<RepomdCheck> check(Upstream upstream, String path, Instant now) {
    if (lists == null
        || !upstream.isListed()
        || !repo.pathBelowBase(path).filter(REPOMD::equals).isPresent()) {
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
    if (background == null || lists == null) {
      return;
    }
    Instant now = background.clock().instant();
    records.update(upstream, what -> what.with(new Currency.Sight(checksum, newer, now)));
    if (newer) {
      lists.refreshEarly(list, now);
    }
  }

  /** A new list may say of mirrors in use that they lag, and one that lagged may have caught up. */
  private void lookAtThoseInUse(URI uri, ListFetcher.Fetched list) {
    if (background == null) {
      return;
    }
    Instant now = background.clock().instant();
    List<Upstream> toLookAt =
        list.mirrors().mirrors().stream()
            .filter(base -> base.variables().isEmpty())
            .filter(base -> isDoubtful(records.of(base), list.mirrors().accepted(), now))
            .limit(MOST_LOOKED_AT)
            .map(base -> mirror(base, list))
            .toList();
    for (Upstream mirror : toLookAt) {
      check(mirror, uri, list).ifPresent(check -> look(mirror, check));
    }
  }

  private static boolean isDoubtful(
      UpstreamRecords.Entry mirror, Set<Checksum> accepted, Instant now) {
    boolean inUse = mirror.sight() != null || mirror.speed().firstByteMillis() != null;
    return inUse && Currency.of(mirror.sight(), accepted, now) != Currency.CURRENT;
  }

  private void look(Upstream mirror, RepomdCheck check) {
    if (background == null) {
      return;
    }
    URI repomd = mirror.base().with(Map.of()).resolve(REPOMD);
    try {
      background.fetcher().look(repo, mirror, repomd, check);
    } catch (UpstreamException fault) {
      LOG.debug("repo '{}': {}", repo.id(), fault.getMessage());
    }
  }
}
