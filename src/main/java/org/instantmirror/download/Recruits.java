package org.instantmirror.download;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.instantmirror.repo.Segmentation;
import org.instantmirror.upstream.Upstream;
import org.instantmirror.upstream.UpstreamPool;

/**
 * Which mirrors the lanes of a {@link Crew} may go to. Guarded by the lock of {@link Lanes}, but
 * for {@link #known}.
 */
final class Recruits {

  /** Others don't come into question: a list may name 200. */
  private static final int MOST_MIRRORS = 30;

  /** A mirror that has failed so often in a download isn't asked for its segments any more. */
  private static final int MOST_FAILURES = 3;

  /** One that has failed for the first time has a rest, whether others are left or not. */
  private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Order order;
  private final UpstreamPool pool;
  private final CorruptSources corrupt;
  private final Map<Upstream, Failures> failures = new HashMap<>();

  private record Failures(int count, long sinceNanos) {}

  Recruits(Order order, UpstreamPool pool, CorruptSources corrupt) {
    this.order = order;
    this.pool = pool;
    this.corrupt = corrupt;
  }

  /**
   * Those of the pool, best first, as often as each may have a lane. Takes no notice of failures.
   */
  List<Upstream> known(Instant now) {
    String path = order.key().path();
    Segmentation rule = order.repo().segmentation();
    List<Upstream> mirrors =
        pool.candidates(path, now).stream()
            .filter(mirror -> !order.preference().except().contains(pool.uri(mirror, path)))
            .filter(mirror -> !corrupt.contains(pool.uri(mirror, path), now))
            .limit(MOST_MIRRORS)
            .toList();
    List<Upstream> all = new ArrayList<>();
    for (int i = 0; i < rule.perUpstream(); i++) {
      all.addAll(mirrors);
    }
    return all;
  }

  /**
   * The next one to have a lane to.
   *
   * @param known as {@link #known}
   * @param busy those that have lanes
   */
  Optional<Upstream> next(List<Upstream> known, Collection<Upstream> busy, long nowNanos) {
    List<Upstream> free = new ArrayList<>(known);
    busy.forEach(free::remove);
    return free.stream().filter(mirror -> !isOut(mirror, nowNanos)).findFirst();
  }

  private boolean isOut(Upstream mirror, long nowNanos) {
    Failures known = failures.get(mirror);
    return known != null && nowNanos - known.sinceNanos < restNanos(known.count);
  }

  /**
   * How long a mirror that has failed so often isn't asked: each time four times as long, or a few
   * that stand still would hand a segment on to each other.
   */
  static long restNanos(int failures) {
    return failures >= MOST_FAILURES ? Long.MAX_VALUE : REST_NANOS << (2 * (failures - 1));
  }

  /** It has failed, and has a rest. */
  void failed(Upstream mirror, long nowNanos) {
    Failures before = failures.get(mirror);
    failures.put(mirror, new Failures(before == null ? 1 : before.count + 1, nowNanos));
  }

  /** It is of no use for this file. */
  void exclude(Upstream mirror, long nowNanos) {
    failures.put(mirror, new Failures(MOST_FAILURES, nowNanos));
  }

  /** It has brought a segment. */
  void succeeded(Upstream mirror) {
    failures.remove(mirror);
  }
}
