package org.instantmirror.mirror;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.instantmirror.download.Attachment;
import org.instantmirror.download.Failure;
import org.instantmirror.download.HeadAnswer;
import org.instantmirror.download.Opening;
import org.instantmirror.download.Order;
import org.instantmirror.download.Phase;
import org.instantmirror.download.SharedHead;
import org.instantmirror.http.CacheStatus;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.store.StoredEntry;
import org.jspecify.annotations.Nullable;

/**
 * Answers requests for files: looks up, decides, and if upstream must be asked joins the download
 * of the file. Nothing here blocks. Thread-safe.
 */
final class Answers {

  /** How often a request is begun again because what it waited for came to nothing it can use. */
  private static final int MOST_ROUNDS = 3;

  private static final CacheStatus NOT_STORABLE =
      CacheStatus.forwarded(CacheStatus.Forward.URI_MISS).withDetail("not-storable");

  private static final CacheStatus NOT_SHARED =
      CacheStatus.forwarded(CacheStatus.Forward.URI_MISS).withDetail("not-shared");

  /** The bytes are, or come, here under another name. */
  private static final String SAME_CONTENT = "same-content";

  private final Mirror.Parts parts;
  private final TopFiles tops;

  Answers(Mirror.Parts parts, TopFiles tops) {
    this.parts = parts;
    this.tops = tops;
  }

  /** The answer, if it can be given without asking upstream. */
  Optional<Answer> immediate(MirrorRequest request) {
    parts.generations().asked(request.order());
    Optional<Generation> live = parts.generations().records().liveOf(request.key());
    if (live.isPresent()) {
      return tops.known(request, live.get());
    }
    return tops.isBeingChecked(request)
        ? Optional.empty()
        : parts.lookup().find(request.order(), parts.clock().instant()).answer();
  }

  /**
   * The answer, after asking upstream if need be. It comes within the time that clients are let
   * wait for a status line, and never fails. Whoever takes a {@link Answer.Streaming} closes its
   * attachment.
   */
  CompletableFuture<Answer> answer(MirrorRequest request) {
    return answer(request, 1);
  }

  private CompletableFuture<Answer> answer(MirrorRequest request, int round) {
    Optional<Generation> live = parts.generations().records().liveOf(request.key());
    if (live.isPresent()) {
      Optional<Answer> known = tops.known(request, live.get());
      if (known.isPresent()) {
        return CompletableFuture.completedFuture(known.get());
      }
      return tops.checked(request, live.get())
          .thenCompose(
              answer ->
                  answer
                      .map(CompletableFuture::completedFuture)
                      .orElseGet(() -> ordinary(request, round)));
    }
    return ordinary(request, round);
  }

  private CompletableFuture<Answer> ordinary(MirrorRequest request, int round) {
    Lookup.Found found = parts.lookup().find(request.order(), parts.clock().instant());
    Optional<Answer> known = tops.isBeingChecked(request) ? Optional.empty() : found.answer();
    if (known.isPresent()) {
      return CompletableFuture.completedFuture(known.get());
    }
    Order order = request.order();
    boolean headOnly =
        request.head()
            && found.stored() == null
            && parts.coordinator().running(order.key()).isEmpty()
            && !isHere(order, found.listed());
    if (headOnly) {
      return head(order);
    }
    if (found.stored() == null && parts.lookup().isUnshared(order, parts.clock().instant())) {
      return CompletableFuture.completedFuture(new Answer.PassedThrough(NOT_SHARED));
    }
    if (found.stored() == null
        && parts.coordinator().running(order.key()).isEmpty()
        && !parts.store().takesFiles()) {
      // A download would only find out, at the cost of a request upstream.
      return CompletableFuture.completedFuture(new Answer.PassedThrough(NOT_STORABLE));
    }
    tops.checkCompanions(request);
    Attachment attachment = parts.coordinator().join(order);
    return parts
        .patience()
        .within(attachment.opening().<Optional<Opening>>thenApply(Optional::of), Optional.empty())
        .thenCompose(opening -> inTime(opening, attachment))
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

  /** Whether its content is stored under another name, so that nobody needs to be asked. */
  private boolean isHere(Order order, @Nullable ListedFile listed) {
    return listed != null
        && parts.names().isStored(order.repo(), order.key(), listed, parts.clock().instant());
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

  /** Empty if the request has to begin again. */
  private Optional<Answer> translate(Opening opening, Attachment attachment, Lookup.Found found) {
    CacheStatus forwarded = Forwarding.of(found.decision(), attachment);
    if (opening instanceof Opening.Streaming streaming && streaming.shared()) {
      return Optional.of(
          new Answer.Streaming(
              attachment, streaming, forwarded.asCollapsed().withDetail(SAME_CONTENT)));
    } else if (opening instanceof Opening.Linked linked) {
      return Optional.of(
          new Answer.Stored(linked.entry(), CacheStatus.hit().withDetail(SAME_CONTENT)));
    } else if (opening instanceof Opening.Streaming streaming) {
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
    } else if (opening instanceof Opening.Unshared) {
      return Optional.of(new Answer.PassedThrough(forwarded.withDetail("not-shared")));
    }
    return Optional.empty();
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
    return Optional.ofNullable(stored)
        .filter(StoredEntry::mayBeServedUnchecked)
        .map(Answers::stale);
  }

  private static Answer stale(StoredEntry stored) {
    return new Answer.Stored(stored, Forwarding.UNREACHABLE);
  }

  /** What the download has to say in the very moment in which the client's patience ends. */
  private static CompletableFuture<Optional<Opening>> inTime(
      Optional<Opening> opening, Attachment attachment) {
    Phase phase = attachment.download().phase();
    boolean waits = phase == Phase.PENDING || phase == Phase.HEADERS;
    return opening.isPresent() || waits
        ? CompletableFuture.completedFuture(opening)
        : attachment.opening().thenApply(Optional::of);
  }

  /** The client has waited long enough; the download goes on behind it. */
  private static Answer timedOut(Attachment attachment, Lookup.Found found) {
    boolean queued = attachment.download().phase() == Phase.PENDING;
    Failure failure =
        queued
            ? new Failure(Failure.Kind.OVERLOADED, "too many downloads are waiting")
            : new Failure(Failure.Kind.TIMEOUT, "upstream has not answered in time");
    return unchecked(found.stored())
        .orElseGet(() -> unavailable(failure, Forwarding.of(found.decision(), attachment)));
  }

  private CompletableFuture<Answer> head(Order order) {
    SharedHead shared = parts.coordinator().head(order);
    CacheStatus asked = CacheStatus.forwarded(CacheStatus.Forward.URI_MISS);
    CacheStatus status = shared.first() ? asked : asked.asCollapsed();
    HeadAnswer tooLate =
        new HeadAnswer.Unavailable(
            new Failure(Failure.Kind.TIMEOUT, "upstream has not answered in time"));
    return parts
        .patience()
        .within(shared.answer(), tooLate)
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
}
