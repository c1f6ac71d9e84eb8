package org.instantmirror.repo;

import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes a second may be fetched, by the time of day: yum's {@code bandwidth} and {@code
 * throttle}, each with hours if the administrator likes. {@code throttle} is what counts: a rate,
 * or a share of {@code bandwidth}; all of that where it isn't given. (In yum {@code bandwidth}
 * alone says nothing; who gives it to a mirror means it.) A value; hours are those on the wall, so
 * that a change of the clocks moves them along.
 *
 * @param available of {@code bandwidth}
 * @param throttle of {@code throttle}
 */
public record Bandwidth(Schedule available, Schedule throttle) {

  /** No limit. */
  public static final Bandwidth UNLIMITED = new Bandwidth(Schedule.NONE, Schedule.NONE);

  private static final Pattern ENTRY =
      Pattern.compile("(\\S+?(?:\\s*%)?)(?:\\s+(" + DailySpan.SYNTAX + "))?");

  /**
   * Values by the time of day.
   *
   * @param timed the first one whose hours it is holds
   * @param otherwise what holds at all other hours; null for nothing
   */
  record Schedule(List<Timed> timed, @Nullable Value otherwise) {

    static final Schedule NONE = new Schedule(List.of(), null);

    Schedule {
      timed = List.copyOf(timed);
    }

    Optional<Value> at(LocalTime time) {
      return timed.stream()
          .filter(each -> each.hours.contains(time))
          .map(Timed::value)
          .findFirst()
          .or(() -> Optional.ofNullable(otherwise));
    }

    /** Whether it says a rate that limits anything by itself. */
    boolean hasNumber() {
      return Stream.concat(timed.stream().map(Timed::value), Stream.ofNullable(otherwise))
          .anyMatch(value -> !value.percent && value.number > 0);
    }
  }

  /** A value at some hours of each day. */
  record Timed(Value value, DailySpan hours) {}

  /** Bytes a second, or a share of another rate. */
  record Value(long number, boolean percent) {}

  /**
   * The limit at that moment, in bytes a second; 0 for none.
   *
   * @param zone the server's
   */
  public long at(Instant now, ZoneId zone) {
    return isUnlimited() ? 0 : at(now.atZone(zone).toLocalTime());
  }

  /** The limit at that time of day; 0 for none. */
  long at(LocalTime time) {
    long whole = available.at(time).map(Value::number).orElse(0L);
    Value limit = throttle.at(time).orElse(new Value(100, true));
    return limit.percent ? Math.round(whole / 100.0 * limit.number) : limit.number;
  }

  /** Whether there is no limit at any time. */
  public boolean isUnlimited() {
    return available.equals(Schedule.NONE) && throttle.equals(Schedule.NONE);
  }

  /** What both keys say. */
  static Bandwidth of(Settings settings) throws ConfigException {
    return limited(
        settings.get(ConfigKey.BANDWIDTH).as(Bandwidth::available),
        settings.get(ConfigKey.THROTTLE).as(Bandwidth::throttle));
  }

  /**
   * The same from the keys' values.
   *
   * @throws IllegalArgumentException if one isn't allowed
   */
  public static Bandwidth of(String bandwidth, String throttle) {
    return limited(available(bandwidth), throttle(throttle));
  }

  private static Bandwidth limited(Schedule available, Schedule throttle) {
    return available.hasNumber() || throttle.hasNumber()
        ? new Bandwidth(available, throttle)
        : UNLIMITED;
  }

  private static Schedule available(String text) {
    return schedule(text, rate -> new Value(ValueSyntax.size(rate), false));
  }

  private static Schedule throttle(String text) {
    return schedule(text, Bandwidth::rate);
  }

  private static Value rate(String text) {
    return ValueSyntax.percent(text)
        .map(percent -> new Value(percent, true))
        .orElseGet(() -> new Value(ValueSyntax.size(text), false));
  }

  private static Schedule schedule(String text, Function<String, Value> value) {
    List<Timed> timed = new ArrayList<>();
    Value otherwise = null;
    for (String entry : text.strip().split("\\s*[,\\n]\\s*", -1)) {
      Matcher matcher = ENTRY.matcher(entry);
      if (!matcher.matches()) {
        throw new IllegalArgumentException(
            "'" + entry + "' is no rate; allowed are 2M, or with hours '2M 08:00-18:00, 10M'");
      }
      Value rate = value.apply(matcher.group(1));
      if (matcher.group(2) != null) {
        timed.add(new Timed(rate, DailySpan.parse(matcher.group(2))));
      } else if (otherwise == null) {
        otherwise = rate;
      } else {
        throw new IllegalArgumentException(
            "'" + entry + "' is the second rate without hours; only one can be for all others");
      }
    }
    return new Schedule(timed, otherwise);
  }
}
