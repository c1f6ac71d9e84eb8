package org.instantmirror.repo;

import java.time.LocalTime;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Times of the day, by a wall clock: {@code 01:00-06:00}. A value.
 *
 * @param spans when; none stands for always
 */
public record DailyWindow(List<DailySpan> spans) {

  /** At any time. */
  public static final DailyWindow ALWAYS = new DailyWindow(List.of());

  /** Copies the list. */
  public DailyWindow {
    spans = List.copyOf(spans);
  }

  /**
   * Reads spans separated by spaces or commas; none for empty text.
   *
   * @throws IllegalArgumentException with a sentence if it is no window
   */
  static DailyWindow parse(String text) {
    return new DailyWindow(ValueSyntax.words(text).stream().map(DailySpan::parse).toList());
  }

  /** Whether it is open then. */
  public boolean contains(LocalTime time) {
    return spans.isEmpty() || spans.stream().anyMatch(span -> span.contains(time));
  }

  @Override
  public String toString() {
    return spans.stream().map(DailySpan::toString).collect(Collectors.joining(" "));
  }
}
