package org.instantmirror.download;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.instantmirror.download.ByteSource.Break;
import org.instantmirror.freshness.Vanishing;
import org.instantmirror.store.PartialEntry;
import org.instantmirror.store.StorageException;
import org.instantmirror.store.Store;
import org.instantmirror.store.StoredEntry;
import org.instantmirror.upstream.UpstreamClient;
import org.instantmirror.upstream.UpstreamPool;
import org.instantmirror.upstream.UpstreamPool.Exhaustion;
import org.jspecify.annotations.Nullable;

/**
 * Carries a download out: asks one upstream after another, in rounds with growing pauses, resumes
 * what broke, and ends the download in one of its final phases. It runs on a thread of the queue,
 * and gives that back during pauses. One thread at a time, each seeing what the one before wrote
 * (the executors see to that); {@link #stop} and {@link #reconsider} may be called from any.
 */
final class Transfer implements Runnable {

  /** A transfer that got this far since its last break isn't stuck: its tries are counted anew. */
  private static final long PROGRESS = 1 << 20;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final Download download;
  private final Order order;
  private final Surroundings around;
  private final TransferLog log;

  // Confined to the running thread.
  private boolean planned;
  private @Nullable StoredEntry stored;
  private @Nullable PartialEntry partial;
  private final Set<Integer> missing = new HashSet<>();
  private final Set<Integer> tried = new HashSet<>();
  private int round = 1;
  private long sizeAtBreak;
  private Instant attemptBegan = Instant.EPOCH;
  private @Nullable Failure lastFailure;

  /** Whether the last failure was the upstream's as a whole. */
  private boolean upstreamFailed;

  private volatile boolean stopped;
  private volatile @Nullable Attempt running;

  /** What all transfers share. */
  record Surroundings(
      Store store,
      UpstreamClient client,
      Planner planner,
      DownloadQueue queue,
      Clock clock,
      long abandonedLimit,
      java.util.function.Consumer<Download> onEnd) {}

  private final UpstreamPool pool;

  Transfer(Download download, UpstreamPool pool, Surroundings around) {
    this.download = download;
    this.order = download.order();
    this.pool = pool;
    this.around = around;
    this.log = new TransferLog(download);
  }

  /** Ends it soon, with its bytes kept for later. */
  void stop() {
    stopped = true;
    Attempt attempt = running;
    if (attempt != null) {
      attempt.stop();
    }
  }

  /**
   * Looks whether a download that no client waits for is worth going on with: if at least half is
   * here, or little is left; else it is stopped, resumable.
   */
  void reconsider() {
    if (download.phase() == Phase.STREAMING && !worthFinishing() && download.closeIfAbandoned()) {
      stop();
    }
  }

  private boolean worthFinishing() {
    if (!(download.opening().getNow(null) instanceof Opening.Streaming opening)
        || opening.length() < 0) {
      return true;
    }
    long here = download.available();
    return here >= opening.length() / 2 || opening.length() - here <= around.abandonedLimit;
  }

  @Override
  public void run() {
    try {
      if (!planned) {
        planned = true;
        if (!plan()) {
          return;
        }
      }
      goOn();
    } catch (RuntimeException | Error fault) {
      if (download.phase().isFinal()) {
        // Abandoned meanwhile; what it used has been closed under it.
        suspend();
        return;
      }
      log.fault(fault);
      suspend();
      fail(new Failure(Failure.Kind.BAD_GATEWAY, "internal fault"), Break.UPSTREAM);
      throw fault;
    }
  }

  /** The place in the queue never came. */
  void refuse() {
    fail(
        new Failure(Failure.Kind.OVERLOADED, "too many downloads are waiting; try again later"),
        Break.STOPPED);
  }

  /** False if there is nothing to do. */
  private boolean plan() {
    Plan plan = around.planner.plan(order, around.clock.instant());
    if (plan instanceof Plan.Deliver known) {
      finish(Phase.UNCHANGED, new Opening.Unchanged(known.entry(), 0));
      return false;
    }
    if (plan instanceof Plan.DeliverStale known) {
      finish(Phase.UNCHANGED, new Opening.Stale(known.entry()));
      return false;
    }
    if (plan instanceof Plan.KnownMissing) {
      finish(Phase.FAILED, new Opening.Missing());
      return false;
    }
    stored = ((Plan.Ask) plan).stored();
    download.advance(Phase.HEADERS);
    Optional<Exhaustion> exhausted = pool.exhausted(around.clock.instant());
    if (exhausted.isPresent()) {
      fail(Failure.notAsked(order, exhausted), Break.UPSTREAM);
      return false;
    }
    partial = around.store.resume(order.key()).orElse(null);
    if (partial != null) {
      log.resumed(partial.size());
    }
    return true;
  }

