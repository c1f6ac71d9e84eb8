package org.instantmirror.download;

import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.instantmirror.http.ByteRange;
import org.instantmirror.store.StorageException;
import org.instantmirror.upstream.Upstream;
import org.instantmirror.upstream.UpstreamResponse;
import org.instantmirror.upstream.Urgency;
import org.jspecify.annotations.Nullable;

/**
 * The {@link Lane}s of a {@link Crew}, and what they share: who fetches which segment, and who may
 * join. Thread-safe.
 */
final class Lanes {

  /** Where nothing happens it is looked again whether somebody should take over. */
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** Before prefetches, which save so much waiting, and after clients' downloads. */
  private static final double FIRST_OF_ALL = Double.MAX_VALUE;

  private final Crew crew;

  /** Never held over I/O, or while other locks are taken. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition changed = lock.newCondition();
  // All guarded by lock.
  private final Set<Lane> lanes = new LinkedHashSet<>(); // those that run or wait for a place
  private final Recruits recruits;
  private @Nullable Segments segments; // set when it begins
  private boolean news;
  private boolean vacancy = true; // a lane has left since it was looked for another
  private long lookedNanos;
  private boolean ended;
  private long idleSince = Long.MIN_VALUE; // when a lane last found nothing to do
  private AttemptResult.@Nullable Failed lastFailure;
  private @Nullable StorageException fault;

  /**
   * @param recruits may be asked for {@link Recruits#known} by others
   */
  Lanes(Crew crew, Recruits recruits) {
    this.crew = crew;
    this.recruits = recruits;
  }

  /** How it goes on. */
  enum News {
    GOES_ON,
    /** It was told to. */
    STOPPED,
    /** Nobody is left who would fetch what is missing. */
    DESERTED
  }

  /**
   * Begins with one lane, in the download's own place.
   *
   * @param answer its first segment's
   * @param part what that is
   * @return false if the server is stopping
   */
  boolean begin(Segments shared, Upstream first, UpstreamResponse answer, ByteRange part) {
    change(() -> segments = shared);
    Lane lane = new Lane(crew, this, first, null);
    lane.begin(part);
    return begin(lane, answer, part);
  }

