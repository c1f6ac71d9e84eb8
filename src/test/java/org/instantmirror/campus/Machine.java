package org.instantmirror.campus;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;

/** A machine: what is installed on it, in which version, and when it is updated. */
final class Machine {

  private static final double NEW_PACKAGES_A_WEEK = 0.1;

  private final int number;
  private final BitSet installed = new BitSet();
  private final int[] version;
  private final Habit habit;
  private final SplittableRandom random;

  /** When it is updated. */
  enum Habit {
    /** On Monday morning, when its user comes. */
    MONDAY,
    /** Each day, by a timer at six. */
    DAILY,
    /** Every fortnight or so, at any time of a working day. */
    NOW_AND_THEN
  }

  /** A file that it needs: that version of that package. */
  record Needed(int software, int version) {}

  /**
   * @param version of each package of the distribution at the moment
   */
  Machine(
      int number,
      Profile profile,
      Distribution distribution,
      int[] version,
      SplittableRandom random) {
    this.number = number;
    this.random = random;
    this.version = version.clone();
    installed.or(profile.software());
    for (int i = 0; i < profile.own(); i++) {
      installed.set(distribution.draw(random));
    }
    double whim = random.nextDouble();
    this.habit = whim < 0.6 ? Habit.MONDAY : whim < 0.9 ? Habit.DAILY : Habit.NOW_AND_THEN;
  }

  int number() {
    return number;
  }

  boolean has(int software) {
    return installed.get(software);
  }

  /** What is installed. */
  BitSet installed() {
    return installed;
  }

  /** When it is updated next, after that time. */
  double nextUpdate(double now) {
    double day = Math.floor(now / Timeline.DAY) * Timeline.DAY;
    return switch (habit) {
      case MONDAY -> {
        double week = Math.floor(now / Timeline.WEEK) * Timeline.WEEK;
        // Most come at about nine.
        double hours = 8 + 3 * (random.nextDouble() + random.nextDouble()) / 2;
        yield week + Timeline.WEEK + hours * Timeline.HOUR;
      }
      case DAILY -> day + Timeline.DAY + (6 + random.nextDouble()) * Timeline.HOUR;
      case NOW_AND_THEN ->
          day
              + (1 + random.nextInt(20)) * Timeline.DAY
              + (8 + 9 * random.nextDouble()) * Timeline.HOUR;
    };
  }

  /** Updates: what is older than the distribution's is needed. */
  List<Needed> update(int[] current, Distribution distribution, double days) {
    List<Needed> needed = new ArrayList<>();
    double added = NEW_PACKAGES_A_WEEK * days / 7;
    for (double left = added; left > random.nextDouble(); left--) {
      int software = distribution.draw(random);
      if (!installed.get(software)) {
        installed.set(software);
        version[software] = -1;
      }
    }
    for (int i = installed.nextSetBit(0); i >= 0; i = installed.nextSetBit(i + 1)) {
      if (version[i] != current[i]) {
        version[i] = current[i];
        needed.add(new Needed(i, current[i]));
      }
    }
    return needed;
  }
}