  private void goOn() {
    while (true) {
      if (stopped) {
        stopHere();
        return;
      }
      Optional<Integer> next = nextUpstream();
      if (next.isEmpty()) {
        if (roundIsOver()) {
          return;
        }
        continue;
      }
      AttemptResult result = attempt(next.get());
      if (download.phase().isFinal()) {
        // Abandoned meanwhile by a server that could wait no longer.
        suspend();
        return;
      }
      if (settle(next.get(), result)) {
        return;
      }
    }
  }

  private Optional<Integer> nextUpstream() {
    List<Integer> candidates = pool.candidates(around.clock.instant());
    return candidates.stream()
        .filter(index -> !missing.contains(index) && !tried.contains(index))
        .findFirst();
  }

  private AttemptResult attempt(int index) {
    URI uri = order.repo().upstreamUri(index, order.key().path());
    Attempt attempt = new Attempt(download, around.store, around.client, uri, stored, partial);
    running = attempt;
    if (stopped) {
      attempt.stop();
    }
    log.asked(uri);
    attemptBegan = around.clock.instant();
    AttemptResult result = attempt.run();
    partial = attempt.partial();
    return result;
  }

  /** True if the download has ended. */
  private boolean settle(int index, AttemptResult result) {
    Instant now = around.clock.instant();
    if (result instanceof AttemptResult.Whole whole) {
      pool.succeeded(index, now);
      commit(whole.endIsCertain());
      return true;
    } else if (result instanceof AttemptResult.Confirmed confirmed) {
      pool.succeeded(index, now);
      confirm(confirmed, now);
      return true;
    } else if (result instanceof AttemptResult.NotThere) {
      pool.succeeded(index, now);
      missing.add(index);
      return false;
    } else if (result instanceof AttemptResult.Anew) {
      return false;
    } else if (result instanceof AttemptResult.Changed) {
      discard();
      log.changed();
      endBroken(Break.STARTED_OVER);
      return true;
    } else if (result instanceof AttemptResult.NotStored notStored) {
      unstorable(notStored.fault());
      return true;
    } else if (result instanceof AttemptResult.Folder) {
      finish(Phase.FAILED, new Opening.Unstorable("upstream redirects it to a folder"));
      return true;
    } else if (result instanceof AttemptResult.Stopped) {
      stopHere();
      return true;
    }
    failedTry(index, (AttemptResult.Failed) result, now);
    return false;
  }

  private void failedTry(int index, AttemptResult.Failed failed, Instant now) {
    lastFailure = failed.failure();
    upstreamFailed = failed.upstreamDown();
    tried.add(index);
    if (failed.upstreamDown()) {
      pool.failed(index, attemptBegan, now);
    }
    long size = partial == null ? 0 : partial.size();
    if (size - sizeAtBreak >= PROGRESS) {
      round = 1;
    }
    sizeAtBreak = size;
    if (size > 0 && download.phase() != Phase.STREAMING) {
      // Nobody has a byte of it: better whole from the next upstream than not at all.
      keepOnlyIfResumable();
    }
    log.failedTry(failed.failure());
  }

  private void keepOnlyIfResumable() {
    if (partial != null && Resumption.ifRange(partial.head(), true).isEmpty()) {
      discard();
    }
  }

  /** No upstream is left to ask in this round. True if the download has ended or is pausing. */
  private boolean roundIsOver() {
    int upstreams = order.repo().baseUrls().size();
    if (missing.size() == upstreams) {
      gone();
      return true;
    }
    if (!missing.isEmpty() && stored == null && download.phase() != Phase.STREAMING) {
      // One that can be reached says that there is no such file. Nothing is dropped for that.
      suspend();
      around.planner.recordMissing(order, around.clock.instant());
      finish(Phase.FAILED, new Opening.Missing());
      return true;
    }
    if (stored != null && download.phase() != Phase.STREAMING) {
      suspend();
      if (!tried.isEmpty() || !missing.isEmpty()) {
        // Known before anybody is answered, whose next request may follow at once.
        around.planner.recordFailedCheck(order, around.clock.instant());
      }
      fail(failure(), Break.UPSTREAM);
      return true;
    }
    if (round >= order.repo().retries()) {
      exhausted();
      return true;
    }
    pause();
    return true;
  }

