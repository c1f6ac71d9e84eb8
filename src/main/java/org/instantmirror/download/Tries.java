package org.instantmirror.download;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.instantmirror.upstream.Measurement;
import org.instantmirror.upstream.Upstream;
import org.instantmirror.upstream.UpstreamPool;
import org.jspecify.annotations.Nullable;

/**
 * Which upstreams a download has asked, in rounds with growing pauses, and what came of it.
 * Confined to the transfer's thread.
 */
final class Tries {

  /** A transfer that got this far since its last break isn't stuck: its tries are counted anew. */
  private static final long PROGRESS = 1 << 20;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  /** A list may name hundreds of mirrors: the others have their turn in the next rounds. */
  private static final int MOST_FAILED_IN_ROUND = 8;

  /** What repodata lists and nobody has may be on its way: a tree is copied file by file. */
  private static final int ROUNDS_FOR_LISTED = 3;

  private final Order order;
  private final UpstreamPool pool;
  private final CorruptSources corrupt;
  private final Set<Upstream> missing = new HashSet<>(); // in this round
  private final Set<Upstream> failed = new HashSet<>(); // likewise
  private int round = 1;
  private long sizeAtBreak;
  private @Nullable Failure lastFailure;

  /** Whether the last failure was the upstream's as a whole. */
  private boolean upstreamFailed;

  /**
   * @param pool the health of the repository's upstreams, which learns what comes of each try
   * @param corrupt those that are asked last
   */
  Tries(Order order, UpstreamPool pool, CorruptSources corrupt) {
    this.order = order;
    this.pool = pool;
    this.corrupt = corrupt;
  }

  /** Whom to ask next; empty if nobody is left in this round. */
  Optional<Upstream> next(Instant now) {
    boolean enough =
        listed(missing) >= UpstreamPool.MOST_ASKED || listed(failed) >= MOST_FAILED_IN_ROUND;
    return pool.candidates(order.key().path(), now).stream()
        .filter(upstream -> !missing.contains(upstream) && !failed.contains(upstream))
        .filter(upstream -> !(enough && upstream.isListed()))
        .filter(upstream -> !order.preference().except().contains(uri(upstream)))
        .min(
            Comparator.comparing((Upstream upstream) -> corrupt.contains(uri(upstream), now))
                .thenComparing(upstream -> !uri(upstream).equals(order.preference().first())));
  }

  private URI uri(Upstream upstream) {
    return pool.uri(upstream, order.key().path());
  }

  private static long listed(Set<Upstream> upstreams) {
    return upstreams.stream().filter(Upstream::isListed).count();
  }

  /** It gave an answer that ends the download. */
  void answered(Upstream upstream, Optional<Measurement> took, Instant now) {
    pool.succeeded(upstream, now);
    took.ifPresent(measurement -> pool.measured(upstream, measurement, now));
  }

  /** It doesn't have the file. */
  void notThere(Upstream upstream, Instant now) {
    pool.succeeded(upstream, now);
    missing.add(upstream);
  }

  /**
   * The try failed.
   *
   * @param began when it did
   * @param size how many bytes are here
   */
  void failed(
      Upstream upstream, AttemptResult.Failed result, Instant began, Instant now, long size) {
    lastFailure = result.failure();
    upstreamFailed = result.upstreamDown();
    failed.add(upstream);
    pool.disappointed(upstream, now);
    if (upstreamFailed) {
      pool.failed(upstream, began, now);
    }
    if (size - sizeAtBreak >= PROGRESS) {
      round = 1;
    }
    sizeAtBreak = size;
  }

  /** Whether no upstream has the file, and all of them say so, as far as they are asked. */
  boolean missingEverywhere(Instant now) {
    return pool.goneEverywhere(order.key().path(), missing, now);
  }

  /** Whether an upstream has said that it doesn't have the file. */
  boolean missingSomewhere() {
    return !missing.isEmpty();
  }

  /** Whether any upstream was asked in this round; all may rest. */
  boolean any() {
    return !failed.isEmpty() || !missing.isEmpty();
  }

  /** Whether no round is to follow this one. */
  boolean usedUp() {
    return round >= order.repo().retries();
  }

  /** Why they failed: what the last upstream that was asked said, or that none could be. */
  Failure failure(Instant now) {
    return lastFailure == null
        ? Failure.notAsked(order, pool.exhausted(order.key().path(), now))
        : lastFailure;
  }

  /** Spares others the same tries while all upstreams rest. */
  void shareFailure() {
    if (upstreamFailed && lastFailure != null) {
      pool.markExhausted(lastFailure.ofUpstream());
    }
  }

  /**
   * Whether it is too soon to believe that the file is nowhere: repodata lists it, and the client
   * wouldn't ask again but within milliseconds.
   */
  boolean mayAppear(boolean isListed) {
    return isListed && round < Math.min(ROUNDS_FOR_LISTED, order.repo().retries());
  }

  /**
   * Begins the next round.
   *
   * @return after which pause
   */
  Duration nextRound(Instant now) {
    Duration own = FIRST_PAUSE.multipliedBy(1L << Math.min(round, 6));
    Duration pause = own.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : own;
    // An upstream that rests is waited for; its rest is no longer than our own pauses get.
    Duration rest =
        pool.earliestReturn(order.key().path(), now)
            .map(at -> Duration.between(now, at))
            .orElse(Duration.ZERO);
    round++;
    failed.clear();
    missing.clear();
    return rest.compareTo(pause) > 0 ? rest : pause;
  }
}
