package org.instantmirror.repo;

import java.time.LocalTime;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Times of the day, by a wall clock: {@code 01:00-06:00}. One that ends before it begins goes over
 * midnight. Since only the wall clock is looked at, a window is an hour shorter or longer in the
 * night in which that is put forward or back. A value.
 *
 * @param spans when; none stands for always
 */
public record DailyWindow(List<Span> spans) {

  /** At any time. */
  public static final DailyWindow ALWAYS = new DailyWindow(List.of());

  private static final Pattern SPAN =
      Pattern.compile("([01]?[0-9]|2[0-3]):([0-5][0-9])-(24:00|([01]?[0-9]|2[0-3]):([0-5][0-9]))");

  /** Copies the list. */
  public DailyWindow {
    spans = List.copyOf(spans);
  }

  /**
   * From one time to another.
   *
   * @param begin the first moment
   * @param end the first moment after; midnight stands for the day's end
   */
  public record Span(LocalTime begin, LocalTime end) {
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

  /**
   * Reads spans separated by spaces or commas; none for empty text.
   *
   * @throws IllegalArgumentException with a sentence if it is no window
   */
  static DailyWindow parse(String text) {
    return new DailyWindow(ValueSyntax.words(text).stream().map(DailyWindow::span).toList());
  }

  private static Span span(String word) {
    Matcher matcher = SPAN.matcher(word);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'" + word + "' is no span of a day; allowed is such as 01:00-06:00 or 22:00-06:00");
    }
    LocalTime begin = time(matcher.group(1), matcher.group(2));
    LocalTime end =
        matcher.group(4) == null ? LocalTime.MIDNIGHT : time(matcher.group(4), matcher.group(5));
    if (begin.equals(end)) {
      throw new IllegalArgumentException(
          "'" + word + "' ends when it begins; leave the key empty for any time");
    }
    return new Span(begin, end);
  }

  private static LocalTime time(String hour, String minute) {
    return LocalTime.of(Integer.parseInt(hour), Integer.parseInt(minute));
  }

  /** Whether it is open then. */
  public boolean contains(LocalTime time) {
    return spans.isEmpty() || spans.stream().anyMatch(span -> span.contains(time));
  }

  @Override
  public String toString() {
    return spans.stream().map(Span::toString).collect(Collectors.joining(" "));
  }
}
