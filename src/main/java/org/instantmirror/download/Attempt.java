package org.instantmirror.download;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.instantmirror.freshness.Revalidation;
import org.instantmirror.http.ByteRange;
import org.instantmirror.http.ContentRange;
import org.instantmirror.http.SharedCopy;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.store.PartialEntry;
import org.instantmirror.store.StorageException;
import org.instantmirror.store.Store;
import org.instantmirror.store.StoredEntry;
import org.instantmirror.upstream.Cancellation;
import org.instantmirror.upstream.Measurement;
import org.instantmirror.upstream.RepomdCheck;
import org.instantmirror.upstream.Rider;
import org.instantmirror.upstream.Upstream;
import org.instantmirror.upstream.UpstreamClient;
import org.instantmirror.upstream.UpstreamException;
import org.instantmirror.upstream.UpstreamPool;
import org.instantmirror.upstream.UpstreamResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request to one upstream on behalf of a download: a conditional one if something is stored, a
 * ranged one if some bytes are here already, else a plain one; and what its answer means. Runs on
 * the download's thread; {@link #stop} may be called from any.
 */
final class Attempt {

  private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);

  private final Download download;
  private final Order order;
  private final Store store;
  private final UpstreamClient client;
  private final UpstreamPool pool;
  private final Upstream upstream;
  private final URI uri;

  private final HeldPartial partial;
  private final Validation validation;
  private final Verification verification;
  private final Rider rider;
  private final Crew crew;
  private @Nullable UpstreamResponse response;
  private final Cancellation cancellation = new Cancellation();
  private final boolean withheld; // until it has been judged as a whole
  private final Stopwatch stopwatch = new Stopwatch();

  /**
   * @param pool the upstreams of the repository
   * @param upstream which of them to ask
   * @param stored what is to be validated, or null
   * @param partial the bytes that are here already; afterwards those that are here then
   * @param verification judges them
   * @param claim whom they are for
   */
  Attempt(
      Download download,
      Transfer.Surroundings around,
      UpstreamPool pool,
      Upstream upstream,
      @Nullable StoredEntry stored,
      HeldPartial partial,
      Verification verification,
      Claim claim) {
    this.rider = claim;
    this.download = download;
    this.order = download.order();
    this.store = around.store();
    this.client = around.client();
    this.pool = pool;
    this.upstream = upstream;
    this.uri = pool.uri(upstream, order.key().path());
    this.partial = partial;
    // Where clients have a part of it, it can't be withheld until it has been judged.
    RepomdCheck check =
        download.phase() == Phase.STREAMING
            ? null
            : pool.check(upstream, order.key().path(), around.clock().instant()).orElse(null);
    this.withheld = check != null;
    this.verification = check == null ? verification : Verification.byMetalink(check);
    this.validation = new Validation(order, store, stored, uri, check);
    this.crew = new Crew(download, around, pool, upstream, partial, this.verification, claim);
  }

  /** Where it asks. */
  URI uri() {
    return uri;
  }

  /** What the last answer took; empty if none came. */
  Optional<Measurement> measurement() {
    return stopwatch.measurement();
  }

  /** Gives the transfer up; {@link #run} returns {@link AttemptResult.Stopped} soon. */
  void stop() {
    cancellation.cancel();
    crew.stop();
  }

  AttemptResult run() {
    try {
      PartialEntry bytes = partial.entry();
      if (bytes != null && withheld) {
        // It is small.
        partial.discard();
        bytes = null;
      }
      AttemptResult result = bytes == null ? startFresh() : resume(bytes);
      while (result instanceof AttemptResult.Onward) {
        result =
            cancellation.isCancelled()
                ? new AttemptResult.Stopped()
                : resume(Objects.requireNonNull(partial.entry()));
      }
      return result;
    } catch (UpstreamException fault) {
      if (cancellation.isCancelled()) {
        return new AttemptResult.Stopped();
      }
      // A resumed transfer may break between the file's last byte and the answer's end.
      return isWhole() ? new AttemptResult.Whole(true) : failed(fault);
    } catch (StorageException fault) {
      return new AttemptResult.NotStored(fault);
    }
  }

  private boolean isWhole() {
    PartialEntry bytes = partial.entry();
    return download.phase() == Phase.STREAMING && bytes != null && bytes.size() == bytes.length();
  }

  private AttemptResult resume(PartialEntry bytes) throws UpstreamException, StorageException {
    boolean sameServer = uri.equals(bytes.source());
    boolean certain = verification.isCertain();
    if (bytes.length() < 0) {
      return startAnew();
    }
    ByteRange hole = bytes.written().firstHole(bytes.length()).orElseThrow();
    Optional<ByteRange> segment = crew.firstPart(hole.first(), hole.length());
    ByteRange part = segment.orElse(hole);
    List<Map.Entry<String, String>> fields =
        Resumption.fields(bytes.head(), part, bytes.length(), sameServer, certain);
    if (fields.isEmpty()) {
      return startAnew();
    }
    try (Exchange answer = ask("GET", fields)) {
      int status = answer.response.status();
      if (status == 206) {
        boolean continues =
            Resumption.isPart(
                bytes.head(),
                part,
                bytes.length(),
                sameServer,
                certain,
                answer.response.header("Content-Range").orElse(null),
                answer.response.head());
        if (!continues) {
          return startAnew();
        }
        return segment.isPresent()
            ? crew.run(answer.response, part)
            : receive(answer.response, part.last() + 1);
      }
      if (status == 200 && download.phase() != Phase.STREAMING) {
        partial.discard();
        return accept(answer.response);
      }
      return status == 200 || status == 416 ? startAnew() : refusal(answer.response);
    }
  }

  /** The bytes that are here are no use: forget them, unless a client may have some. */
  private AttemptResult startAnew() {
    if (download.phase() == Phase.STREAMING) {
      return new AttemptResult.Changed();
    }
    partial.discard();
    return new AttemptResult.Anew();
  }

  private AttemptResult startFresh() throws UpstreamException, StorageException {
    Optional<Revalidation> question = validation.question();
    if (question.map(Revalidation::byHead).orElse(false)) {
      Optional<AttemptResult> answer = askByHead();
      if (answer.isPresent()) {
        return answer.get();
      }
    }
    List<Map.Entry<String, String>> conditions =
        question.map(Revalidation::conditions).orElse(List.of());
    Optional<ByteRange> segment = firstSegment(question.isPresent());
    List<Map.Entry<String, String>> fields =
        segment.map(part -> List.of(Map.entry("Range", "bytes=" + part))).orElse(conditions);
    try (Exchange answer = ask("GET", fields)) {
      int status = answer.response.status();
      if (status == 206 && segment.isPresent()) {
        return acceptPart(answer.response, segment.get());
      }
      if (status == 200) {
        return accept(answer.response);
      }
      Optional<AttemptResult> confirmed =
          status == 304 && !conditions.isEmpty()
              ? unshared(answer.response).or(() -> validation.notModified(answer.response))
              : Optional.empty();
      return confirmed.orElseGet(() -> refusal(answer.response));
    }
  }

  /** With which part to begin, where the file is to come in segments. */
  private Optional<ByteRange> firstSegment(boolean isConditional) {
    ListedFile listed = verification.listed();
    return listed == null || isConditional ? Optional.empty() : crew.firstPart(0, listed.size());
  }

  /** Empty if a GET has to follow. */
  private Optional<AttemptResult> askByHead() throws UpstreamException {
    try (Exchange answer = ask("HEAD", List.of())) {
      int status = answer.response.status();
      if (status == 200) {
        return unshared(answer.response).or(() -> validation.confirmedBy(answer.response));
      }
      // A server that knows no HEAD is asked with GET.
      return status == 404 || status == 410
          ? Optional.of(new AttemptResult.NotThere())
          : Optional.empty();
    }
  }

  private AttemptResult accept(UpstreamResponse answer) throws UpstreamException, StorageException {
    Optional<AttemptResult> unfit =
        unshared(answer).or(() -> validation.confirmedBy(answer)).or(() -> unfit(answer));
    if (unfit.isPresent()) {
      return unfit.get();
    }
    if (!verification.allows(answer.contentLength())) {
      return AttemptResult.implausible(
          uri, answer.contentLength() + " bytes, which is not the size that repodata lists");
    }
    partial.hold(store.begin(order.key(), answer.head(), answer.contentLength(), uri));
    return receive(answer, answer.contentLength());
  }

  /** The first segment of a listed file. */
  private AttemptResult acceptPart(UpstreamResponse answer, ByteRange part)
      throws StorageException {
    Optional<AttemptResult> unfit = unshared(answer).or(() -> unfit(answer));
    if (unfit.isPresent()) {
      return unfit.get();
    }
    long length = Objects.requireNonNull(verification.listed()).size();
    boolean asAsked =
        ContentRange.parse(answer.header("Content-Range").orElse(null))
            .equals(Optional.of(ContentRange.of(part, length)));
    if (!asAsked || (answer.contentLength() >= 0 && answer.contentLength() != part.length())) {
      return AttemptResult.implausible(uri, "a part that was not asked for, or of another file");
    }
    partial.hold(store.begin(order.key(), answer.head(), length, uri));
    return crew.run(answer, part);
  }

  private Optional<AttemptResult> unfit(UpstreamResponse answer) {
    if (String.valueOf(answer.effectiveUri().getPath()).endsWith("/")) {
      return Optional.of(new AttemptResult.Folder());
    }
    return Plausibility.objectionToCoding(
            order.key().fileName(), answer.header("Content-Encoding").orElse(null))
        .map(objection -> AttemptResult.implausible(uri, objection));
  }

  /** Of hosts that were configured an administrator has said that they may be mirrored. */
  private Optional<AttemptResult> unshared(UpstreamResponse answer) {
    return order.repo().isOfStrangers() && download.phase() != Phase.STREAMING
        ? SharedCopy.objection(answer.headers()).map(AttemptResult.Unshared::new)
        : Optional.empty();
  }

  /**
   * @param end where the body ends in the file, or -1
   */
  private AttemptResult receive(UpstreamResponse answer, long end)
      throws UpstreamException, StorageException {
    return stopwatch.body(
        partial::size,
        answer::held,
        () -> new Reception(download, uri, answer, end, partial, verification, cancellation).run());
  }

  /** Any answer that brings neither a body nor a confirmation. */
  private AttemptResult refusal(UpstreamResponse answer) {
    int status = answer.status();
    if (status == 404 || status == 410) {
      return new AttemptResult.NotThere();
    }
    return AttemptResult.answered(uri, status);
  }

  private AttemptResult failed(UpstreamException fault) {
    return AttemptResult.broken(fault, response != null);
  }

  private Exchange ask(String method, List<Map.Entry<String, String>> fields)
      throws UpstreamException {
    stopwatch.start();
    UpstreamResponse answer =
        client.execute(
            pool.request(upstream, method, order.key().path(), fields).by(rider), cancellation);
    download.answeredAfter(stopwatch.head(answer.held()));
    response = answer;
    return new Exchange(answer);
  }

  /** Closes without a fault: what closing meets is no news after the answer has been judged. */
  private record Exchange(UpstreamResponse response) implements AutoCloseable {
    @Override
    public void close() {
      try {
        response.close();
      } catch (IOException e) {
        LOG.debug("closing the answer of {}", response.effectiveUri(), e);
      }
    }
  }
}
