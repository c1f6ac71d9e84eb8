package org.instantmirror.campus;

import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * What happens when, in simulated seconds since the beginning; of two at once the first planned.
 */
final class Timeline {

  static final double MINUTE = 60;
  static final double HOUR = 3600;
  static final double DAY = 24 * HOUR;
  static final double WEEK = 7 * DAY;

  private final PriorityQueue<Planned> planned =
      new PriorityQueue<>(
          Comparator.comparingDouble(Planned::time).thenComparingLong(Planned::number));
  private final Line line;
  private long number;
  private double now;

  private record Planned(double time, long number, Runnable event) {}

  /**
   * @param line whose transfers end between the events
   */
  Timeline(Line line) {
    this.line = line;
  }

  double now() {
    return now;
  }

  /** Plans an event; one of the past happens next. */
  void at(double time, Runnable event) {
    planned.add(new Planned(Math.max(time, now), number++, event));
  }

  /** Has all happen that is before that time. */
  void runUntil(double end) {
    while (true) {
      Planned next = planned.peek();
      double nextEvent = next == null ? end : Math.min(end, next.time);
      double nextEnd = line.nextEnd();
      now = Math.min(nextEvent, nextEnd);
      if (nextEnd <= nextEvent && nextEnd < end) {
        line.endNext();
      } else if (next == null || next.time >= end) {
        line.advanceTo(end);
        return;
      } else {
        planned.remove();
        line.advanceTo(now);
        next.event.run();
      }
    }
  }
}
