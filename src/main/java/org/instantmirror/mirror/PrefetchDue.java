package org.instantmirror.mirror;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import org.instantmirror.mirror.PrefetchRun.State;
import org.instantmirror.usage.PrefetchVerdict;
import org.jspecify.annotations.Nullable;

/** Whether it is time to look again at what of a generation might be fetched ahead. */
final class PrefetchDue {

  /** Demand changes slowly. */
  static final Duration IN_ANY_CASE = Duration.ofHours(24);

  /** What couldn't be had; twice as long each time that nothing could. */
  static final Duration AFTER_FAILURES = Duration.ofMinutes(15);

  private static final int MOST_DOUBLINGS = 6;

  private PrefetchDue() {}

  /**
   * Judges.
   *
   * @param last the last look; null if there was none since the server has started
   * @param open whether the window is
   */
  static boolean isDue(@Nullable PrefetchRun last, Instant now, ZoneId zone, boolean open) {
    if (!open) {
      return false;
    }
    if (last == null) {
      return true;
    }
    Instant at = last.begin().at();
    // In the future: the clock has been put back.
    boolean old = at.isAfter(now) || !now.isBefore(at.plus(IN_ANY_CASE));
    if (last.count(State.WAITING) > 0 || last.count(State.FETCHING) > 0) {
      return old;
    }
    LocalDate day = LocalDate.ofInstant(at, zone);
    boolean budgetIsNew =
        last.has(PrefetchVerdict.OVER_BUDGET) && !day.equals(LocalDate.ofInstant(now, zone));
    Duration rest =
        AFTER_FAILURES.multipliedBy(1L << Math.min(last.inVainBefore(), MOST_DOUBLINGS));
    boolean rested = !now.isBefore(at.plus(rest));
    boolean failed = last.count(State.FAILED) > 0 && rested;
    // Where nothing can be had, what would come next can't either.
    boolean putOff =
        (last.has(PrefetchVerdict.OUTSIDE_WINDOW) || last.has(PrefetchVerdict.LATER))
            && (rested || !last.isInVain());
    return putOff || budgetIsNew || failed || old;
  }
}
