package org.instantmirror.http;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The date format of header fields (RFC 9110 section 5.6.7). Written without {@code
 * DateTimeFormatter}, which takes several times as long: each answer formats a date or two.
 */
public final class HttpDate {

  private static final String DAYS = "MonTueWedThuFriSatSun";
  private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
  private static final String[] LONG_DAYS = {
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"
  };
  private static final String ZONE = " GMT";

  /** The first year that two digits mean. */
  private static final int PIVOT_YEAR = 1970;

  private static final long EARLIEST = Instant.parse("0000-01-01T00:00:00Z").getEpochSecond();
  private static final long LATEST = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();

  private HttpDate() {}

  /**
   * Parses the three forms that a recipient must accept: {@code Sun, 06 Nov 1994 08:49:37 GMT},
   * {@code Sunday, 06-Nov-94 08:49:37 GMT} and {@code Sun Nov 6 08:49:37 1994}. A day name that
   * doesn't fit the date is overlooked, as other recipients do; a day that the month doesn't have
   * isn't.
   *
   * <p>Two digits stand for the years 1970 to 2069. (The RFC's reading, by which what is more than
   * 50 years ahead is past, needs a clock. Until 2069 the two differ only where the RFC takes a
   * date for one in the future; files of the epoch exist, files of 2070 don't.)
   *
   * @return the instant in whole seconds; nothing for anything else than one such date
   */
  public static Optional<Instant> parse(@Nullable String field) {
    if (field == null) {
      return Optional.empty();
    }
    String date = field.strip();
    int comma = date.indexOf(',');
    if (comma < 0) {
      return parseAsctime(date);
    }
    return comma == 3 ? parseFixdate(date) : parseRfc850(date, comma);
  }

  /**
   * The field value, always 29 characters, fractions of a second cut off. What lies outside the
   * years 0 to 9999, which HTTP can't express, gives the nearest date it can: a file with a broken
   * modification time must stay readable.
   */
  public static String format(Instant instant) {
    long second = Math.min(Math.max(instant.getEpochSecond(), EARLIEST), LATEST);
    LocalDateTime time = LocalDateTime.ofEpochSecond(second, 0, ZoneOffset.UTC);
    StringBuilder out = new StringBuilder(29);
    int day = 3 * (time.getDayOfWeek().getValue() - 1);
    int month = 3 * (time.getMonthValue() - 1);
    out.append(DAYS, day, day + 3).append(", ");
    twoDigits(out, time.getDayOfMonth()).append(' ');
    out.append(MONTHS, month, month + 3).append(' ');
    twoDigits(out, time.getYear() / 100);
    twoDigits(out, time.getYear() % 100).append(' ');
    twoDigits(out, time.getHour()).append(':');
    twoDigits(out, time.getMinute()).append(':');
    twoDigits(out, time.getSecond()).append(ZONE);
    return out.toString();
  }

  private static StringBuilder twoDigits(StringBuilder out, int value) {
    return out.append((char) ('0' + value / 10)).append((char) ('0' + value % 10));
  }

  /** {@code Sun, 06 Nov 1994 08:49:37 GMT}. */
  private static Optional<Instant> parseFixdate(String date) {
    if (date.length() != 29
        || nameAt(date, 0, DAYS) < 0
        || !date.startsWith(", ", 3)
        || date.charAt(7) != ' '
        || date.charAt(11) != ' '
        || date.charAt(16) != ' '
        || !date.endsWith(ZONE)) {
      return Optional.empty();
    }
    return instant(number(date, 12, 4), nameAt(date, 8, MONTHS), number(date, 5, 2), date, 17);
  }

  /** {@code Sunday, 06-Nov-94 08:49:37 GMT}; everything after the day name has its fixed place. */
  private static Optional<Instant> parseRfc850(String date, int comma) {
    String rest = date.substring(comma);
    if (rest.length() != 24
        || !isLongDay(date.substring(0, comma))
        || !rest.startsWith(", ")
        || rest.charAt(4) != '-'
        || rest.charAt(8) != '-'
        || rest.charAt(11) != ' '
        || !rest.endsWith(ZONE)) {
      return Optional.empty();
    }
    int twoDigits = number(rest, 9, 2);
    if (twoDigits < 0) {
      return Optional.empty();
    }
    int year = PIVOT_YEAR + Math.floorMod(twoDigits - PIVOT_YEAR, 100);
    return instant(year, nameAt(rest, 5, MONTHS), number(rest, 2, 2), rest, 12);
  }

  /** {@code Sun Nov 6 08:49:37 1994}, the day of the month padded with a space or a zero. */
  private static Optional<Instant> parseAsctime(String date) {
    if (date.length() != 24
        || nameAt(date, 0, DAYS) < 0
        || date.charAt(3) != ' '
        || date.charAt(7) != ' '
        || date.charAt(10) != ' '
        || date.charAt(19) != ' ') {
      return Optional.empty();
    }
    int day = date.charAt(8) == ' ' ? number(date, 9, 1) : number(date, 8, 2);
    return instant(number(date, 20, 4), nameAt(date, 4, MONTHS), day, date, 11);
  }

  /** The instant of a day and of the {@code hh:mm:ss} at {@code timeAt}; -1 is no number. */
  private static Optional<Instant> instant(int year, int month, int day, String date, int timeAt) {
    int hour = number(date, timeAt, 2);
    int minute = number(date, timeAt + 3, 2);
    int second = number(date, timeAt + 6, 2);
    if (year < 0 || date.charAt(timeAt + 2) != ':' || date.charAt(timeAt + 5) != ':') {
      return Optional.empty();
    }
    if (second == 60 && minute == 59 && hour == 23) {
      second = 59; // The leap second that the grammar allows has no instant of its own here.
    }
    try {
      LocalDateTime time = LocalDateTime.of(year, month + 1, day, hour, minute, second);
      return Optional.of(time.toInstant(ZoneOffset.UTC));
    } catch (DateTimeException impossible) {
      return Optional.empty();
    }
  }

  private static boolean isLongDay(String name) {
    for (String day : LONG_DAYS) {
      if (day.equals(name)) {
        return true;
      }
    }
    return false;
  }

  /** Which of the three-letter names stands at {@code at}; -1 if none does. */
  private static int nameAt(String date, int at, String names) {
    for (int i = 0; i < names.length(); i += 3) {
      if (date.regionMatches(at, names, i, 3)) {
        return i / 3;
      }
    }
    return -1;
  }

  /** The number that these ASCII digits make; -1 if one of them is none. */
  private static int number(String date, int at, int digits) {
    int value = 0;
    for (int i = at; i < at + digits; i++) {
      char c = date.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      value = value * 10 + (c - '0');
    }
    return value;
  }
}