  /** Why it failed: what the last upstream that was asked said, or that none could be. */
  private Failure failure() {
    return lastFailure == null
        ? Failure.notAsked(order, pool.exhausted(around.clock.instant()))
        : lastFailure;
  }

  private void exhausted() {
    if (upstreamFailed) {
      pool.markExhausted(failure().ofUpstream());
    }
    suspend();
    fail(failure(), Break.UPSTREAM);
  }

  private void pause() {
    Instant now = around.clock.instant();
    Duration own = FIRST_PAUSE.multipliedBy(1L << Math.min(round, 6));
    Duration pause = own.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : own;
    // An upstream that rests is waited for, but the pool's rest is no longer than our own pauses
    // get.
    Duration rest =
        pool.earliestReturn(now).map(at -> Duration.between(now, at)).orElse(Duration.ZERO);
    round++;
    tried.clear();
    around.queue.resubmit(order.repo(), this, rest.compareTo(pause) > 0 ? rest : pause);
  }

  // ---- ends

  private void commit(boolean endIsCertain) {
    PartialEntry whole = java.util.Objects.requireNonNull(partial);
    download.bytesComplete();
    if (!endIsCertain) {
      // Ended by closing, without a length: nobody can know that it is whole.
      discard();
      endBroken(null);
      return;
    }
    try {
      whole.commit(around.clock.instant());
      around.planner.recordPresent(order.key());
      around.onEnd.accept(download);
      download.end(Phase.COMMITTED, (Break) null);
      log.ended(whole.length() < 0 ? whole.size() : whole.length());
    } catch (StorageException fault) {
      log.notStored(fault);
      discard();
      endBroken(Break.STORAGE);
    }
  }

  private void confirm(AttemptResult.Confirmed confirmed, Instant now) {
    StoredEntry entry =
        around.store.freshen(java.util.Objects.requireNonNull(stored), confirmed.head(), now);
    around.planner.recordPresent(order.key());
    discard();
    finish(Phase.UNCHANGED, new Opening.Unchanged(entry, confirmed.status()));
  }

  /** All upstreams, all of them reachable, say 404 or 410. */
  private void gone() {
    Instant now = around.clock.instant();
    boolean opened = download.phase() == Phase.STREAMING;
    discard();
    StoredEntry entry = stored;
    if (entry != null && !opened) {
      Duration vanishAfter = order.repo().lifetimes().vanishAfter();
      Vanishing fate = Vanishing.of(order.key().path(), entry.goneSince(), vanishAfter, now);
      // One that was changed behind our back isn't what upstream had: nothing worth keeping.
      if (fate == Vanishing.KEEP && entry.origin() != StoredEntry.Origin.ALTERED) {
        Instant since = Vanishing.since(entry.goneSince(), now);
        StoredEntry kept = around.store.markGone(entry, since, now);
        finish(Phase.UNCHANGED, new Opening.Unchanged(kept, 404));
        return;
      }
      around.store.drop(entry);
      log.dropped();
    }
    around.planner.recordMissing(order, now);
    if (opened) {
      endBroken(Break.UPSTREAM);
    } else {
      finish(Phase.FAILED, new Opening.Missing());
    }
  }

  private void unstorable(StorageException fault) {
    log.notStored(fault);
    discard();
    if (download.phase() == Phase.STREAMING) {
      endBroken(Break.STORAGE);
    } else {
      finish(Phase.FAILED, new Opening.Unstorable(String.valueOf(fault.getMessage())));
    }
  }

  private void stopHere() {
    suspend();
    if (download.phase() == Phase.STREAMING) {
      endBroken(Break.STOPPED);
    } else {
      finish(Phase.FAILED, new Opening.Withdrawn());
    }
  }

  /**
   * Ends it although it may never have run. For a server that stops; no thread runs it any more.
   */
  void abandon() {
    if (!download.phase().isFinal()) {
      stopHere();
    }
  }

  private void fail(Failure failure, Break reason) {
    if (download.phase() == Phase.STREAMING) {
      log.failed(failure);
      endBroken(reason);
    } else if (!download.phase().isFinal()) {
      finish(Phase.FAILED, new Opening.Unavailable(failure));
    }
  }

  private void finish(Phase phase, Opening outcome) {
    around.onEnd.accept(download);
    download.end(phase, outcome);
  }

  private void endBroken(@Nullable Break reason) {
    around.onEnd.accept(download);
    download.end(Phase.FAILED, reason);
    log.broken(reason);
  }

  private void discard() {
    if (partial != null) {
      partial.discard();
      partial = null;
    }
  }

  private void suspend() {
    if (partial != null) {
      partial.suspend();
      partial = null;
    }
  }
}
