package org.instantmirror.download;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.instantmirror.http.ByteRange;
import org.instantmirror.http.ByteRanges;

/**
 * Who fetches which segment of a file that several lanes (connections to mirrors) fetch at once. No
 * threads, no I/O; guarded by the lock of its caller, who passes the time.
 *
 * <ul>
 *   <li>Segments go out in order from the head, for readers follow there. One is what its lane is
 *       expected to bring in a time that grows from half a second to two: a lane that dies, or
 *       turns out to be slow, holds readers up no longer, and what asking costs (a round trip) is
 *       little beside it. Towards the end they become shorter, so that all lanes end together.
 *   <li>A lane that is much slower than others begins so far ahead that they reach its segment when
 *       it has brought it: at the head it would be them who wait.
 *   <li>Where nothing is left to give out, the segment that would take longest is shared between
 *       its lane and the one that is free, by their rates. One at the head that would hold readers
 *       up for long is shared at any time.
 *   <li>What a lane is just reading is left to it, unless it would keep that for long: only then it
 *       reads in vain, {@link #LEAST} bytes at most.
 * </ul>
 */
final class Segments {

  /**
   * Bytes that a lane may have in its hands; also, no piece is shorter but the file's last ones.
   */
  static final long LEAST = 64 * 1024;

  /** The first segment of a lane whose rate nobody knows. */
  static final long FIRST = 1 << 20;

  private static final double FIRST_SECONDS = 0.5;
  private static final double MOST_SECONDS = 2;

  /** Who is alone has so many times longer segments: there is no other to be held up by it. */
  private static final double ALONE = 4;

  /** What is over sooner isn't worth another request. */
  private static final double WORTH_SECONDS = 0.25;

  /** A head that is worse than this is shared although there is other work. */
  private static final double SLOW_HEAD_SECONDS = 2 * MOST_SECONDS;

  /** What has brought nothing for so long has come to a standstill. */
  private static final long PATIENCE_NANOS = 2_000_000_000L;

  /** So many times faster than another is much faster. */
  private static final double MUCH = 2;

  private final long length;
  private final List<Segment> running = new ArrayList<>();
  private final List<Lane> lanes = new ArrayList<>();

  /**
   * @param length of the file, in bytes
   */
  Segments(long length) {
    this.length = length;
  }

  /** One connection to one mirror. Guarded as the whole. */
  static final class Lane {
    private double bytesPerSecond; // 0 if that isn't known
    private double targetSeconds = FIRST_SECONDS;

    private Lane(double bytesPerSecond) {
      this.bytesPerSecond = bytesPerSecond;
    }

    /** How fast it has been; 0 if that isn't known. */
    double bytesPerSecond() {
      return bytesPerSecond;
    }

    private double orUsual(double usual) {
      return bytesPerSecond > 0 ? bytesPerSecond : usual;
    }
  }

  /** What one lane fetches. Guarded as the whole. */
  static final class Segment {
    private final Lane lane;
    private final long first;
    private final FillRate rate;
    private final long[] nowNanos;
    private long movedAtNanos;
    private long position;
    private long end;
    private boolean taken;

    private Segment(Lane lane, long first, long end, long now) {
      this.lane = lane;
      this.first = first;
      this.position = first;
      this.end = end;
      this.movedAtNanos = now;
      long[] clock = {now};
      this.nowNanos = clock;
      this.rate = new FillRate(() -> clock[0]);
      rate.begin(first);
    }

    Lane lane() {
      return lane;
    }

    /** Where it began. */
    long first() {
      return first;
    }

    /** The byte to fetch next. */
    long position() {
      return position;
    }

    /** Where it is to end; it may come nearer, but never behind {@link #position}. */
    long end() {
      return end;
    }

    /** Its end has come, by its own doing or since others have taken over. */
    boolean isOver() {
      return position >= end;
    }

    /** Bytes a second over the last one or two, a standstill included. */
    OptionalDouble bytesPerSecond(long now) {
      nowNanos[0] = now;
      return rate.bytesPerSecond();
    }

    /** Whether all that was left of it was handed to another lane, since little came. */
    boolean wasTaken() {
      return taken;
    }

    private long left() {
      return end - position;
    }
  }

  /**
   * One more lane.
   *
   * @param bytesPerSecond as its mirror is known; 0 if it isn't
   */
  Lane open(double bytesPerSecond) {
    Lane lane = new Lane(bytesPerSecond);
    lanes.add(lane);
    return lane;
  }

  /** It gets nothing more; what it has begun has {@linkplain #end ended}. */
  void close(Lane lane) {
    lanes.remove(lane);
  }

  /** How long the segment is to be with which a lane begins that stands for itself yet. */
  static long firstLength(double bytesPerSecond) {
    return bytesPerSecond > 0 ? Math.max(LEAST, (long) (bytesPerSecond * FIRST_SECONDS)) : FIRST;
  }

  /** A segment that its lane has begun already. */
  Segment begun(Lane lane, ByteRange range, long now) {
    return begin(lane, range.first(), range.last() + 1, now);
  }

  private Segment begin(Lane lane, long first, long end, long now) {
    Segment segment = new Segment(lane, first, end, now);
    running.add(segment);
    return segment;
  }

  /**
   * What a lane that is free fetches next.
   *
   * @param here what needn't be fetched
   * @return empty if there is nothing that it would be of use for, at the moment
   */
  Optional<Segment> next(Lane lane, ByteRanges here, long now) {
    Optional<Segment> head = slowHead(lane, here, now);
    if (head.isPresent()) {
      return share(head.get(), lane, now);
    }
    List<ByteRange> holes = unbegun(here);
    if (!holes.isEmpty()) {
      return Optional.of(fresh(lane, holes, now));
    }
    return running.stream()
        .filter(segment -> !segment.isOver())
        .max(Comparator.comparingDouble(segment -> secondsLeft(segment, now)))
        .filter(longest -> secondsLeft(longest, now) > WORTH_SECONDS)
        .flatMap(longest -> share(longest, lane, now));
  }

