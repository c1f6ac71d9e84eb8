package org.instantmirror.download;

import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.instantmirror.download.Segments.Segment;
import org.instantmirror.http.ByteRange;
import org.instantmirror.store.PartialEntry;
import org.instantmirror.store.StorageException;
import org.instantmirror.upstream.Cancellation;
import org.instantmirror.upstream.Upstream;
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
  private final Lanes lanes;
  private final Upstream upstream;
  private final URI uri;
  private final @Nullable Claim place;

  private volatile boolean stopped;
  private volatile boolean givingWay;
  private volatile @Nullable Runnable abort;

  /** Set until it runs, if it has begun before. Guarded by the lanes' lock. */
  private Segments.@Nullable Lane opened;

  /** What it fetches now; written under the lanes' lock. */
  private @Nullable Segment segment;

  /**
   * @param place null for the download's own
   */
  Lane(Crew crew, Lanes lanes, Upstream upstream, @Nullable Claim place) {
    this.crew = crew;
    this.lanes = lanes;
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

  /** What it fetches now. Guarded by the lanes' lock. */
  Optional<SegmentStanding> standing(long nowNanos) {
    return Optional.ofNullable(segment)
        .filter(mine -> !mine.isOver())
        .map(
            mine ->
                new SegmentStanding(
                    uri,
                    mine.first(),
                    mine.position(),
                    mine.end() - 1,
                    mine.bytesPerSecond(nowNanos)));
  }

  // ---- Claim.Work

  @Override
  public void run() {
    run(null, null);
  }

  @Override
  public void refuse() {
    lanes.idle();
    lanes.left(this);
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
   * How to break off what it does, if others have taken over: that can be no later exchange's.
   * Guarded by the lanes' lock.
   */
  Optional<Runnable> abortIfTaken() {
    Segment mine = segment;
    return mine != null && mine.wasTaken() ? Optional.ofNullable(abort) : Optional.empty();
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
      while (goesOn && !isLeaving()) {
        goesOn = next(lane, rider);
      }
    } catch (StorageException fault) {
      lanes.fault(fault);
    } catch (RuntimeException | Error fault) {
      LOG.error("{}: internal fault", crew.order().key(), fault);
      lanes.withoutIt(upstream);
    } finally {
      letGo(0);
      lanes.locked(
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
  void letGo(double seconds) {
    lanes.locked(
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
    if (givingWay && !stopped && mine != null && !lanes.isEnded()) {
      givingWay = false;
      crew.around().queue().resubmit(mine, Duration.ZERO);
    } else {
      lanes.left(this);
    }
  }

  /** Takes its place among the lanes, if it hasn't yet. */
  private Segments.Lane open() {
    double known = crew.pool().bytesPerSecond(upstream, crew.around().clock().instant());
    return lanes.locked(
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
    lanes.locked(
        segments -> {
          opened = lane;
          segment = segments.begun(lane, part, System.nanoTime());
          return segment;
        });
  }

  private boolean receive(UpstreamResponse answer, ByteRange part) throws StorageException {
    abort = answer::abort;
    Segment mine = lanes.locked(segments -> Objects.requireNonNull(segment));
    return new SegmentExchange(this, crew, lanes, mine, part).receive(answer, null);
  }

  /** False if it is to end. */
  private boolean next(Segments.Lane lane, Claim.Companion rider) throws StorageException {
    PartialEntry entry = crew.entry();
    Optional<SegmentExchange> exchange =
        lanes.locked(
            segments -> {
              Optional<Segment> next = segments.next(lane, entry.written(), System.nanoTime());
              segment = next.orElse(null);
              return next.map(
                  mine ->
                      new SegmentExchange(
                          this, crew, lanes, mine, new ByteRange(mine.position(), mine.end() - 1)));
            });
    if (exchange.isEmpty()) {
      lanes.idle();
      return false;
    }
    lanes.dismissIdle(this);
    Cancellation cancellation = new Cancellation();
    abort = cancellation::cancel;
    if (stopped || givingWay) {
      cancellation.cancel();
    }
    return exchange.get().ask(rider, cancellation);
  }

  /** Whether it is to end. */
  boolean isLeaving() {
    return stopped || givingWay || lanes.isEnded();
  }
}
