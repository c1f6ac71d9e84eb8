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
 * <p>Three things are ours. The cost is the waiting that a file on disk saves, so that the priority
 * is in seconds of waiting a MiB. The frequency is one of expected requests, not of past ones: what
 * was counted halves every {@link #HALF_LIFE}, since a release that ends leaves popular packages
 * behind that nobody will ask for again, and L alone would take long to overtake them; and what is
 * known of the {@link org.instantmirror.usage.Demand demand} comes on top, so far as it hasn't been
 * met. Pure.
 */
public final class GreedyDual {

  /** In which time a past request comes to count half. */
  public static final Duration HALF_LIFE = Duration.ofDays(14);

  /** What any request costs upstream, before its first byte. */
  private static final double FIXED_SECONDS = 0.1;

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
   * @param demand how many clients are expected to want this version within a week
   */
  public static double expected(double count, double demand) {
    double rate = count * Math.log(2) / WEEKS_PER_HALF_LIFE;
    // Who has been here already has it.
    return rate + Math.max(0, demand - count);
  }

  /**
   * The priority.
   *
   * @param inflation L when the file was last asked for, or came
   * @param expected requests a week
   * @param size in bytes
   */
  public static double priority(double inflation, double expected, long size) {
    double bytes = Math.max(BLOCK, size);
    double seconds = FIXED_SECONDS + bytes / BYTES_PER_SECOND;
    return inflation + expected * seconds / (bytes / MEBIBYTE);
  }
}
