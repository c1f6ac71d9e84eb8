package org.instantmirror.upstream;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.instantmirror.upstream.Ranking.Candidate;
import org.instantmirror.upstream.Ranking.Purpose;
import org.jspecify.annotations.Nullable;

/**
 * How an upstream is doing, for people.
 *
 * @param upstream which one
 * @param rank its place among those that may be asked now, from 1; 0 if it may not be
 * @param failures in a row, by which its rests grow
 * @param restsUntil null if it doesn't rest
 * @param currency whether it keeps up with its metalink
 * @param firstByteMillis smoothed, from a request to the head of its answer; null if unknown
 * @param bytesPerSecond smoothed; null if unknown
 * @param strikes failed tries that still count against it
 */
public record Standing(
    Upstream upstream,
    int rank,
    int failures,
    @Nullable Instant restsUntil,
    Currency currency,
    @Nullable Double firstByteMillis,
    @Nullable Double bytesPerSecond,
    int strikes) {

  private static final double NANOS = 1e9;

  /** Whether something has been learned of it. */
  boolean isKnown() {
    return failures > 0 || strikes > 0 || firstByteMillis != null || currency == Currency.LAGGING;
  }

  /** All of them, those that may be asked first, in the order in which they would be. */
  static List<Standing> of(List<Candidate> candidates, Purpose purpose, Instant now) {
    List<Upstream> ranked = Ranking.order(candidates, purpose, now);
    List<Standing> standings = new ArrayList<>();
    for (Upstream upstream : ranked) {
      candidates.stream()
          .filter(candidate -> candidate.upstream().equals(upstream))
          .findFirst()
          .ifPresent(candidate -> standings.add(of(candidate, standings.size() + 1, now)));
    }
    Set<Upstream> asked = new HashSet<>(ranked);
    candidates.stream()
        .filter(candidate -> !asked.contains(candidate.upstream()))
        .forEach(candidate -> standings.add(of(candidate, 0, now)));
    return standings;
  }

  private static Standing of(Candidate candidate, int rank, Instant now) {
    Speed speed = candidate.speed().at(now);
    Double rate = speed.millisPerMegabyte();
    return new Standing(
        candidate.upstream(),
        rank,
        candidate.health().failures(),
        candidate.health().restingAt(now) ? candidate.health().restsUntil() : null,
        candidate.currency(),
        speed.firstByteMillis(),
        rate == null || rate <= 0 ? null : Double.valueOf(NANOS / rate),
        speed.strikes());
  }
}
