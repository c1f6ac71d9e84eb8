package org.instantmirror.repodata;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Numbers as repodata writes them. One that isn't there, isn't a number or can't be true is
 * unknown: what it would have told is then learned otherwise or done without.
 */
final class Numbers {
  /** What stands for a number that isn't known. */
  static final long UNKNOWN = -1;

  /** No file of a repository is larger (1 PB). */
  private static final long MAX_SIZE = 1L << 50;

  /** Times are 32-bit numbers in rpm's own headers; later ones are of clocks that were wrong. */
  private static final long MAX_TIME = 1L << 33;

  private static final int MAX_DIGITS = 18;

  private Numbers() {}

  /** Bytes, or {@link #UNKNOWN}. */
  static long size(@Nullable String text) {
    long size = number(text);
    return size <= MAX_SIZE ? size : UNKNOWN;
  }

  /** From seconds since the epoch, which old repositories write with a fraction. */
  static @Nullable Instant time(@Nullable String text) {
    String digits = text == null ? "" : text.strip();
    int dot = digits.indexOf('.');
    long seconds = number(dot < 0 ? digits : digits.substring(0, dot));
    // Zero is what tools write that don't know.
    return seconds <= 0 || seconds > MAX_TIME ? null : Instant.ofEpochSecond(seconds);
  }

  /** At least 0, or {@link #UNKNOWN}. */
  static long number(@Nullable String text) {
    String digits = text == null ? "" : text.strip();
    if (digits.isEmpty() || digits.length() > MAX_DIGITS) {
      return UNKNOWN;
    }
    long number = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return UNKNOWN;
      }
      number = number * 10 + digit;
    }
    return number;
  }
}
