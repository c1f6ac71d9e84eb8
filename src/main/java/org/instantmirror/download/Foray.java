package org.instantmirror.download;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.LongSupplier;
import org.instantmirror.http.ByteRange;
import org.instantmirror.store.PartialEntry;
import org.jspecify.annotations.Nullable;

/**
 * One reader's requests far ahead of a download, one at a time: begun when the reader waits for
 * what {@link FarAhead} says is worth one, and {@link AheadPlaces} has a place. Thread-safe.
 */
final class Foray implements AutoCloseable {

  private final Download download;
  private final PartialEntry file;
  private final List<ByteRange> wanted;
  private final Surroundings around;
  private final Runnable changed;

  private final Object lock = new Object();
  // All guarded by lock.
  private @Nullable Place place; // in which no request has begun
  private @Nullable AheadRequest request;
  private boolean inVain; // no more requests
  private boolean waiting; // for the byte at position, since sinceNanos
  private long position = -1;
  private long sinceNanos;
  private long waits; // so many, so that a timer knows its own

  /**
   * What all readers of a repository's downloads share.
   *
   * @param later runs something after a delay; never once the server stops
   * @param nanoClock as {@link System#nanoTime}
   */
  record Surroundings(
      AheadRequest.Asking asking,
      AheadPlaces places,
      WakeUps.Later later,
      LongSupplier nanoClock) {}

  /**
   * @param download with an entry
   * @param wanted disjoint ranges, in the order in which they will be read
   * @param changed run, without a lock, when bytes have come or a request has ended
   */
  Foray(Download download, List<ByteRange> wanted, Surroundings around, Runnable changed) {
    this.download = download;
    this.file = download.entry();
    this.wanted = wanted;
    this.around = around;
    this.changed = changed;
    this.inVain = file.length() < 0 || !AheadRequest.isPossible(file.head());
  }

  /** The request whose bytes are coming, or are being read. */
  @Nullable AheadRequest request() {
    synchronized (lock) {
      return request;
    }
  }

  /**
   * The reader waits for a byte that isn't here.
   *
   * @return whether that is being asked for, or waits to be
   */
  boolean awaits(long newPosition) {
    AheadRequest current;
    synchronized (lock) {
      if (position != newPosition) {
        position = newPosition;
        sinceNanos = around.nanoClock.getAsLong();
      }
      waiting = true;
      waits++;
      current = request;
    }
    if (current != null && current.covers(newPosition)) {
      current.pipe().whenChanged(newPosition, changed);
    } else if (current != null) {
      letGo(current);
    }
    judge();
    synchronized (lock) {
      return place != null || request != null;
    }
  }

  /** Asks for what the reader waits for, or looks again later, or does nothing. */
  private void judge() {
    Optional<Duration> pause = Optional.empty();
    Place asking = null;
    boolean here;
    long wait;
    synchronized (lock) {
      wait = waits;
      here = waiting && place == null && request == null && download.isHereAhead(position);
      if (place == null && request == null && stretch().isPresent()) {
        pause = mayWait();
        asking = pause.isPresent() ? null : new Place();
        place = asking;
      }
    }
    if (asking != null) {
      around.places.submit(asking);
    }
    if (here) {
      // Somebody else's request, or another mirror, has brought it meanwhile.
      changed.run();
    }
    pause.ifPresent(delay -> around.later.run(() -> judgeAgain(wait), delay));
  }

  private void judgeAgain(long wait) {
    boolean same;
    synchronized (lock) {
      same = wait == waits;
    }
    if (same) {
      judge();
    }
  }

  /** What to ask for, if anything. Guarded by lock. */
  private Optional<ByteRange> stretch() {
    boolean lacking =
        waiting
            && !inVain
            && position > download.available()
            && !download.isHereAhead(position)
            && download.state() == ByteSource.State.GROWING
            && !download.refusesRanges();
    return lacking
        ? Stretch.from(position, wanted, Math.min(endOfGap(), download.heldBackFrom()))
        : Optional.empty();
  }

  /** Where what is missing from the position on ends. Guarded by lock. */
  private long endOfGap() {
    return Math.min(file.length(), file.written().nextFrom(position));
  }

  /** Guarded by lock. */
  private Optional<Duration> mayWait() {
    long from = download.available();
    OptionalDouble rate = download.bytesPerSecond();
    for (SegmentStanding segment : download.segments()) {
      if (from < segment.next() && segment.next() <= position && position <= segment.last()) {
        from = segment.next();
        rate = segment.bytesPerSecond();
      }
    }
    return FarAhead.mayWait(
        position - from,
        rate,
        download.latency(),
        Duration.ofNanos(around.nanoClock.getAsLong() - sinceNanos));
  }

  /** The reader waits no more, and has no use for what comes from ahead. */
  void end() {
    AheadRequest useless;
    Place unused;
    synchronized (lock) {
      waiting = false;
      useless = request;
      request = null;
      unused = place;
      place = null;
    }
    if (unused != null) {
      around.places.withdraw(unused);
    }
    if (useless != null) {
      useless.cancel();
    }
  }

  /** Forgets a request, if it is the one; whether it was. */
  private boolean letGo(AheadRequest useless) {
    synchronized (lock) {
      if (request != useless) {
        return false;
      }
      request = null;
    }
    useless.cancel();
    return true;
  }

  @Override
  public void close() {
    synchronized (lock) {
      inVain = true;
    }
    end();
  }

  /** Wanted for one request. */
  private final class Place implements AheadPlaces.Wish {

    @Override
    public Order order() {
      return download.order();
    }

    @Override
    public void use() {
      AheadRequest begun = begin();
      if (begun == null) {
        // Perhaps somebody else has brought it.
        changed.run();
        return;
      }
      AheadRequest.Outcome outcome = AheadRequest.Outcome.FAILED;
      try {
        outcome = begun.run();
      } finally {
        ended(begun, outcome);
      }
    }

    private @Nullable AheadRequest begin() {
      synchronized (lock) {
        // Until there was a place, the bytes may have come, or the reader may have left.
        Optional<ByteRange> stretch = place == this ? stretch() : Optional.empty();
        place = place == this ? null : place;
        if (stretch.isEmpty()) {
          return null;
        }
        request = new AheadRequest(order(), file, around.asking, stretch.get());
        request.pipe().whenChanged(position, changed);
        return request;
      }
    }

    private void ended(AheadRequest last, AheadRequest.Outcome outcome) {
      if (outcome == AheadRequest.Outcome.REFUSED) {
        download.refuseRanges();
      }
      synchronized (lock) {
        inVain |= outcome == AheadRequest.Outcome.FAILED;
      }
      if (letGo(last)) {
        // Who waits for it has to look for the byte elsewhere.
        changed.run();
      }
    }

    @Override
    public void stop() {
      end();
    }
  }
}
