package org.instantmirror.download;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.instantmirror.download.Segments.Segment;
import org.instantmirror.http.ByteRange;
import org.instantmirror.http.ByteRanges;
import org.instantmirror.store.PartialEntry;
import org.instantmirror.store.StorageException;
import org.instantmirror.upstream.Cancellation;
import org.instantmirror.upstream.Measurement;
import org.instantmirror.upstream.Upstream;
import org.instantmirror.upstream.UpstreamException;
import org.instantmirror.upstream.UpstreamResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The fetching of one segment by a {@link Lane}: asks its mirror for it, judges the answer, and
 * writes what comes. Runs on the lane's thread.
 */
final class SegmentExchange {

  private static final Logger LOG = LoggerFactory.getLogger("org.instantmirror.download");

  private final Lane lane;
  private final Crew crew;
  private final Lanes lanes;
  private final Segment segment;
  private final ByteRange range;
  private final Upstream upstream;
  private final URI uri;
  private final Instant began;
  private long bytes;

  /**
   * @param segment guarded by the lanes' lock
   * @param range what of it is, or was, asked for: its end may come nearer
   */
  SegmentExchange(Lane lane, Crew crew, Lanes lanes, Segment segment, ByteRange range) {
    this.lane = lane;
    this.crew = crew;
    this.lanes = lanes;
    this.segment = segment;
    this.range = range;
    this.upstream = lane.upstream();
    this.uri = lane.uri();
    this.began = crew.around().clock().instant();
  }

  /** Asks for it; false if the lane is to end. */
  boolean ask(Claim.Companion rider, Cancellation cancellation) throws StorageException {
    long begin = System.nanoTime();
    UpstreamResponse answer;
    try {
      answer =
          crew.around()
              .client()
              .execute(
                  crew.pool()
                      .request(upstream, "GET", crew.order().key().path(), fields())
                      .by(rider),
                  cancellation);
    } catch (UpstreamException broken) {
      return broken(broken, true);
    }
    return receive(answer, Duration.ofNanos(System.nanoTime() - begin).minus(answer.held()));
  }

  private List<Map.Entry<String, String>> fields() {
    PartialEntry entry = crew.entry();
    return Resumption.fields(entry.head(), range, entry.length(), isSameServer(), true);
  }

  private boolean isSameServer() {
    return uri.equals(crew.entry().source());
  }

  /**
   * Takes what comes; false if the lane is to end.
   *
   * @param firstByte what the answer's head took; null if that has been judged
   */
  boolean receive(UpstreamResponse answer, @Nullable Duration firstByte) throws StorageException {
    long begin = System.nanoTime();
    Duration heldBefore = answer.held();
    Duration body = Duration.ZERO;
    try {
      Optional<AttemptResult.Failed> objection =
          firstByte == null ? Optional.empty() : objection(answer);
      if (objection.isPresent()) {
        return objected(answer, objection.get());
      }
      pump(answer);
    } catch (UpstreamException broken) {
      return broken(broken, false);
    } finally {
      // A mirror isn't slow because of our own limit.
      body = Duration.ofNanos(System.nanoTime() - begin).minus(answer.held().minus(heldBefore));
      close(answer);
      lane.letGo(body.toNanos() / 1e9);
    }
    brought(firstByte == null ? crew.latency() : firstByte, body);
    return true;
  }

  private void brought(Duration head, Duration body) {
    Instant now = crew.around().clock().instant();
    lanes.succeeded(upstream);
    crew.pool().succeeded(upstream, now);
    crew.pool().measured(upstream, new Measurement(head, bytes, body), now);
  }

