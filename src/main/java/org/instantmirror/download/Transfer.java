package org.instantmirror.download;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.store.PartialEntry;
import org.instantmirror.store.Store;
import org.instantmirror.store.StoredEntry;
import org.instantmirror.upstream.Cancellation;
import org.instantmirror.upstream.Measurement;
import org.instantmirror.upstream.Upstream;
import org.instantmirror.upstream.UpstreamClient;
import org.instantmirror.upstream.UpstreamPool;
import org.instantmirror.upstream.UpstreamPool.Exhaustion;
import org.instantmirror.upstream.Urgency;
import org.jspecify.annotations.Nullable;

/**
 * Carries a download out: asks one upstream after another, in rounds with growing pauses, resumes
 * what broke, and ends the download in one of its final phases. It runs on a thread of the queue,
 * and gives that back during pauses. One thread at a time, each seeing what the one before wrote
 * (the executors see to that); {@link #stop}, {@link #giveWay} and {@link #reconsider} may be
 * called from any.
 */
final class Transfer implements Claim.Work {

  private final Download download;
  private final Order order;
  private final UpstreamPool pool;
  private final Surroundings around;
  private final TransferLog log;
  private final Ending ending;
  private final Claim claim;
  private final Elsewhere elsewhere;

  // Confined to the running thread.
  private boolean planned;
  private @Nullable StoredEntry stored;
  private final HeldPartial partial = new HeldPartial();
  private Verification verification = new Verification(null);
  private @Nullable PartialEntry found; // what an earlier download left, while it is of use
  private final Tries tries;
  private Instant attemptBegan = Instant.EPOCH;
  private Optional<Measurement> took = Optional.empty(); // by the last attempt

  private volatile boolean stopped;
  private volatile boolean givingWay;
  private volatile Cancellation waiting = new Cancellation(); // for the list of mirrors
  private volatile @Nullable Attempt running;

  /** What all transfers share. */
  record Surroundings(
      Store store,
      UpstreamClient client,
      Planner planner,
      DownloadQueue queue,
      Clock clock,
      CorruptSources corruptSources,
      long abandonedLimit,
      Contents contents,
      WakeUps.Later later,
      java.util.function.Consumer<Download> onEnd) {}

  /**
   * @param claim to the places that it runs in
   */
  Transfer(Download download, UpstreamPool pool, Surroundings around, Claim claim) {
    this.claim = claim;
    this.download = download;
    this.order = download.order();
    this.pool = pool;
    this.tries = new Tries(order, pool, around.corruptSources);
    this.around = around;
    this.log = new TransferLog(download);
    this.ending = new Ending(download, around, log, partial);
    this.elsewhere = new Elsewhere(this, download, around, claim, ending, partial);
  }

  Download download() {
    return download;
  }

  Instant now() {
    return around.clock.instant();
  }

  /** Judges anew how urgent it is, and what it depends on. */
  void judge() {
    around.queue.judge(claim);
    elsewhere.leader().ifPresent(Transfer::judge);
    if (download.isAbandoned()) {
      reconsider();
    }
  }

  /** Ends it soon, with its bytes kept for later. */
  void stop() {
    stopped = true;
    elsewhere.stop();
    waiting.cancel();
    Attempt attempt = running;
    if (attempt != null) {
      attempt.stop();
    }
  }

  /** While nobody waits for it: its bytes are kept, and it goes on where it is. */
  @Override
  public void giveWay() {
    givingWay = true;
    waiting.cancel();
    Attempt attempt = running;
    if (attempt != null) {
      attempt.stop();
    }
  }

  @Override
  public Urgency urgency() {
    return download.urgency();
  }

