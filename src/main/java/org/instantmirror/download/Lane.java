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
import org.instantmirror.upstream.Urgency;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of a {@link Crew} to one mirror: fetches segment after segment, until nothing is
 * left that it could be of use for, or it fails. {@link #run()} has one thread at a time; the rest
 * may be called from any.
 */
final class Lane implements Claim.Work {

  private static final Logger LOG = LoggerFactory.getLogger("org.instantmirror.download");

  private final Crew crew;
  private final Upstream upstream;
  private final URI uri;
  private final @Nullable Claim place;

  private volatile boolean stopped;
  private volatile boolean givingWay;
  private volatile @Nullable Runnable abort;

  /** Set until it runs, if it has begun before. Guarded by the crew's lock. */
  private Segments.@Nullable Lane opened;

  /** What it fetches now; written under the crew's lock. */
  private @Nullable Segment segment;

  /**
   * @param place null for the download's own
   */
  Lane(Crew crew, Upstream upstream, @Nullable Claim place) {
    this.crew = crew;
    this.upstream = upstream;
    this.uri = crew.pool().uri(upstream, crew.order().key().path());
    this.place = place;
  }

  Upstream upstream() {
    return upstream;
  }

  URI uri() {
    return uri;
  }

  @Nullable Claim place() {
    return place;
  }

  /** Guarded by the crew's lock. */
  @Nullable Segment segment() {
    return segment;
  }

  // ---- Claim.Work

  @Override
  public void run() {
    run(null, null);
  }

  @Override
  public void refuse() {
    crew.idle();
    crew.left(this);
  }

  @Override
  public void giveWay() {
    givingWay = true;
    breakOff();
  }

  /** Its place is one that nobody else needs, whatever the download's is. */
  @Override
  public Urgency urgency() {
    return Urgency.AHEAD;
  }

  @Override
  public int clients() {
    return 0;
  }

  /** Upstream may lose patience: it asks again when it is its turn. */
  private void keptWaiting() {
    if (place != null) {
      giveWay();
    }
  }

  /** Has {@link #run} return soon. */
  void stop() {
    stopped = true;
    breakOff();
  }

  /**
   * How to break off what it does. Of a segment that others have taken over it can be no later
   * exchange's. Guarded by the crew's lock.
   */
  @Nullable Runnable abort() {
    return abort;
  }

  private void breakOff() {
    Runnable running = abort;
    if (running != null) {
      running.run();
    }
  }

  /**
   * Fetches what it is given.
   *
   * @param answer the first segment's, if that has been asked for
   * @param part what that is
   */
  void run(@Nullable UpstreamResponse answer, @Nullable ByteRange part) {
    Segments.Lane lane = open();
    try (Claim.Companion rider = crew.claim().companion(this::keptWaiting)) {
      boolean goesOn = answer == null || part == null || receive(answer, part);
      while (goesOn && !stopped && !givingWay && !crew.isEnded()) {
        goesOn = next(lane, rider);
      }
    } catch (StorageException fault) {
      crew.fault(fault);
    } catch (RuntimeException | Error fault) {
      LOG.error("{}: internal fault", crew.order().key(), fault);
      crew.withoutIt(upstream);
    } finally {
      letGo(0);
      crew.locked(
          segments -> {
            segments.close(lane);
            return lane;
          });
      end();
    }
  }

  /**
   * What is left of its segment, if it has one, is for others.
   *
   * @param seconds as {@link Segments#end}
   */
  private void letGo(double seconds) {
    crew.locked(
        segments -> {
          Segment mine = segment;
          segment = null;
          if (mine != null) {
            segments.end(mine, seconds);
          }
          return segments;
        });
  }

  /** It leaves, or waits for another place. */
  private void end() {
    Claim mine = place;
    if (givingWay && !stopped && mine != null && !crew.isEnded()) {
      givingWay = false;
      crew.around().queue().resubmit(mine, Duration.ZERO);
    } else {
      crew.left(this);
    }
  }

  /** Takes its place among the lanes, if it hasn't yet. */
  private Segments.Lane open() {
    double known = crew.pool().bytesPerSecond(upstream, crew.around().clock().instant());
    return crew.locked(
        segments -> {
          Segments.Lane before = opened;
          Segments.Lane mine = before == null ? segments.open(known) : before;
          opened = null;
          return mine;
        });
  }

  /** It has begun with that part, before anybody else is given anything. */
  void begin(ByteRange part) {
    Segments.Lane lane = open();
    crew.locked(
        segments -> {
          opened = lane;
          segment = segments.begun(lane, part, System.nanoTime());
          return segment;
        });
  }

  private boolean receive(UpstreamResponse answer, ByteRange part) throws StorageException {
    abort = answer::abort;
    return new Exchange(part, crew.around().clock().instant(), null).receive(answer);
  }

  /** False if it is to end. */
  private boolean next(Segments.Lane lane, Claim.Companion rider) throws StorageException {
    PartialEntry entry = crew.entry();
    ByteRange range =
        crew.locked(
            segments -> {
              segment = segments.next(lane, entry.written(), System.nanoTime()).orElse(null);
              return segment == null ? null : new ByteRange(segment.position(), segment.end() - 1);
            });
    if (range == null) {
      crew.idle();
      return false;
    }
    crew.dismissIdle(this);
    return ask(range, rider);
  }

  private boolean ask(ByteRange range, Claim.Companion rider) throws StorageException {
    Cancellation cancellation = new Cancellation();
    abort = cancellation::cancel;
    if (stopped || givingWay) {
      cancellation.cancel();
    }
    Instant began = crew.around().clock().instant();
    long begin = System.nanoTime();
    UpstreamResponse answer;
    try {
      answer =
          crew.around()
              .client()
              .execute(
                  crew.pool()
                      .request(upstream, "GET", crew.order().key().path(), fields(range))
                      .by(rider),
                  cancellation);
    } catch (UpstreamException broken) {
      return new Exchange(range, began, null).broken(broken, true);
    }
    Duration firstByte = Duration.ofNanos(System.nanoTime() - begin).minus(answer.held());
    return new Exchange(range, began, firstByte).receive(answer);
  }

  private boolean isSameServer() {
    return uri.equals(crew.entry().source());
  }

  private List<Map.Entry<String, String>> fields(ByteRange range) {
    PartialEntry entry = crew.entry();
    return Resumption.fields(entry.head(), range, entry.length(), isSameServer(), true);
  }

  /** The fetching of one segment. */
  private final class Exchange {
    private final ByteRange range;
    private final Instant began;
    private final @Nullable Duration firstByte;
    private long bytes;

    /**
     * @param range as it was asked for
     * @param began when
     * @param firstByte what the head of its answer took; null if that has been judged
     */
    Exchange(ByteRange range, Instant began, @Nullable Duration firstByte) {
      this.range = range;
      this.began = began;
      this.firstByte = firstByte;
    }

    /** False if the lane is to end. */
    boolean receive(UpstreamResponse answer) throws StorageException {
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
        letGo(body.toNanos() / 1e9);
      }
      brought(body);
      return true;
    }

    private void brought(Duration body) {
      Instant now = crew.around().clock().instant();
      crew.succeeded(upstream);
      crew.pool().succeeded(upstream, now);
      Duration head = firstByte == null ? crew.latency() : firstByte;
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
        crew.withoutIt(upstream);
        return false;
      }
      failed(result, now);
      if (!result.upstreamDown() && status < 500) {
        // It will say the same of each part.
        crew.withoutIt(upstream);
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
      crew.failed(upstream, result);
    }

    /** False if the lane is to end. */
    boolean broken(UpstreamException fault, boolean withoutAnswer) {
      boolean taken = crew.locked(segments -> segment != null && segment.wasTaken());
      if (withoutAnswer) {
        letGo(0);
      }
      if (stopped || givingWay || crew.isEnded()) {
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
      return crew.locked(
          segments -> segment == null ? 0 : Math.max(0, segment.end() - segment.position()));
    }

    /** False if no more is to be written. */
    private boolean write(ByteBuffer read) throws StorageException {
      Segment mine = segment;
      if (mine == null) {
        return false;
      }
      // The end may have come nearer while it was read.
      int room = (int) Math.min(read.remaining(), room());
      if (room == 0) {
        return false;
      }
      long position = mine.position();
      read.limit(room);
      if (!crew.entry().write(read, position)) {
        return false;
      }
      bytes += room;
      long next = position + room;
      ByteRanges written = crew.entry().written();
      // Somebody else may have brought what follows.
      long reached = Math.max(next, written.endFrom(next));
      crew.locked(
          segments -> {
            segments.reached(
                mine, Math.min(reached, Math.max(next, mine.end())), System.nanoTime());
            return mine;
          });
      crew.wrote(upstream, new ByteRange(position, next - 1));
      return reached == next;
    }
  }

  private void close(UpstreamResponse answer) {
    try {
      answer.close();
    } catch (IOException e) {
      LOG.debug("closing the answer of {}", answer.effectiveUri(), e);
    }
  }
}
