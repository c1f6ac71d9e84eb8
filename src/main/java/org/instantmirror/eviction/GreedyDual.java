package org.instantmirror.eviction;

import java.time.Duration;
import java.time.Instant;

/**
 * What keeping a file is worth: GreedyDual-Size-Frequency (L. Cherkasova, "Improving WWW Proxies
 * Performance with Greedy-Dual-Size-Frequency Caching Policy", HP Laboratories HPL-98-69R1, 1998),
 * which is GreedyDual-Size (P. Cao, S. Irani, USITS 1997) with a count of uses:
 *
 * <pre>priority = L + frequency x cost / size</pre>
 *
 * <p>where L, the inflation, is the highest priority that has gone so far, as it was when the file
 * was last asked for. So what isn't asked for falls behind at the rate at which room is needed.
 *
 * <p>Three things are ours.
 *
 * <ul>
 *   <li>The cost is the waiting that a file on disk saves, so that the priority is in seconds of
 *       waiting a MiB. Its fixed part is small, which makes it one of bytes for all but small files
 *       (of the paper's two variants the one for byte hits, that takes packets for the cost).
 *   <li>The frequency is the probability that the file is asked for at all within {@link
 *       #HORIZON_WEEKS}: whoever asks first has it stored again, so that a file that hundreds want
 *       costs one fetch if it goes, as one does that two want. With the number itself, which spans
 *       five orders of magnitude, L took months to overtake what everybody had had.
 *   <li>Requests are expected ones, not past ones: what was counted halves every {@link
 *       #HALF_LIFE}, and what is known of the {@link org.instantmirror.usage.Demand demand} comes
 *       on top, so far as it hasn't been met. It fades from when the file came, as counts do:
 *       whoever has been served would else be expected again as the count fades.
 * </ul>
 *
 * <p>Pure.
 */
public final class GreedyDual {

  /** In which time a past request comes to count half. */
  public static final Duration HALF_LIFE = Duration.ofDays(14);

  /** What happens later doesn't count: by then a file that was let go may well be back. */
  static final double HORIZON_WEEKS = 4;

  /**
   * What a file costs whatever its size: as much as 125 kB. A round trip may well take longer, but
   * then small files, of which there are so many, outlive what brings more bytes.
   */
  private static final double FIXED_SECONDS = 0.01;

  /** 100 Mbit/s, what a campus may have; only its proportion to the fixed part matters. */
  private static final double BYTES_PER_SECOND = 12.5e6;

  private static final double MEBIBYTE = 1 << 20;

  /** Below this no file is smaller on disk. */
  private static final long BLOCK = 4096;

  private static final double WEEKS_PER_HALF_LIFE = HALF_LIFE.toSeconds() / (7 * 86_400.0);

  private GreedyDual() {}

  /**
   * What a count has come to.
   *
   * @param uses as of {@code since}
   */
  public static double count(double uses, Instant since, Instant now) {
    double halfLives =
        Math.max(0, Duration.between(since, now).toSeconds()) / (double) HALF_LIFE.toSeconds();
    return uses * Math.pow(0.5, halfLives);
  }

  /**
   * Requests expected within a week.
   *
   * @param count as {@link #count} has it now: of a steady rate r a week it is r times two weeks /
   *     ln 2
   * @param demand how many clients were expected, when it came, to want this version within a week
   * @param storedAt when it came
   */
  public static double expected(double count, double demand, Instant storedAt, Instant now) {
    double rate = count * Math.log(2) / WEEKS_PER_HALF_LIFE;
    // Who has been here already has it.
    return rate + Math.max(0, count(demand, storedAt, now) - count);
  }

  /**
   * The priority.
   *
   * @param inflation L when the file was last asked for, or came
   * @param expected requests a week
   * @param size in bytes
   */
  public static double priority(double inflation, double expected, long size) {
    return inflation + worth(expected, size);
  }

  /**
   * What a file is worth by two names together, as it is asked for if it is by either.
   *
   * @param one of one name, {@link #worth}, or a share of that
   * @param other of the other
   */
  static double together(double one, double other, long size) {
    return one + other - one * other / worth(Double.POSITIVE_INFINITY, size);
  }

  /** What is above L. */
  static double worth(double expected, long size) {
    double bytes = Math.max(BLOCK, size);
    double seconds = FIXED_SECONDS + bytes / BYTES_PER_SECOND;
    double any = -Math.expm1(-expected * HORIZON_WEEKS);
    return any * seconds / (bytes / MEBIBYTE);
  }
}
