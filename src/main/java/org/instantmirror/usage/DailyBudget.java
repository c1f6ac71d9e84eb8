package org.instantmirror.usage;

import java.time.LocalDate;

/**
 * How much was spent in a day. A value.
 *
 * @param day of the server's calendar
 * @param spent bytes; 0 or more
 */
public record DailyBudget(LocalDate day, long spent) {

  /**
   * @throws IllegalArgumentException if {@code spent} is negative
   */
  public DailyBudget {
    if (spent < 0) {
      throw new IllegalArgumentException("spent " + spent);
    }
  }

  /** As it stands on that day: each day begins anew, also where the clock was put back. */
  public DailyBudget on(LocalDate today) {
    return day.equals(today) ? this : new DailyBudget(today, 0);
  }

  /** The same when more has been spent. */
  public DailyBudget spend(long bytes) {
    long sum = spent + Math.max(0, bytes);
    return new DailyBudget(day, sum < 0 ? Long.MAX_VALUE : sum);
  }

  /** What is left of a limit; 0 if it has been exceeded. */
  public long left(long limit) {
    return Math.max(0, limit - spent);
  }
}
