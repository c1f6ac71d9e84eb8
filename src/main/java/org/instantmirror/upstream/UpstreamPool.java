package org.instantmirror.upstream;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.instantmirror.repo.BaseUrl;
import org.instantmirror.repo.ListUrl;
import org.instantmirror.repo.Repo;
import org.instantmirror.upstream.MirrorLists.Background;
import org.instantmirror.upstream.Ranking.Candidate;
import org.instantmirror.upstream.Ranking.Purpose;
import org.jspecify.annotations.Nullable;

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

  private final Repo repo;
  private final UpstreamRecords records;
  private final Candidates candidates;
  private final @Nullable ListedMirrors listed;

  /** Why the last download that used up its retries failed. */
  private volatile @Nullable Exhaustion exhaustion;

  /** A pool of the base URLs alone, in which nothing has failed yet. */
  public UpstreamPool(Repo repo) {
    this(repo, null, new UpstreamRecords());
  }

  /**
   * A pool in which nothing has failed yet.
   *
   * @param background for the list of mirrors; null leaves it out
   */
  UpstreamPool(Repo repo, @Nullable Background background) {
    this(repo, background, new UpstreamRecords());
  }

  private UpstreamPool(Repo repo, @Nullable Background background, UpstreamRecords records) {
    this.repo = repo;
    this.records = records;
    this.candidates = new Candidates(repo, records);
    ListUrl source = repo.list();
    this.listed =
        source == null || background == null
            ? null
            : new ListedMirrors(repo, source, records, background);
  }

  /** Whose upstreams these are. */
  public Repo repo() {
    return repo;
  }

  /** Whether these are the upstreams of that as well. */
  public boolean isOf(Repo other) {
    return repo.isLike(other);
  }

  /** The same upstreams, with what is known of them, for a repository that is like this one. */
  UpstreamPool of(Repo other, Background background) {
    return repo.equals(other) ? this : new UpstreamPool(other, background, records);
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
    return UpstreamRequest.to(upstream, repo, method, uri(upstream, path), headers).of(path);
  }

  private static Purpose purpose(String path) {
    return path.startsWith("repodata/") || path.contains("/repodata/")
        ? Purpose.METADATA
        : Purpose.PACKAGE;
  }

  /** Resting ones too. */
  private List<Candidate> all(String path, Instant now) {
    return candidates.of(path, listed == null ? Optional.empty() : listed.known(path, now), now);
  }

  /**
   * Waits for the first list of mirrors of a path, as one waits for an upstream's answer.
   *
   * @return whether it makes sense to look for {@link #candidates} again; false if there is no list
   *     to wait for, or it takes too long
   */
  public boolean awaitMirrors(String path, Instant now, Cancellation cancellation) {
    Optional<CompletableFuture<Void>> pending =
        listed == null ? Optional.empty() : listed.pending(path, now);
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
    Optional<Instant> list = listed == null ? Optional.empty() : listed.restsUntil(path, now);
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
    boolean listMissing = listed != null && listed.known(path, now).isEmpty();
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

  /** How fast an upstream's bodies have been lately, in bytes a second; 0 if that isn't known. */
  public double bytesPerSecond(Upstream upstream, Instant now) {
    Double millisPerMegabyte = records.of(upstream.base()).speed().at(now).millisPerMegabyte();
    return millisPerMegabyte == null || millisPerMegabyte <= 0 ? 0 : 1e9 / millisPerMegabyte;
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
    if (listed != null && repo.listUri(path).isPresent() && listed.known(path, now).isEmpty()) {
      return listed.fault(path, now);
    }
    return Optional.ofNullable(exhaustion);
  }

  /**
   * How to judge a file that a mirror sends: empty unless it is the {@code repomd.xml} of a
   * metalink.
   */
  public Optional<RepomdCheck> check(Upstream upstream, String path, Instant now) {
    return listed == null ? Optional.empty() : listed.check(upstream, path, now);
  }

  /**
   * How the upstreams of a path are doing, in the order in which they would be asked; those that
   * wouldn't be last. A pure look: a list that has expired isn't fetched.
   */
  public List<Standing> standings(String path, Instant now) {
    return Standing.of(
        candidates.of(path, listed == null ? Optional.empty() : listed.look(path), now),
        purpose(path),
        now);
  }

  /** How the base URLs are doing, in their order, those that rest last. A pure look. */
  public List<Standing> configured(Instant now) {
    return Standing.of(candidates.configured(now), Purpose.PACKAGE, now);
  }

  /** How the lists in use are doing, and their mirrors. A pure look. */
  public List<ListStanding> lists(Instant now) {
    if (listed == null) {
      return List.of();
    }
    return listed.lists().all().stream()
        .map(
            list ->
                ListStanding.of(
                    list,
                    known -> Standing.of(candidates.mirrors(known, now), Purpose.PACKAGE, now)))
        .toList();
  }

  /**
   * A list of mirrors in use.
   *
   * @param uri where it is from
   * @param mirrors the same object as long as the list is the same
   */
  public record KnownList(URI uri, List<BaseUrl> mirrors) {}

  /** The lists in use that are here, whatever their age. A pure look. */
  public List<KnownList> knownLists() {
    if (listed == null) {
      return List.of();
    }
    return listed.lists().all().stream()
        .filter(list -> list.known() != null)
        .map(
            list ->
                new KnownList(list.uri(), Objects.requireNonNull(list.known()).mirrors().mirrors()))
        .toList();
  }

  /**
   * Has the list of a path's mirrors fetched, if it isn't here.
   *
   * @return its end, however; empty if the list is here or there is no use in trying now
   */
  public Optional<CompletableFuture<Void>> prepareMirrors(String path, Instant now) {
    return listed == null ? Optional.empty() : listed.pending(path, now);
  }

  /** Forgets the lists of mirrors, here and on disk: they are fetched anew when next needed. */
  public void forgetLists() {
    if (listed != null) {
      listed.lists().forgetAll();
    }
  }
}
