package org.instantmirror.repo;

import java.time.LocalTime;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Hours of each day, by a wall clock: {@code 01:00-06:00}. A span that ends before it begins goes
 * over midnight. Since only the wall clock is looked at, it is an hour shorter or longer in the
 * night in which that is put forward or back. A value.
 *
 * @param begin the first moment
 * @param end the first moment after; midnight stands for the day's end, so that both together are
 *     the whole day
 */
public record DailySpan(LocalTime begin, LocalTime end) {

  /** What a span may look like; {@link #parse} judges the numbers. */
  static final String SYNTAX = "[0-9]{1,2}:[0-9]{2}-[0-9]{1,2}:[0-9]{2}";

  private static final Pattern SPAN =
      Pattern.compile("([0-9]{1,2}):([0-9]{2})-([0-9]{1,2}):([0-9]{2})");

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException with a sentence if it is none
   */
  static DailySpan parse(String text) {
    Matcher matcher = SPAN.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is no span of a day; allowed is such as 01:00-06:00 or 22:00-06:00");
    }
    LocalTime begin = time(matcher.group(1), matcher.group(2), false);
    LocalTime end = time(matcher.group(3), matcher.group(4), true);
    boolean wholeDay = Integer.parseInt(matcher.group(3)) == 24;
    if (begin.equals(end) && !wholeDay) {
      throw new IllegalArgumentException(
          "'" + text + "' ends when it begins; 00:00-24:00 is the whole day");
    }
    return new DailySpan(begin, end);
  }

  private static LocalTime time(String hour, String minute, boolean end) {
    int hours = Integer.parseInt(hour);
    int minutes = Integer.parseInt(minute);
    boolean midnight = end && hours == 24 && minutes == 0;
    if (!midnight && (hours > 23 || minutes > 59)) {
      throw new IllegalArgumentException(
          "'" + hour + ":" + minute + "' is no time of day; allowed is 00:00 to 23:59");
    }
    return midnight ? LocalTime.MIDNIGHT : LocalTime.of(hours, minutes);
  }

  /** Whether it is that time then. */
  boolean contains(LocalTime time) {
    boolean begun = !time.isBefore(begin);
    boolean open = time.isBefore(end);
    return begin.isBefore(end) ? begun && open : begun || open;
  }

  @Override
  public String toString() {
    return begin + "-" + (end.equals(LocalTime.MIDNIGHT) ? "24:00" : end);
  }
}
