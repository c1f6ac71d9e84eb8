package org.instantmirror.download;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.instantmirror.http.ByteRange;
import org.instantmirror.repo.Segmentation;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.store.PartialEntry;
import org.instantmirror.store.StorageException;
import org.instantmirror.upstream.Upstream;
import org.instantmirror.upstream.UpstreamPool;
import org.instantmirror.upstream.UpstreamResponse;
import org.instantmirror.upstream.Urgency;
import org.jspecify.annotations.Nullable;

/**
 * Fetches a listed file from several mirrors at once: as many {@link Lane}s as the configuration
 * says write its segments into the partial entry, while the download's thread follows the head,
 * verifies and publishes. One of them runs in the download's own place; the others have places of
 * the queue that nobody else needs, and give them up when somebody does.
 */
final class Crew {

  /** Where nothing happens it is looked again whether somebody should take over. */
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** Before prefetches, which save so much waiting, and after clients' downloads. */
  private static final double FIRST_OF_ALL = Double.MAX_VALUE;

  private final Download download;
  private final Order order;
  private final Transfer.Surroundings around;
  private final UpstreamPool pool;
  private final Upstream first;
  private final HeldPartial held;
  private final Verification verification;
  private final Claim claim;

  /** Never held over I/O, or while other locks are taken. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition changed = lock.newCondition();
  // All guarded by lock.
  private final Set<Lane> lanes = new LinkedHashSet<>(); // those that run or wait for a place
  private final Recruits recruits;
  private final List<Piece> pieces = new ArrayList<>();
  private boolean news;
  private boolean vacancy = true; // a lane has left since it was looked for another
  private long lookedNanos;
  private boolean ended;
  private long idleSince = Long.MIN_VALUE; // when a lane last found nothing to do
  private AttemptResult.@Nullable Failed lastFailure;
  private @Nullable StorageException fault;

  // Set by the download's thread before there are lanes.
  private @Nullable Segments segments; // guarded by lock
  private @Nullable PartialEntry entry;

  /** What a mirror has written. */
  record Piece(ByteRange range, Upstream upstream) {}

  /**
   * @param first the mirror that the first request goes to
   * @param held the bytes that are here
   * @param claim the download's
   */
  Crew(
      Download download,
      Transfer.Surroundings around,
      UpstreamPool pool,
      Upstream first,
      HeldPartial held,
      Verification verification,
      Claim claim) {
    this.download = download;
    this.order = download.order();
    this.around = around;
    this.pool = pool;
    this.first = first;
    this.held = held;
    this.verification = verification;
    this.claim = claim;
    this.recruits = new Recruits(order, pool, around.corruptSources());
  }

  /**
   * With which part the first request begins, where the file is to be fetched in segments: it is
   * listed and large, and there is somebody to share it.
   *
   * @param from the first byte that is missing
   * @param hole how many are missing from there on
   */
  Optional<ByteRange> firstPart(long from, long hole) {
    ListedFile listed = verification.listed();
    Segmentation rule = order.repo().segmentation();
    Instant now = around.clock().instant();
    boolean large = listed != null && listed.size() - held.bytes() >= rule.least();
    if (!large
        || rule.most() < 2
        || around.corruptSources().contains(order.key(), now)
        || recruits.known(now).size() < 2) {
      return Optional.empty();
    }
    long wanted = Segments.firstLength(pool.bytesPerSecond(first, now));
    return Optional.of(new ByteRange(from, from + Math.min(wanted, hole) - 1));
  }

  /**
   * Fetches what is missing.
   *
   * @param answer with a body that hasn't been read
   * @param part that it is
   * @throws StorageException if the disk doesn't take it
   */
  AttemptResult run(UpstreamResponse answer, ByteRange part) throws StorageException {
    PartialEntry bytes = Objects.requireNonNull(held.entry());
    entry = bytes;
    Release release = new Release(download, held, verification, true);
    release.begin();
    lock.lock();
    try {
      segments = new Segments(bytes.length());
    } finally {
      lock.unlock();
    }
    download.fetchedBy(this::standings);
    try {
      Lane lane = new Lane(this, first, null);
      lane.begin(part);
      if (!begin(lane, answer, part)) {
        return failed("the server is stopping");
      }
      while (true) {
        Optional<AttemptResult> end = turn(release);
        if (end.isPresent()) {
          return end.get();
        }
      }
    } finally {
      stop();
      download.fetchedBy(List::of);
    }
  }

