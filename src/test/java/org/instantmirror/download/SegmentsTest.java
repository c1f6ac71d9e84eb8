package org.instantmirror.download;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.instantmirror.download.Segments.Lane;
import org.instantmirror.download.Segments.Segment;
import org.instantmirror.http.ByteRange;
import org.instantmirror.http.ByteRanges;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who fetches what, with simulated mirrors and simulated time. */
class SegmentsTest {

  private static final long MIB = 1 << 20;
  private static final long SECOND = 1_000_000_000L;

  /** A mirror whose rate changes, and which may fail, lie or stand still. */
  private record Mirror(
      double bytesPerSecond, double latencySeconds, double failing, double lying, boolean stalls) {}

  /** Ticks of a hundredth of a second. */
  private static final class Simulation {
    private static final long TICK = SECOND / 100;

    final long length;
    final Segments segments;
    final Random random;
    final List<Runner> runners = new ArrayList<>();
    ByteRanges written = ByteRanges.NONE;
    long now;
    long received; // whatever becomes of it
    double longestGapSeconds;
    long headMovedAt;

    Simulation(long length, List<Mirror> mirrors, long seed) {
      this.length = length;
      this.segments = new Segments(length);
      this.random = new Random(seed);
      mirrors.forEach(mirror -> runners.add(new Runner(mirror)));
    }

    /** False if it doesn't end in the time. */
    boolean run(double mostSeconds) {
      while (written.size() < length && now < mostSeconds * SECOND) {
        now += TICK;
        long head = written.endFrom(0);
        runners.forEach(runner -> runner.tick(this));
        if (written.endFrom(0) > head) {
          longestGapSeconds = Math.max(longestGapSeconds, (now - headMovedAt) / (double) SECOND);
          headMovedAt = now;
        }
        boolean nobodyIsLeft =
            runners.stream().noneMatch(runner -> runner.lane != null)
                && segments.wantsLane(written, now);
        if (nobodyIsLeft) {
          // As a crew does when all have failed: they are asked again.
          runners.forEach(Runner::anew);
        }
      }
      return written.size() == length;
    }

    double seconds() {
      return now / (double) SECOND;
    }
  }

  /** What a lane of a crew does, without a network. */
  private static final class Runner {
    private final Mirror mirror;
    private @Nullable Lane lane;
    private @Nullable Segment segment;
    private long bodyAt;
    private long failsAt;
    private double credit;
    private long restUntil;
    private int failures;

    Runner(Mirror mirror) {
      this.mirror = mirror;
    }

    void anew() {
      failures = 0;
      restUntil = 0;
    }

    void tick(Simulation all) {
      if (lane == null && all.now >= restUntil && all.segments.wantsLane(all.written, all.now)) {
        lane = all.segments.open(0);
      }
      if (lane != null && segment == null) {
        begin(all, lane);
      }
      Segment mine = segment;
      if (mine == null) {
        return;
      }
      if (mine.wasTaken()) {
        fail(all, mine);
      } else if (mine.isOver()) {
        all.segments.end(mine, Math.max(0.01, (all.now - bodyAt) / (double) SECOND));
        segment = null;
        failures = 0;
      } else if (all.now >= bodyAt) {
        receive(all, mine);
      }
    }

    private void begin(Simulation all, Lane mine) {
      segment = all.segments.next(mine, all.written, all.now).orElse(null);
      if (segment == null) {
        all.segments.close(mine);
        lane = null;
        restUntil = all.now + SECOND / 2;
        return;
      }
      assertThat(segment.position()).isLessThan(segment.end());
      assertThat(segment.end()).isLessThanOrEqualTo(all.length);
      for (Segment other : all.segments.running()) {
        assertThat(other == segment || other.isOver() || !overlap(other, segment)).isTrue();
      }
      bodyAt = all.now + (long) (mirror.latencySeconds * SECOND);
      credit = 0;
      boolean fails = all.random.nextDouble() < mirror.failing;
      failsAt =
          fails
              ? segment.position()
                  + (long) (all.random.nextDouble() * (segment.end() - segment.position()))
              : Long.MAX_VALUE;
      if (all.random.nextDouble() < mirror.lying) {
        fail(all, segment);
      }
    }

    private static boolean overlap(Segment one, Segment other) {
      return one.position() < other.end() && other.position() < one.end();
    }