  private List<ByteRange> unbegun(ByteRanges here) {
    ByteRanges begun = here;
    for (Segment segment : running) {
      if (!segment.isOver()) {
        begun = begun.with(new ByteRange(segment.position, segment.end - 1));
      }
    }
    return begun.holes(length);
  }

  private Segment fresh(Lane lane, List<ByteRange> holes, long now) {
    long left = holes.stream().mapToLong(ByteRange::length).sum();
    double mine = lane.orUsual(usual());
    double all = 0;
    double muchFaster = 0;
    for (Lane each : lanes) {
      double rate = each.orUsual(usual());
      all += rate;
      muchFaster += rate > MUCH * mine ? rate : 0;
    }
    if (lanes.size() <= 1) {
      // Not all of it: of a segment that is shared what is on its way is lost.
      ByteRange hole = holes.get(0);
      long size = Math.max(FIRST, (long) (ALONE * lane.targetSeconds * mine));
      return begin(lane, hole.first(), end(hole.first(), size, hole), now);
    }
    double share = mine / Math.max(all, mine);
    double seconds = lane.targetSeconds;
    long most =
        lane.bytesPerSecond > 0
            ? Math.max(
                (long) (mine * WORTH_SECONDS), (long) Math.min(mine * seconds, left * share / 2))
            : FIRST;
    long size = Math.max(LEAST, most);
    long from = holes.get(0).first() + (long) (muchFaster * size / mine);
    for (ByteRange hole : holes) {
      long first = Math.max(from, hole.first());
      if (first == hole.first() || first + LEAST <= hole.last()) {
        return begin(lane, first, end(first, size, hole), now);
      }
    }
    ByteRange last = holes.get(holes.size() - 1);
    return begin(lane, last.first(), end(last.first(), size, last), now);
  }

  /** Leaves no crumbs. */
  private static long end(long first, long size, ByteRange hole) {
    long end = first + size;
    return end + LEAST > hole.last() ? hole.last() + 1 : end;
  }

  /** What an unknown lane is taken for: the middle of those that are known. */
  private double usual() {
    return lanes.stream()
        .mapToDouble(Lane::bytesPerSecond)
        .filter(rate -> rate > 0)
        .average()
        .orElse(FIRST / FIRST_SECONDS);
  }

  /** The segment that readers wait for, if this lane would be much sooner through with it. */
  private Optional<Segment> slowHead(Lane lane, ByteRanges here, long now) {
    long head = here.endFrom(0);
    return running.stream()
        .filter(segment -> !segment.isOver() && segment.position <= head)
        .filter(segment -> secondsLeft(segment, now) > SLOW_HEAD_SECONDS)
        .filter(
            segment ->
                lanes.size() > 1
                    && secondsLeft(segment, now)
                        > 2 * MUCH * segment.left() / lane.orUsual(usual()))
        .findFirst();
  }

  /** Hands a lane the second part of another's segment, or all of it where nothing comes there. */
  private Optional<Segment> share(Segment other, Lane lane, long now) {
    double theirs = rate(other, now);
    double mine = lane.orUsual(usual());
    long kept = (long) (other.left() * theirs / (theirs + mine));
    boolean all = kept < LEAST && secondsLeft(other, now) > SLOW_HEAD_SECONDS;
    long cut = other.position + (all ? 0 : Math.max(LEAST, kept));
    if (other.end - cut < (all ? 1 : LEAST)) {
      return Optional.empty();
    }
    long end = other.end;
    other.end = cut;
    other.taken = cut == other.position;
    return Optional.of(begin(lane, cut, end, now));
  }

  private double secondsLeft(Segment segment, long now) {
    return segment.left() / Math.max(rate(segment, now), 1e-9);
  }

  /** As it comes now; as its lane is known to bring while that can't be told. */
  private double rate(Segment segment, long now) {
    if (now - segment.movedAtNanos > PATIENCE_NANOS) {
      return 0;
    }
    OptionalDouble measured = segment.bytesPerSecond(now);
    return measured.isPresent() && segment.position > segment.first
        ? measured.getAsDouble()
        : segment.lane.orUsual(usual());
  }

  /** Bytes of a segment have been written. */
  void reached(Segment segment, long position, long now) {
    segment.position = position;
    segment.movedAtNanos = now;
    segment.nowNanos[0] = now;
    segment.rate.reached(position);
  }

  /**
   * A lane is done with its segment; what it hasn't reached of it is for others.
   *
   * @param seconds how long the body took, without what we held up ourselves; 0 if there was none
   */
  void end(Segment segment, double seconds) {
    running.remove(segment);
    long brought = segment.position - segment.first;
    Lane lane = segment.lane;
    if (brought >= LEAST && seconds > 0) {
      double rate = brought / seconds;
      lane.bytesPerSecond = lane.bytesPerSecond == 0 ? rate : (lane.bytesPerSecond + rate) / 2;
      lane.targetSeconds = Math.min(MOST_SECONDS, 2 * lane.targetSeconds);
    }
  }

  /**
   * Whether one more lane would be of use.
   *
   * @param here what needn't be fetched
   */
  boolean wantsLane(ByteRanges here, long now) {
    return !unbegun(here).isEmpty()
        || running.stream()
            .anyMatch(
                segment -> !segment.isOver() && secondsLeft(segment, now) > SLOW_HEAD_SECONDS);
  }

  /** Those that are being fetched, in order. */
  List<Segment> running() {
    return running.stream().sorted(Comparator.comparingLong(Segment::position)).toList();
  }
}