  private Optional<AttemptResult.Failed> objection(UpstreamResponse answer) {
    if (answer.status() == 200) {
      return Optional.of(AttemptResult.implausible(uri, "the whole file in place of a part"));
    }
    if (answer.status() != 206) {
      return Optional.of(AttemptResult.answered(uri, answer.status()));
    }
    boolean framed = answer.contentLength() < 0 || answer.contentLength() == range.length();
    boolean part =
        framed
            && Resumption.isPart(
                crew.entry().head(),
                range,
                crew.entry().length(),
                isSameServer(),
                true,
                answer.header("Content-Range").orElse(null),
                answer.head());
    Optional<String> what =
        part
            ? Plausibility.objectionToCoding(
                crew.order().key().fileName(), answer.header("Content-Encoding").orElse(null))
            : Optional.of("another part than was asked for");
    return what.map(it -> AttemptResult.implausible(uri, it));
  }

  private boolean objected(UpstreamResponse answer, AttemptResult.Failed result) {
    Instant now = crew.around().clock().instant();
    int status = answer.status();
    if (status == 404 || status == 410) {
      crew.pool().succeeded(upstream, now);
      lanes.withoutIt(upstream);
      return false;
    }
    failed(result, now);
    if (!result.upstreamDown() && status < 500) {
      // It will say the same of each part.
      lanes.withoutIt(upstream);
    }
    return false;
  }

  private Failure failure(String what) {
    return new Failure(Failure.Kind.BAD_GATEWAY, uri, what);
  }

  private void failed(AttemptResult.Failed result, Instant now) {
    LOG.warn("{}: segment {}: {}", crew.order().key(), range, result.failure().message());
    crew.pool().disappointed(upstream, now);
    if (result.upstreamDown()) {
      crew.pool().failed(upstream, began, now);
    }
    lanes.failed(upstream, result);
  }

  /** False, as the lane is to end. */
  private boolean broken(UpstreamException fault, boolean withoutAnswer) {
    boolean taken = lanes.locked(segments -> segment.wasTaken());
    if (withoutAnswer) {
      lane.letGo(0);
    }
    if (lane.isLeaving()) {
      return false;
    }
    AttemptResult.Failed result =
        taken
            ? new AttemptResult.Failed(failure("brings next to nothing; others take over"), false)
            : AttemptResult.broken(fault, !withoutAnswer);
    failed(result, crew.around().clock().instant());
    return false;
  }

  private void pump(UpstreamResponse answer) throws UpstreamException, StorageException {
    ByteBuffer buffer = Reception.buffer();
    long left = range.length();
    for (long room = room(); room > 0; room = room()) {
      buffer.clear().limit((int) Math.min(Segments.LEAST, room));
      int count = answer.read(buffer);
      if (count < 0) {
        throw new UpstreamException(
            UpstreamException.Kind.BROKEN, uri, left + " bytes of the part are missing");
      }
      left -= count;
      if (!write(buffer.flip())) {
        return;
      }
    }
    if (left == 0) {
      // The end of the body sets the connection free for the next segment.
      answer.read(buffer.clear().limit(1));
    }
  }

  /** How many bytes are still to be fetched. */
  private long room() {
    return lanes.locked(segments -> Math.max(0, segment.end() - segment.position()));
  }

  /** False if no more is to be written. */
  private boolean write(ByteBuffer read) throws StorageException {
    // The end may have come nearer while it was read.
    int room = (int) Math.min(read.remaining(), room());
    if (room == 0) {
      return false;
    }
    long position = segment.position();
    read.limit(room);
    if (!crew.entry().write(read, position)) {
      return false;
    }
    bytes += room;
    long next = position + room;
    ByteRanges written = crew.entry().written();
    // Somebody else may have brought what follows.
    long reached = Math.max(next, written.endFrom(next));
    lanes.locked(
        segments -> {
          segments.reached(
              segment, Math.min(reached, Math.max(next, segment.end())), System.nanoTime());
          return segments;
        });
    lanes.wrote(upstream, new ByteRange(position, next - 1));
    return reached == next;
  }

  private static void close(UpstreamResponse answer) {
    try {
      answer.close();
    } catch (IOException e) {
      LOG.debug("closing the answer of {}", answer.effectiveUri(), e);
    }
  }
}