  @Override
  public int clients() {
    return download.clients();
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
      if (elsewhere.follows() && !goOnAlone()) {
        return;
      }
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
        partial.suspend();
        return;
      }
      log.fault(fault);
      ending.failed(new Failure(Failure.Kind.BAD_GATEWAY, "internal fault"));
      throw fault;
    }
  }

  @Override
  public void refuse() {
    ending.failed(
        new Failure(Failure.Kind.OVERLOADED, "too many downloads are waiting; try again later"));
  }

  /** False if there is nothing to do. */
  private boolean plan() {
    Plan plan = around.planner.plan(order, around.clock.instant());
    if (plan instanceof Plan.Deliver known) {
      ending.without(Phase.UNCHANGED, new Opening.Unchanged(known.entry(), 0));
      return false;
    }
    if (plan instanceof Plan.DeliverStale known) {
      ending.without(Phase.UNCHANGED, new Opening.Stale(known.entry()));
      return false;
    }
    if (plan instanceof Plan.KnownMissing) {
      ending.without(Phase.FAILED, new Opening.Missing());
      return false;
    }
    ListedFile listed;
    if (plan instanceof Plan.Verify unknown) {
      listed = unknown.listed();
      Optional<StoredEntry> verified =
          StoredDigest.verify(around.store, unknown.entry(), unknown.listed());
      if (verified.isPresent()) {
        ending.without(Phase.UNCHANGED, new Opening.Unchanged(verified.get(), 0));
        return false;
      }
    } else {
      stored = ((Plan.Ask) plan).stored();
      listed = ((Plan.Ask) plan).listed();
    }
    verification = new Verification(listed);
    download.advance(Phase.HEADERS);
    if (listed != null && elsewhere.has(listed)) {
      return false;
    }
    Optional<Exhaustion> exhausted = pool.exhausted(order.key().path(), around.clock.instant());
    if (exhausted.isPresent()) {
      ending.failed(Failure.notAsked(order, exhausted));
      return false;
    }
    found = around.store.resume(order.key()).orElse(null);
    partial.hold(found);
    log.resumed(partial.size());
    return true;
  }

  /** No more is to come from the download of another name; false if this one has ended, too. */
  private boolean goOnAlone() {
    if (stopped) {
      ending.stopped();
      return false;
    }
    Elsewhere.Next next = elsewhere.end(Objects.requireNonNull(verification.listed()));
    planned = next == Elsewhere.Next.GO_ON;
    return next != Elsewhere.Next.ENDED;
  }

  private void goOn() {
    while (!stopped && !givingWay) {
      Optional<Upstream> next = tries.next(around.clock.instant());
      if (next.isEmpty()) {
        if (pool.awaitMirrors(order.key().path(), around.clock.instant(), waiting)) {
          continue;
        }
        roundIsOver();
        return;
      }
      AttemptResult result = attempt(next.get());
      if (download.phase().isFinal()) {
        // Abandoned meanwhile by a server that could wait no longer.
        partial.suspend();
        return;
      }
      if (settle(next.get(), result)) {
        return;
      }
    }
    if (stopped) {
      ending.stopped();
    } else {
      givingWay = false;
      waiting = new Cancellation();
      log.gaveWay();
      around.queue.resubmit(claim, Duration.ZERO);
    }
  }

  private AttemptResult attempt(Upstream upstream) {
    Attempt attempt =
        new Attempt(download, around, pool, upstream, stored, partial, verification, claim);
    running = attempt;
    if (stopped || givingWay) {
      attempt.stop();
    }
    log.asked(attempt.uri());
    attemptBegan = around.clock.instant();
    AttemptResult result = attempt.run();
    took = attempt.measurement();
    if (partial.entry() != found) {
      // It was no use.
      found = null;
      log.resumed(0);
    }
    return result;
  }

  /** True if the download has ended. */
  private boolean settle(Upstream upstream, AttemptResult result) {
    Instant now = around.clock.instant();
    if (result instanceof AttemptResult.Whole whole) {
      tries.answered(upstream, took, now);
      ending.whole(whole.endIsCertain(), verification.checksum());
      return true;
    } else if (result instanceof AttemptResult.Confirmed confirmed) {
      tries.answered(upstream, took, now);
      ending.confirmed(Objects.requireNonNull(stored), confirmed);
      return true;
    } else if (result instanceof AttemptResult.NotThere) {
      tries.notThere(upstream, now);
      return false;
    } else if (result instanceof AttemptResult.Anew) {
      return false;
    } else if (result instanceof AttemptResult.Corrupt corrupt) {
      return corrupt(upstream, corrupt.failure(), now);
    } else if (result instanceof AttemptResult.Mixture mixture) {
      return mixture(upstream, mixture, now);
    } else if (result instanceof AttemptResult.Changed) {
      ending.changed();
      return true;
    } else if (result instanceof AttemptResult.NotStored notStored) {
      ending.unstorable(notStored.fault());
      return true;
    } else if (result instanceof AttemptResult.Folder) {
      ending.without(Phase.FAILED, new Opening.Unstorable("upstream redirects it to a folder"));
      return true;
    } else if (result instanceof AttemptResult.Unshared unshared) {
      ending.unshared(unshared.why(), stored);
      return true;
    } else if (result instanceof AttemptResult.Stopped) {
      return false;
    }
    failedTry(upstream, (AttemptResult.Failed) result, now);
    return false;
  }

  /** True if the download has ended: what clients have of it can't become the file any more. */
  private boolean corrupt(Upstream upstream, Failure failure, Instant now) {
    around.corruptSources.record(pool.uri(upstream, order.key().path()), now);
    if (download.phase() == Phase.STREAMING) {
      ending.corrupt(failure);
      return true;
    }
    failedTry(upstream, new AttemptResult.Failed(failure, false), now);
    return false;
  }

  /** The same, where it isn't known who sent it. */
  private boolean mixture(Upstream upstream, AttemptResult.Mixture mixture, Instant now) {
    around.corruptSources.record(order.key(), now);
    boolean opened = download.phase() == Phase.STREAMING;
    if (opened) {
      ending.corrupt(mixture.failure());
    } else {
      failedTry(upstream, new AttemptResult.Failed(mixture.failure(), false), now);
    }
    try {
      // Clients don't wait for it, nor does anybody who wants the place.
      around.queue.runBeside(mixture.culprit()::find);
    } catch (RejectedExecutionException e) {
      log.stopping(e);
    }
    return opened;
  }

  private void failedTry(Upstream upstream, AttemptResult.Failed failed, Instant now) {
    tries.failed(upstream, failed, attemptBegan, now, partial.size());
    if (download.phase() != Phase.STREAMING) {
      // Nobody has a byte of it: better whole from the next upstream than not at all.
      keepOnlyIfResumable();
    }
    log.failedTry(failed.failure());
  }

  private void keepOnlyIfResumable() {
    PartialEntry bytes = partial.entry();
    if (bytes != null && Resumption.ifRange(bytes.head(), true).isEmpty()) {
      partial.discard();
    }
  }

  /** No upstream is left to ask in this round: the download ends, or pauses. */
  private void roundIsOver() {
    Instant now = around.clock.instant();
    boolean opened = download.phase() == Phase.STREAMING;
    if (tries.missingSomewhere() && tries.mayAppear(verification.isCertain())) {
      around.queue.resubmit(claim, tries.nextRound(now));
    } else if (tries.missingEverywhere(now)) {
      ending.gone(stored);
    } else if (stored != null && !opened) {
      ending.unchecked(tries.failure(now), tries.any());
    } else if (tries.missingSomewhere() && !opened) {
      ending.missing();
    } else if (tries.usedUp()) {
      tries.shareFailure();
      ending.failed(tries.failure(now));
    } else {
      around.queue.resubmit(claim, tries.nextRound(now));
    }
  }

  /**
   * Ends it although it may never have run. For a server that stops; no thread runs it any more.
   */
  void abandon() {
    if (!download.phase().isFinal()) {
      ending.stopped();
    }
  }
}