  /** Takes in what is here, sees to it that more comes, and waits for that. */
  private Optional<AttemptResult> turn(Release release) throws StorageException {
    long seen = entry().size();
    Optional<String> objection = release.grown(null, false);
    if (objection.isPresent()) {
      return Optional.of(AttemptResult.implausible(pool.uri(first, path()), objection.get()));
    }
    if (release.isWhole()) {
      return Optional.of(release.isRefuted() ? refuted() : new AttemptResult.Whole(true));
    }
    recruit();
    lock.lock();
    try {
      if (fault != null) {
        throw fault;
      }
      if (ended) {
        return Optional.of(new AttemptResult.Stopped());
      }
      if (lanes.isEmpty() && entry().size() == seen && !mayRecruitLater()) {
        return Optional.of(lastFailure == null ? failed("no mirror is left") : lastFailure);
      }
      long nanos = LOOK_NANOS;
      while (!news && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
      news = false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of(new AttemptResult.Stopped());
    } finally {
      lock.unlock();
    }
    return Optional.empty();
  }

  /** Whether lanes have ended for want of work alone. Guarded by lock. */
  private boolean mayRecruitLater() {
    return idleSince != Long.MIN_VALUE && System.nanoTime() - idleSince < 2 * LOOK_NANOS;
  }

  private AttemptResult.Failed failed(String what) {
    return new AttemptResult.Failed(new Failure(Failure.Kind.BAD_GATEWAY, what), false);
  }

  private String path() {
    return order.key().path();
  }

  PartialEntry entry() {
    return Objects.requireNonNull(entry);
  }

  Order order() {
    return order;
  }

  /** What the first answer took. */
  Duration latency() {
    return download.latency();
  }

  UpstreamPool pool() {
    return pool;
  }

  Transfer.Surroundings around() {
    return around;
  }

  Claim claim() {
    return claim;
  }

  /** The bytes are not the file: whose are wrong isn't known, unless all are of one mirror. */
  private AttemptResult refuted() throws StorageException {
    List<Piece> all;
    lock.lock();
    try {
      all = List.copyOf(pieces);
    } finally {
      lock.unlock();
    }
    AttemptResult.Corrupt corrupt =
        (AttemptResult.Corrupt) verification.rejection(pool.uri(first, path()));
    long fetched = all.stream().mapToLong(piece -> piece.range().length()).sum();
    boolean alone = all.stream().allMatch(piece -> piece.upstream().equals(first));
    if (alone && fetched == entry().length()) {
      held.discard();
      return corrupt;
    }
    Failure failure =
        new Failure(
            Failure.Kind.BAD_GATEWAY,
            "several mirrors sent what is together not the file that repodata lists");
    Culprit culprit =
        Culprit.of(
            order, pool, around, Objects.requireNonNull(verification.listed()), entry(), all);
    held.discard();
    return new AttemptResult.Mixture(failure, culprit);
  }

  // ---- lanes

  /** Opens what lanes there may be more. */
  private void recruit() {
    if (!isTimeToLook()) {
      return;
    }
    useOwnPlace();
    Instant now = around.clock().instant();
    List<Upstream> mirrors = recruits.known(now);
    while (true) {
      Lane lane;
      lock.lock();
      try {
        lane = nextLane(mirrors);
        if (lane == null) {
          return;
        }
        lanes.add(lane);
      } finally {
        lock.unlock();
      }
      start(lane);
    }
  }

  /** Not with each byte that comes: a list may name 200 mirrors. */
  private boolean isTimeToLook() {
    lock.lock();
    try {
      long now = System.nanoTime();
      if (!vacancy && now - lookedNanos < LOOK_NANOS) {
        return false;
      }
      vacancy = false;
      lookedNanos = now;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Whoever waits for a place may have the download's own, if nobody is in it. */
  private void useOwnPlace() {
    List<Lane> waiting;
    lock.lock();
    try {
      boolean taken = ended || lanes.stream().anyMatch(lane -> lane.place() == null);
      waiting = taken ? List.of() : List.copyOf(lanes);
    } finally {
      lock.unlock();
    }
    for (Lane lane : waiting) {
      Claim place = lane.place();
      if (place != null && around.queue().withdraw(place, lane)) {
        left(lane);
        begin(new Lane(this, lane.upstream(), null), null, null);
        return;
      }
    }
  }

  /** Guarded by lock. */
  private @Nullable Lane nextLane(List<Upstream> mirrors) {
    long now = System.nanoTime();
    boolean idle = idleSince != Long.MIN_VALUE && now - idleSince < LOOK_NANOS;
    if (ended
        || fault != null
        || idle
        || lanes.size() >= order.repo().segmentation().most()
        || !segments().wantsLane(entry().written(), now)) {
      return null;
    }
    List<Upstream> busy = lanes.stream().map(Lane::upstream).toList();
    Upstream next = recruits.next(mirrors, busy, now).orElse(null);
    if (next == null) {
      return null;
    }
    boolean ownPlaceIsFree = lanes.stream().noneMatch(lane -> lane.place() == null);
    return new Lane(this, next, ownPlaceIsFree ? null : place(next));
  }

  private Claim place(Upstream mirror) {
    String host = String.valueOf(pool.uri(mirror, path()).getHost());
    return Claim.ofHelper(order.repo(), order.key(), host);
  }

  private void start(Lane lane) {
    Claim place = lane.place();
    if (place == null) {
      begin(lane, null, null);
    } else {
      around.queue().judge(place, claim.urgency() == Urgency.AHEAD ? claim.saving : FIRST_OF_ALL);
      around.queue().submit(place, lane);
    }
  }

  /** In the download's own place; false if the server is stopping. */
  private boolean begin(Lane lane, @Nullable UpstreamResponse answer, @Nullable ByteRange part) {
    lock.lock();
    try {
      lanes.add(lane);
    } finally {
      lock.unlock();
    }
    try {
      around.queue().runBeside(() -> lane.run(answer, part));
      return true;
    } catch (RejectedExecutionException e) {
      idle();
      left(lane);
      return false;
    }
  }

  /** Has it end soon; bytes that come later are lost. From any thread. */
  void stop() {
    List<Lane> last;
    lock.lock();
    try {
      ended = true;
      last = List.copyOf(lanes);
      tell();
    } finally {
      lock.unlock();
    }
    for (Lane lane : last) {
      lane.stop();
      Claim place = lane.place();
      if (place != null && around.queue().withdraw(place, lane)) {
        left(lane);
      }
    }
  }

  private List<SegmentStanding> standings() {
    long now = System.nanoTime();
    lock.lock();
    try {
      List<SegmentStanding> all = new ArrayList<>();
      for (Lane lane : lanes) {
        Segments.Segment segment = lane.segment();
        if (segment != null && !segment.isOver()) {
          all.add(
              new SegmentStanding(
                  lane.uri(),
                  segment.first(),
                  segment.position(),
                  segment.end() - 1,
                  segment.bytesPerSecond(now)));
        }
      }
      return all;
    } finally {
      lock.unlock();
    }
  }

  // ---- for lanes

  /** Does something with what lanes share. */
  <T> T locked(java.util.function.Function<Segments, T> task) {
    lock.lock();
    try {
      return task.apply(segments());
    } finally {
      lock.unlock();
    }
  }

  private Segments segments() {
    return Objects.requireNonNull(segments);
  }

  /** Whether there is nothing more to do for anybody. */
  boolean isEnded() {
    lock.lock();
    try {
      return ended || fault != null;
    } finally {
      lock.unlock();
    }
  }

  /** Whom nothing is left to do of what they have begun: others have taken over. */
  void dismissIdle(Lane taker) {
    List<Runnable> idle = new ArrayList<>();
    lock.lock();
    try {
      for (Lane lane : lanes) {
        Segments.Segment segment = lane.segment();
        Runnable abort = lane.abort();
        if (lane != taker && segment != null && segment.wasTaken() && abort != null) {
          idle.add(abort);
        }
      }
    } finally {
      lock.unlock();
    }
    idle.forEach(Runnable::run);
  }

  /** A lane has written so much. */
  void wrote(Upstream upstream, ByteRange range) {
    lock.lock();
    try {
      int last = pieces.size() - 1;
      Piece before = last < 0 ? null : pieces.get(last);
      if (before != null
          && before.upstream.equals(upstream)
          && before.range.last() + 1 == range.first()) {
        pieces.set(last, new Piece(new ByteRange(before.range.first(), range.last()), upstream));
      } else {
        pieces.add(new Piece(range, upstream));
      }
      tell();
    } finally {
      lock.unlock();
    }
  }

  /** A mirror has failed, and has a rest. */
  void failed(Upstream upstream, AttemptResult.Failed result) {
    lock.lock();
    try {
      recruits.failed(upstream, System.nanoTime());
      lastFailure = result;
    } finally {
      lock.unlock();
    }
  }

  /** A mirror is of no use for this file. */
  void withoutIt(Upstream upstream) {
    lock.lock();
    try {
      recruits.exclude(upstream, System.nanoTime());
    } finally {
      lock.unlock();
    }
  }

  /** A mirror has brought a segment. */
  void succeeded(Upstream upstream) {
    lock.lock();
    try {
      recruits.succeeded(upstream);
    } finally {
      lock.unlock();
    }
  }

  /** A lane has found nothing to do. */
  void idle() {
    lock.lock();
    try {
      idleSince = System.nanoTime();
    } finally {
      lock.unlock();
    }
  }

  /** The disk doesn't take it. */
  void fault(StorageException what) {
    lock.lock();
    try {
      fault = what;
      tell();
    } finally {
      lock.unlock();
    }
  }

  /** A lane has ended. */
  void left(Lane lane) {
    lock.lock();
    try {
      lanes.remove(lane);
      vacancy = true;
      tell();
    } finally {
      lock.unlock();
    }
  }

  /** Guarded by lock. */
  private void tell() {
    news = true;
    changed.signal();
  }
}
