package org.instantmirror.mirror;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.instantmirror.download.Attachment;
import org.instantmirror.download.Coordinator;
import org.instantmirror.download.Download;
import org.instantmirror.download.Failure;
import org.instantmirror.download.HeadAnswer;
import org.instantmirror.download.Limits;
import org.instantmirror.download.Opening;
import org.instantmirror.download.Order;
import org.instantmirror.download.Phase;
import org.instantmirror.download.SharedHead;
import org.instantmirror.freshness.Decision;
import org.instantmirror.freshness.Decision.Action;
import org.instantmirror.freshness.Decision.Reason;
import org.instantmirror.http.CacheStatus;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.RepoId;
import org.instantmirror.store.Store;
import org.instantmirror.store.StoredEntry;
import org.instantmirror.upstream.UpstreamClient;
import org.instantmirror.upstream.UpstreamPool;
import org.jspecify.annotations.Nullable;

/**
 * Answers requests for files that are ours: looks up, decides, and if upstream must be asked joins
 * the download of the file. Nothing here blocks. Thread-safe.
 */
public final class Mirror implements AutoCloseable {

  /** How often a request is begun again because what it waited for came to nothing it can use. */
  private static final int MOST_ROUNDS = 3;

  private static final CacheStatus NOT_STORABLE =
      CacheStatus.forwarded(CacheStatus.Forward.URI_MISS).withDetail("not-storable");

  private static final CacheStatus UNREACHABLE =
      CacheStatus.hit().withDetail("upstream-unreachable");

  private final Store store;
  private final Lookup lookup;
  private final NegativeAnswers negatives;
  private final Generations generations;
  private final Coordinator coordinator;
  private final Clock clock;
  private final Duration patience;
  private final ScheduledThreadPoolExecutor timer;