  /**
   * Waits until something has happened, for half a second at most.
   *
   * @param seen how many bytes of the file's beginning have been taken notice of
   * @throws StorageException if the disk doesn't take what comes
   */
  News awaitNews(long seen) throws StorageException {
    lock.lock();
    try {
      if (fault != null) {
        throw fault;
      }
      if (ended) {
        return News.STOPPED;
      }
      if (lanes.isEmpty() && crew.entry().size() == seen && !mayRecruitLater()) {
        return News.DESERTED;
      }
      long nanos = LOOK_NANOS;
      while (!news && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
      news = false;
      return News.GOES_ON;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return News.STOPPED;
    } finally {
      lock.unlock();
    }
  }

  /** Whether lanes have ended for want of work alone. Guarded by lock. */
  private boolean mayRecruitLater() {
    return idleSince != Long.MIN_VALUE && System.nanoTime() - idleSince < 2 * LOOK_NANOS;
  }

  /** Why a mirror has failed, the last that has. */
  Optional<AttemptResult.Failed> lastFailure() {
    return look(() -> Optional.ofNullable(lastFailure));
  }

  private void change(Runnable task) {
    lock.lock();
    try {
      task.run();
    } finally {
      lock.unlock();
    }
  }

  private <T> T look(Supplier<T> task) {
    lock.lock();
    try {
      return task.get();
    } finally {
      lock.unlock();
    }
  }

  /** Opens what lanes there may be more. */
  void recruit() {
    if (!isTimeToLook()) {
      return;
    }
    useOwnPlace();
    Instant now = crew.around().clock().instant();
    List<Upstream> mirrors = recruits.known(now);
    for (Optional<Lane> next = next(mirrors); next.isPresent(); next = next(mirrors)) {
      start(next.get());
    }
  }

  /** Not with each byte that comes: a list may name 200 mirrors. */
  private boolean isTimeToLook() {
    return look(
        () -> {
          long now = System.nanoTime();
          if (!vacancy && now - lookedNanos < LOOK_NANOS) {
            return false;
          }
          vacancy = false;
          lookedNanos = now;
          return true;
        });
  }

  /** Whoever waits for a place may have the download's own, if nobody is in it. */
  private void useOwnPlace() {
    List<Lane> waiting = look(() -> ended || isOwnPlaceTaken() ? List.of() : List.copyOf(lanes));
    for (Lane lane : waiting) {
      Claim place = lane.place();
      if (place != null && crew.around().queue().withdraw(place, lane)) {
        left(lane);
        begin(new Lane(crew, this, lane.upstream(), null), null, null);
        return;
      }
    }
  }

  /** Guarded by lock. */
  private boolean isOwnPlaceTaken() {
    return lanes.stream().anyMatch(lane -> lane.place() == null);
  }

  /** One more, if there may be one. */
  private Optional<Lane> next(List<Upstream> mirrors) {
    long now = System.nanoTime();
    return look(
        () -> {
          Optional<Upstream> mirror = mayJoin(now) ? nextMirror(mirrors, now) : Optional.empty();
          Optional<Lane> lane =
              mirror.map(to -> new Lane(crew, this, to, isOwnPlaceTaken() ? place(to) : null));
          lane.ifPresent(lanes::add);
          return lane;
        });
  }

  /** Guarded by lock. */
  private boolean mayJoin(long nowNanos) {
    boolean idle = idleSince != Long.MIN_VALUE && nowNanos - idleSince < LOOK_NANOS;
    return !ended
        && fault == null
        && !idle
        && lanes.size() < crew.order().repo().segmentation().most()
        && segments().wantsLane(crew.entry().written(), nowNanos);
  }

  /** Guarded by lock. */
  private Optional<Upstream> nextMirror(List<Upstream> mirrors, long nowNanos) {
    return recruits.next(mirrors, lanes.stream().map(Lane::upstream).toList(), nowNanos);
  }

  private Claim place(Upstream mirror) {
    String host = String.valueOf(crew.pool().uri(mirror, crew.order().key().path()).getHost());
    return Claim.ofHelper(crew.order().repo(), crew.order().key(), host);
  }

  private void start(Lane lane) {
    Claim place = lane.place();
    if (place == null) {
      begin(lane, null, null);
    } else {
      boolean ahead = crew.claim().urgency() == Urgency.AHEAD;
      crew.around().queue().judge(place, ahead ? crew.claim().saving : FIRST_OF_ALL);
      crew.around().queue().submit(place, lane);
    }
  }

  /** In the download's own place; false if the server is stopping. */
  private boolean begin(Lane lane, @Nullable UpstreamResponse answer, @Nullable ByteRange part) {
    change(() -> lanes.add(lane));
    try {
      crew.around().queue().runBeside(() -> lane.run(answer, part));
      return true;
    } catch (RejectedExecutionException e) {
      idle();
      left(lane);
      return false;
    }
  }

  /** Has it end soon; bytes that come later are lost. From any thread. */
  void stop() {
    List<Lane> last =
        look(
            () -> {
              ended = true;
              tell();
              return List.copyOf(lanes);
            });
    for (Lane lane : last) {
      lane.stop();
      Claim place = lane.place();
      if (place != null && crew.around().queue().withdraw(place, lane)) {
        left(lane);
      }
    }
  }

  /** What is being fetched. */
  List<SegmentStanding> standings() {
    long now = System.nanoTime();
    return look(() -> lanes.stream().flatMap(lane -> lane.standing(now).stream()).toList());
  }

  // ---- for lanes

  /** Does something with what they share. */
  <T> T locked(Function<Segments, T> task) {
    return look(() -> task.apply(segments()));
  }

  private Segments segments() {
    return Objects.requireNonNull(segments);
  }

  /** Whether there is nothing more to do for anybody. */
  boolean isEnded() {
    return look(() -> ended || fault != null);
  }

  /** Whom nothing is left to do of what they have begun: others have taken over. */
  void dismissIdle(Lane taker) {
    List<Runnable> idle =
        look(
            () ->
                lanes.stream()
                    .filter(lane -> lane != taker)
                    .flatMap(lane -> lane.abortIfTaken().stream())
                    .toList());
    idle.forEach(Runnable::run);
  }

  /** A lane has written so much. */
  void wrote(Upstream upstream, ByteRange range) {
    crew.contributions().add(upstream, range);
    change(this::tell);
  }

  /** A mirror has failed, and has a rest. */
  void failed(Upstream upstream, AttemptResult.Failed result) {
    change(
        () -> {
          recruits.failed(upstream, System.nanoTime());
          lastFailure = result;
        });
  }

  /** A mirror is of no use for this file. */
  void withoutIt(Upstream upstream) {
    change(() -> recruits.exclude(upstream, System.nanoTime()));
  }

  /** A mirror has brought a segment. */
  void succeeded(Upstream upstream) {
    change(() -> recruits.succeeded(upstream));
  }

  /** A lane has found nothing to do. */
  void idle() {
    change(() -> idleSince = System.nanoTime());
  }

  /** The disk doesn't take it. */
  void fault(StorageException what) {
    change(
        () -> {
          fault = what;
          tell();
        });
  }

  /** A lane has ended. */
  void left(Lane lane) {
    change(
        () -> {
          lanes.remove(lane);
          vacancy = true;
          tell();
        });
  }

  /** Guarded by lock. */
  private void tell() {
    news = true;
    changed.signal();
  }
}
