package org.instantmirror.freshness;

import java.time.Duration;

/** How long something has lasted, for people. */
public final class Age {

  private Age() {}

  /** In the largest unit that it fills: {@code 12 min}. */
  public static String of(Duration age) {
    if (age.toDays() >= 2) {
      return age.toDays() + " days";
    }
    if (age.toHours() >= 2) {
      return age.toHours() + " h";
    }
    return age.toMinutes() >= 1 ? age.toMinutes() + " min" : Math.max(0, age.toSeconds()) + " s";
  }
}
