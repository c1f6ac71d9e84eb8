package org.instantmirror.upstream;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How fast a mirror of a list has been, and how often it has failed.
 *
 * @param firstByteMillis smoothed time from a request to the head of its answer; null if unknown
 * @param millisPerMegabyte smoothed; null if unknown
 * @param strikes failed tries, halved by each one that succeeds
 * @param measuredAt when it was last measured or failed
 */
record Speed(
    @Nullable Double firstByteMillis,
    @Nullable Double millisPerMegabyte,
    int strikes,
    Instant measuredAt) {

  static final Speed UNKNOWN = new Speed(null, null, 0, Instant.MIN);

  /** A measurement isn't believed for longer: lines change, and servers are mended. */
  static final Duration LIFE = Duration.ofHours(6);

  /** Fewer bytes measure the line's delay and not its rate. */
  static final long LEAST_BYTES = 64 * 1024;

  private static final double WEIGHT_OF_LAST = 0.3;
  private static final int MOST_STRIKES = 30;

  /** One that nobody has measured is taken for a middling one... */
  private static final double USUAL_FIRST_BYTE_MILLIS = 200;

  private static final double USUAL_MILLIS_PER_MEGABYTE = 200;

  /** ...and for a little worse than the one that its list puts before it. */
  private static final double MILLIS_PER_PLACE = 25;

  /** As much as a request costs that fails at once and is repeated elsewhere. */
  private static final double MILLIS_PER_STRIKE = 1000;

  /** After another answer. */
  Speed with(Measurement sample, Instant now) {
    Speed before = at(now);
    boolean telling = sample.bytes() >= LEAST_BYTES;
    return new Speed(
        smoothed(before.firstByteMillis, sample.firstByte().toNanos() / 1e6),
        telling
            ? Double.valueOf(
                smoothed(
                    before.millisPerMegabyte, sample.body().toNanos() / (double) sample.bytes()))
            : before.millisPerMegabyte,
        before.strikes,
        now);
  }

  /** After a failed try. */
  Speed withFailure(Instant now) {
    Speed before = at(now);
    return new Speed(
        before.firstByteMillis,
        before.millisPerMegabyte,
        Math.min(before.strikes + 1, MOST_STRIKES),
        now);
  }

  /** After one that succeeded. */
  Speed withSuccess(Instant now) {
    Speed before = at(now);
    return before.strikes == 0
        ? before
        : new Speed(before.firstByteMillis, before.millisPerMegabyte, before.strikes / 2, now);
  }

  /**
   * How long a file of a megabyte is expected to take, by which mirrors are ranked.
   *
   * @param place in its list, from 0
   */
  double expectedMillis(int place, Instant now) {
    Speed known = at(now);
    double unmeasured = place * MILLIS_PER_PLACE;
    double firstByte =
        known.firstByteMillis == null
            ? USUAL_FIRST_BYTE_MILLIS + unmeasured
            : known.firstByteMillis;
    double body =
        known.millisPerMegabyte == null ? USUAL_MILLIS_PER_MEGABYTE : known.millisPerMegabyte;
    return firstByte + body + known.strikes * MILLIS_PER_STRIKE;
  }

  /** What of it is still believed. */
  Speed at(Instant now) {
    boolean believed =
        !measuredAt.equals(Instant.MIN)
            && !measuredAt.isAfter(now)
            && Duration.between(measuredAt, now).compareTo(LIFE) < 0;
    return believed ? this : UNKNOWN;
  }

  private static double smoothed(@Nullable Double before, double sample) {
    return before == null ? sample : before + WEIGHT_OF_LAST * (sample - before);
  }
}
