package org.instantmirror.upstream;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * How one upstream, or the server of a list, has been doing. One that failed rests, longer each
 * time it fails again; a success ends its rest.
 *
 * @param failures in a row, as far as they count
 * @param restsUntil the end of its rest; long ago if it never failed
 * @param lastVerdict when a failure or success was last recorded
 */
record Health(int failures, Instant restsUntil, Instant lastVerdict) {

  private static final List<Duration> PAUSES =
      List.of(
          Duration.ofMillis(500),
          Duration.ofSeconds(1),
          Duration.ofSeconds(2),
          Duration.ofSeconds(4),
          Duration.ofSeconds(5));

  /** No rest is longer. */
  static final Duration LONGEST_REST = PAUSES.get(PAUSES.size() - 1);

  /** Nothing has failed yet. */
  static final Health GOOD = new Health(0, Instant.MIN, Instant.MIN);

  /** A rest that would end later than the longest means that the clock was set back. */
  boolean restingAt(Instant now) {
    return now.isBefore(restsUntil) && !restsUntil.isAfter(now.plus(LONGEST_REST));
  }

  /**
   * After a failed attempt. Attempts that were under way together fail together: one that began
   * before the last failure or success says nothing new, and neither does one while it rests.
   *
   * @param started when the attempt began
   */
  Health afterFailure(Instant started, Instant now) {
    boolean knownAlready = started.isBefore(lastVerdict) && !lastVerdict.isAfter(now);
    if (restingAt(now) || knownAlready) {
      return this;
    }
    Duration pause = PAUSES.get(Math.min(failures, PAUSES.size() - 1));
    return new Health(Math.min(failures + 1, PAUSES.size()), now.plus(pause), now);
  }

  /** After an answer: it doesn't rest, and its pauses begin anew. */
  static Health afterSuccess(Instant now) {
    return new Health(0, Instant.MIN, now);
  }
}