    private void receive(Simulation all, Segment mine) {
      credit += mirror.stalls ? 0 : mirror.bytesPerSecond * (0.5 + all.random.nextDouble()) / 100;
      // A lane reads into its buffer what it may, and then looks again where its end is.
      while (credit >= 1 && !mine.isOver()) {
        long count =
            Math.min(Math.min((long) credit, Segments.LEAST), mine.end() - mine.position());
        credit -= count;
        all.received += count;
        ByteRange range = new ByteRange(mine.position(), mine.position() + count - 1);
        assertThat(all.written.nextFrom(range.first())).isGreaterThan(range.last());
        all.written = all.written.with(range);
        all.segments.reached(mine, range.last() + 1, all.now);
        if (mine.position() > failsAt) {
          fail(all, mine);
          return;
        }
      }
    }

    private void fail(Simulation all, Segment mine) {
      all.segments.end(mine, Math.max(0.01, (all.now - bodyAt) / (double) SECOND));
      if (lane != null) {
        all.segments.close(lane);
      }
      lane = null;
      segment = null;
      failures++;
      long rest = Recruits.restNanos(failures);
      restUntil = rest == Long.MAX_VALUE ? rest : all.now + rest;
    }
  }

  private static Mirror good(double mibPerSecond) {
    return new Mirror(mibPerSecond * MIB, 0.02, 0, 0, false);
  }

  @Provide
  Arbitrary<List<Mirror>> mirrors() {
    return Combinators.combine(
            Arbitraries.doubles().between(0.02, 50),
            Arbitraries.doubles().between(0, 0.5),
            Arbitraries.doubles().between(0, 0.9).injectNull(0.5),
            Arbitraries.doubles().between(0, 1).injectNull(0.7),
            Arbitraries.integers().between(0, 9))
        .as(
            (rate, latency, failing, lying, kind) ->
                new Mirror(
                    rate * MIB,
                    latency,
                    failing == null ? 0 : failing,
                    lying == null ? 0 : lying,
                    kind == 0))
        .list()
        .ofMaxSize(6);
  }

  @Property(tries = 2000, edgeCases = EdgeCasesMode.NONE)
  void whileOneGoodMirrorRemainsAllBytesComeAndNoneTwice(
      @ForAll("mirrors") List<Mirror> others,
      @ForAll @LongRange(min = 1, max = 100 * MIB) long length,
      @ForAll long seed) {
    List<Mirror> all = new ArrayList<>(others);
    all.add(good(5));
    Simulation simulation = new Simulation(length, all, seed);
    // Alone it would take 20 s; each take-over of one that stands still takes a few.
    assertThat(simulation.run(200)).isTrue();
    assertThat(simulation.written).isEqualTo(ByteRanges.before(length));
    assertThat(simulation.received).isEqualTo(length);
  }

  private static Simulation run(long length, Mirror... mirrors) {
    Simulation simulation = new Simulation(length, List.of(mirrors), 7);
    assertThat(simulation.run(1000)).isTrue();
    return simulation;
  }

  /** Of the sum of all rates, so much was made use of. */
  private static double share(long length, double sumOfMib, Simulation simulation) {
    return length / simulation.seconds() / (sumOfMib * MIB);
  }

  @Test
  void equalMirrorsAreAllMadeUseOf() {
    long length = 512 * MIB;
    Simulation four = run(length, good(8), good(8), good(8), good(8));
    assertThat(share(length, 32, four)).isGreaterThan(0.95);
    assertThat(four.longestGapSeconds).isLessThan(0.5);
  }

  @Test
  void unequalMirrorsAreAllMadeUseOf() {
    long length = 512 * MIB;
    Simulation four = run(length, good(20), good(8), good(3), good(1));
    assertThat(share(length, 32, four)).isGreaterThan(0.93);
    assertThat(four.longestGapSeconds).isLessThan(0.5);
  }

  @Test
  void slowMirrorsNeverHoldReadersUp() {
    long length = 128 * MIB;
    Simulation alone = run(length, good(10));
    Simulation together = run(length, good(10), good(0.2), good(0.1), good(0.05));
    assertThat(together.seconds()).isLessThan(alone.seconds() + 1);
    assertThat(together.longestGapSeconds).isLessThan(1);
  }

  @Test
  void oneThatStandsStillHoldsReadersUpForSeconds() {
    long length = 128 * MIB;
    Simulation simulation = run(length, good(10), new Mirror(10 * MIB, 0.02, 0, 0, true), good(10));
    assertThat(simulation.longestGapSeconds).isLessThan(5);
    assertThat(share(length, 20, simulation)).isGreaterThan(0.6);
  }