  /**
   * @param pools the health of each repository's upstreams
   * @param limits bounds of downloads; their {@code queueTimeout} also bounds how long a client
   *     waits for its status line
   */
  public Mirror(
      Store store,
      UpstreamClient client,
      Map<RepoId, UpstreamPool> pools,
      Limits limits,
      Clock clock) {
    this.store = store;
    this.negatives = new NegativeAnswers();
    this.generations = new Generations(store, this::obtain, clock);
    this.lookup = new Lookup(store, negatives, generations);
    this.coordinator = new Coordinator(store, client, pools, lookup, limits, clock);
    this.clock = clock;
    this.patience = limits.queueTimeout();
    this.timer =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "patience");
              thread.setDaemon(true);
              return thread;
            });
    timer.setRemoveOnCancelPolicy(true);
  }

  /** What {@link Explainer}, {@link Overview} and {@link Purge} look at. */
  record Parts(
      Store store,
      Lookup lookup,
      NegativeAnswers negatives,
      Generations generations,
      Coordinator coordinator,
      Clock clock) {

    /** The running download of a file. */
    Optional<Download> running(EntryKey key) {
      return coordinator.running(key);
    }
  }

  Parts parts() {
    return new Parts(store, lookup, negatives, generations, coordinator, clock);
  }

  /** Has a file stored that is listed; completed when its download has ended, however. */
  private CompletableFuture<Void> obtain(Order order) {
    Attachment attachment = coordinator.join(order);
    return attachment.ended().whenComplete((ended, fault) -> attachment.close());
  }

  /** The answer, if it can be given without asking upstream. */
  public Optional<Answer> immediate(MirrorRequest request) {
    generations.asked(request.order());
    Optional<Generation> live = generations.liveOf(request.key());
    if (live.isPresent()) {
      return topOfGeneration(request, live.get());
    }
    return isBeingPaired(request)
        ? Optional.empty()
        : fromStore(lookup.find(request.order(), clock.instant()));
  }

  /**
   * Whether a check of a repomd.xml or its signature is under way. Whoever asks for one of them
   * waits for it although the stored copy is within its lifetime: dnf has just got the new
   * repomd.xml when it asks for the signature, and the old one would not fit.
   */
  private boolean isBeingPaired(MirrorRequest request) {
    return Companions.isOne(request.key().fileName())
        && coordinator.running(request.key()).isPresent();
  }

  private static Optional<Answer> fromStore(Lookup.Found found) {
    if (found.knownMissing()) {
      return Optional.of(new Answer.Missing(CacheStatus.hit().withDetail("negative-answer")));
    }
    StoredEntry stored = found.stored();
    if (stored == null || found.decision().action() != Action.SERVE) {
      return Optional.empty();
    }
    return Optional.of(
        found.decision().reason() == Reason.CHECK_FAILED
            ? stale(stored)
            : new Answer.Stored(stored, CacheStatus.hit()));
  }

  /**
   * The answer, after asking upstream if need be. It comes within the time that clients are let
   * wait for a status line, and never fails. Whoever takes a {@link Answer.Streaming} closes its
   * attachment.
   */
  public CompletableFuture<Answer> answer(MirrorRequest request) {
    return answer(request, 1);
  }

  /** A repomd.xml, its signature or key, if the repository need not be looked at upstream. */
  private Optional<Answer> topOfGeneration(MirrorRequest request, Generation live) {
    Instant now = clock.instant();
    Optional<StoredEntry> earlier = generations.earlier(request.client(), request.key(), live, now);
    if (earlier.isPresent()) {
      return Optional.of(new Answer.Stored(earlier.get(), CacheStatus.hit()));
    }
    Lookup.Found repomd = lookup.find(request.order().of(Folders.repomd(live.folder())), now);
    Optional<Answer> known = fromStore(repomd);
    return known.flatMap(
        hit -> own(request, now).map(entry -> give(request, live, entry, hit.cacheStatus())));
  }

  /** The file itself; not one that was changed behind our back. */
  private Optional<StoredEntry> own(MirrorRequest request, Instant now) {
    return store.find(request.key(), now).filter(StoredEntry::mayBeServedUnchecked);
  }

  private Answer give(MirrorRequest request, Generation live, StoredEntry own, CacheStatus status) {
    generations.took(request.client(), live, clock.instant());
    return new Answer.Stored(own, status);
  }

  /**
   * The same when the repository must be looked at upstream: its repomd.xml, whichever of the files
   * is asked for. A new one begins the next generation; this client gets what is live.
   *
   * @return empty if there is nothing to give of that name
   */
  private CompletableFuture<Optional<Answer>> checked(MirrorRequest request, Generation live) {
    Order repomd = request.order().of(Folders.repomd(live.folder()));
    Lookup.Found found = lookup.find(repomd, clock.instant());
    Attachment check = coordinator.join(repomd.of(Folders.incoming(repomd.key())));
    return within(check.opening().<Optional<Opening>>thenApply(Optional::of), Optional.empty())
        .thenApply(
            opening -> {
              check.close();
              CacheStatus status = ofCheck(opening, forwarded(found.decision(), check));
              return own(request, clock.instant()).map(entry -> give(request, live, entry, status));
            });
  }

  private static CacheStatus ofCheck(Optional<Opening> opening, CacheStatus forwarded) {
    if (opening.isPresent() && opening.get() instanceof Opening.Streaming) {
      return forwarded.withUpstreamStatus(200).withDetail("next-generation-pending");
    } else if (opening.isPresent() && opening.get() instanceof Opening.Unchanged unchanged) {
      return unchanged.upstreamStatus() == 0
          ? CacheStatus.hit()
          : forwarded.withUpstreamStatus(unchanged.upstreamStatus());
    }
    return UNREACHABLE;
  }

  private CompletableFuture<Answer> answer(MirrorRequest request, int round) {
    Optional<Generation> live = generations.liveOf(request.key());
    if (live.isPresent()) {
      Optional<Answer> known = topOfGeneration(request, live.get());
      if (known.isPresent()) {
        return CompletableFuture.completedFuture(known.get());
      }
      return checked(request, live.get())
          .thenCompose(
              answer ->
                  answer
                      .map(CompletableFuture::completedFuture)
                      .orElseGet(() -> ordinary(request, round)));
    }
    return ordinary(request, round);
  }

  private CompletableFuture<Answer> ordinary(MirrorRequest request, int round) {
    Lookup.Found found = lookup.find(request.order(), clock.instant());
    Optional<Answer> known = isBeingPaired(request) ? Optional.empty() : fromStore(found);
    if (known.isPresent()) {
      return CompletableFuture.completedFuture(known.get());
    }
    Order order = request.order();
    boolean headOnly =
        request.head() && found.stored() == null && coordinator.running(order.key()).isEmpty();
    if (headOnly) {
      return head(order);
    }
    if (found.stored() == null
        && coordinator.running(order.key()).isEmpty()
        && store.fault().isPresent()) {
      // A download would only find out, at the cost of a request upstream.
      return CompletableFuture.completedFuture(new Answer.PassedThrough(NOT_STORABLE));
    }
    companions(request);
    Attachment attachment = coordinator.join(order);
    return within(attachment.opening().<Optional<Opening>>thenApply(Optional::of), Optional.empty())
        .thenCompose(
            opening -> {
              Optional<Answer> answer =
                  opening.isEmpty()
                      ? Optional.of(timedOut(attachment, found))
                      : translate(opening.get(), attachment, found);
              if (!(answer.orElse(null) instanceof Answer.Streaming)) {
                attachment.close();
              }
              return answer
                  .map(CompletableFuture::completedFuture)
                  .orElseGet(() -> again(request, round));
            });
  }

  /** The value, or another when the client has waited long enough. */
  private <T> CompletableFuture<T> within(CompletableFuture<T> value, T tooLate) {
    if (!value.isDone()) {
      // By a timer of our own: CompletableFuture's would outlive a web application.
      Future<?> timeout =
          timer.schedule(() -> value.complete(tooLate), patience.toMillis(), TimeUnit.MILLISECONDS);
      value.whenComplete((known, fault) -> timeout.cancel(false));
    }
    return value;
  }

  private CompletableFuture<Answer> again(MirrorRequest request, int round) {
    return round < MOST_ROUNDS
        ? answer(request, round + 1)
        : CompletableFuture.completedFuture(
            new Answer.Unavailable(
                503,
                "the download of this file was given up; try again",
                CacheStatus.forwarded(CacheStatus.Forward.URI_MISS)));
  }

  /**
   * A repomd.xml and its signature are looked at together: dnf forces a check of the one and never
   * of the other, zypper asks for them in the opposite order.
   */
  private void companions(MirrorRequest request) {
    for (String name : Companions.of(request.key().fileName())) {
      Order companion =
          new Order(request.repo(), request.key().sibling(name), request.fileClass(), true, null);
      Lookup.Found found = lookup.find(companion, clock.instant());
      negatives.forget(companion.key(), NegativeAnswers.Kind.MISSING);
      if (found.decision().action() == Action.VALIDATE) {
        Attachment check = coordinator.join(companion);
        check.opening().thenRun(check::close);
      }
    }
  }

  /** Empty if the request has to begin again. */
  private Optional<Answer> translate(Opening opening, Attachment attachment, Lookup.Found found) {
    CacheStatus forwarded = forwarded(found.decision(), attachment);
    if (opening instanceof Opening.Streaming streaming) {
      CacheStatus status =
          streaming.endIsCertain() && attachment.first() ? forwarded.asStored() : forwarded;
      return Optional.of(new Answer.Streaming(attachment, streaming, status));
    } else if (opening instanceof Opening.Unchanged unchanged) {
      return unchanged.upstreamStatus() == 0
          ? Optional.of(new Answer.Stored(unchanged.entry(), CacheStatus.hit()))
          : Optional.of(
              new Answer.Stored(
                  unchanged.entry(), forwarded.withUpstreamStatus(unchanged.upstreamStatus())));
    } else if (opening instanceof Opening.Stale stale) {
      return Optional.of(stale(stale.entry()));
    } else if (opening instanceof Opening.Missing) {
      return Optional.of(new Answer.Missing(forwarded.withUpstreamStatus(404)));
    } else if (opening instanceof Opening.Unavailable unavailable) {
      return Optional.of(
          unchecked(found.stored()).orElseGet(() -> unavailable(unavailable.failure(), forwarded)));
    } else if (opening instanceof Opening.Unstorable) {
      return Optional.of(new Answer.PassedThrough(forwarded.withDetail("not-storable")));
    }
    return Optional.empty();
  }

  private static CacheStatus forwarded(Decision decision, Attachment attachment) {
    CacheStatus.Forward reason =
        switch (decision.reason()) {
          case NOT_STORED -> CacheStatus.Forward.URI_MISS;
          // Those within their lifetime joined a check that another client asked for.
          case CLIENT_ASKS, WITHIN_LIFETIME, NAME_TRUSTED, JUST_CHECKED ->
              CacheStatus.Forward.REQUEST;
          case EXPIRED,
              UNCONFIRMED,
              CHECKED_IN_FUTURE,
              CHECK_FAILED,
              SUPERSEDED,
              LISTED,
              NOT_VERIFIED ->
              CacheStatus.Forward.STALE;
        };
    CacheStatus status = CacheStatus.forwarded(reason);
    return attachment.first() ? status : status.asCollapsed();
  }

  private static Answer unavailable(Failure failure, CacheStatus status) {
    int code =
        switch (failure.kind()) {
          case BAD_GATEWAY -> 502;
          case TIMEOUT -> 504;
          case OVERLOADED -> 503;
        };
    return new Answer.Unavailable(code, failure.message(), status);
  }

  /** The stored copy, if it may be served although nobody could confirm it. */
  private static Optional<Answer> unchecked(@Nullable StoredEntry stored) {
    return Optional.ofNullable(stored).filter(StoredEntry::mayBeServedUnchecked).map(Mirror::stale);
  }

  private static Answer stale(StoredEntry stored) {
    return new Answer.Stored(stored, UNREACHABLE);
  }

  /** The client has waited long enough; the download goes on behind it. */
  private static Answer timedOut(Attachment attachment, Lookup.Found found) {
    boolean queued = attachment.download().phase() == Phase.PENDING;
    Failure failure =
        queued
            ? new Failure(Failure.Kind.OVERLOADED, "too many downloads are waiting")
            : new Failure(Failure.Kind.TIMEOUT, "upstream has not answered in time");
    return unchecked(found.stored())
        .orElseGet(() -> unavailable(failure, forwarded(found.decision(), attachment)));
  }

  private CompletableFuture<Answer> head(Order order) {
    SharedHead shared = coordinator.head(order);
    CacheStatus asked = CacheStatus.forwarded(CacheStatus.Forward.URI_MISS);
    CacheStatus status = shared.first() ? asked : asked.asCollapsed();
    HeadAnswer tooLate =
        new HeadAnswer.Unavailable(
            new Failure(Failure.Kind.TIMEOUT, "upstream has not answered in time"));
    return within(shared.answer(), tooLate)
        .thenApply(
            answer -> {
              if (answer instanceof HeadAnswer.Found found) {
                return new Answer.HeadOnly(found.head(), found.length(), status);
              } else if (answer instanceof HeadAnswer.Missing) {
                return new Answer.Missing(status.withUpstreamStatus(404));
              }
              return unavailable(((HeadAnswer.Unavailable) answer).failure(), status);
            });
  }

  /** Ends all downloads; see {@link Coordinator#close(Duration)}. */
  public void close(Duration grace) {
    generations.close();
    coordinator.close(grace);
    timer.shutdownNow();
    negatives.close();
  }

  @Override
  public void close() {
    close(Duration.ZERO);
  }

  /** The other files of a signed repomd.xml. */
  private static final class Companions {
    private static final List<String> ALL =
        List.of("repomd.xml", "repomd.xml.asc", "repomd.xml.key");

    static boolean isOne(String fileName) {
      return ALL.contains(fileName);
    }

    static List<String> of(String fileName) {
      return isOne(fileName)
          ? ALL.stream().filter(name -> !name.equals(fileName)).toList()
          : List.of();
    }
  }
}