  @Test
  void someThatStandStillDoNotHandASegmentOnForEver() {
    Mirror still = new Mirror(0.02 * MIB, 0, 0, 0, true);
    Simulation simulation = new Simulation(1, List.of(still, still, still, still, good(5)), 0);
    // Each fails three times at most, within a few seconds each time.
    assertThat(simulation.run(40)).isTrue();
  }

  @Test
  void latencyIsLittleBesideASegment() {
    long length = 512 * MIB;
    Mirror far = new Mirror(8 * MIB, 0.15, 0, 0, false);
    assertThat(share(length, 32, run(length, far, far, far, far))).isGreaterThan(0.85);
  }

  @Test
  void segmentsGoOutInOrderFromTheHead() {
    Segments segments = new Segments(100 * MIB);
    Segment one = segments.next(segments.open(4 * MIB), ByteRanges.NONE, 0).orElseThrow();
    assertThat(one.first()).isZero();
    // Alone it has four times what others have.
    assertThat(one.end()).isEqualTo(8 * MIB);
    Segment two = segments.next(segments.open(4 * MIB), ByteRanges.NONE, 0).orElseThrow();
    assertThat(two.first()).isEqualTo(8 * MIB);
    assertThat(two.end()).isEqualTo(10 * MIB);
  }

  @Test
  void firstSegmentsAreShort() {
    Segments segments = new Segments(100 * MIB);
    Lane first = segments.open(4 * MIB);
    Lane second = segments.open(2 * MIB);
    Segment begun = segments.begun(first, new ByteRange(0, 2 * MIB - 1), 0);
    Segment next = segments.next(second, ByteRanges.NONE, 0).orElseThrow();
    assertThat(next.first()).isEqualTo(begun.end());
    assertThat(next.end() - next.first()).isEqualTo(MIB);
  }

  @Test
  void aMuchSlowerOneBeginsWhereTheOthersWillBeWhenItHasDone() {
    Segments segments = new Segments(100 * MIB);
    Lane fast = segments.open(10 * MIB);
    Lane slow = segments.open(MIB);
    Segment head = segments.begun(fast, new ByteRange(0, 5 * MIB - 1), 0);
    Segment ahead = segments.next(slow, ByteRanges.NONE, 0).orElseThrow();
    assertThat(ahead.first()).isEqualTo(head.end() + 5 * MIB);
  }

  @Test
  void whatIsHereIsNotGivenOut() {
    Segments segments = new Segments(10 * MIB);
    ByteRanges here =
        ByteRanges.of(List.of(new ByteRange(0, 99), new ByteRange(200, 10 * MIB - 11)));
    Segment first = segments.next(segments.open(MIB), here, 0).orElseThrow();
    assertThat(first.first()).isEqualTo(100);
    assertThat(first.end()).isEqualTo(200);
    Segment second = segments.next(segments.open(MIB), here, 0).orElseThrow();
    assertThat(second.first()).isEqualTo(10 * MIB - 10);
    assertThat(second.end()).isEqualTo(10 * MIB);
  }

  @Test
  void whatStandsStillIsHandedOnAsAWhole() {
    Segments segments = new Segments(10 * MIB);
    Segment dead = segments.begun(segments.open(MIB), new ByteRange(0, 10 * MIB - 1), 0);
    segments.reached(dead, MIB, SECOND);
    ByteRanges here = ByteRanges.before(MIB);
    Segment taken = segments.next(segments.open(MIB), here, 4 * SECOND).orElseThrow();
    assertThat(taken.first()).isEqualTo(MIB);
    assertThat(taken.end()).isEqualTo(10 * MIB);
    assertThat(dead.wasTaken()).isTrue();
  }

  @Test
  void whatIsNearlyDoneIsLeftToItsLane() {
    Segments segments = new Segments(10 * MIB);
    Lane busy = segments.open(MIB);
    Segment last = segments.begun(busy, new ByteRange(0, 10 * MIB - 1), 0);
    segments.reached(last, 9 * MIB + MIB * 9 / 10, 10 * SECOND);
    ByteRanges here = ByteRanges.before(last.position());
    assertThat(segments.next(segments.open(MIB), here, 10 * SECOND)).isEmpty();
  }
}
