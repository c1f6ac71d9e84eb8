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
  private int seen; // how many of upstream's releases
  private News news = News.nothing();
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

  /**
   * What has changed on it.
   *
   * @param updated packages
   * @param added packages that it didn't have
   */
  record News(BitSet updated, BitSet added) {
    private static News nothing() {
      return new News(new BitSet(), new BitSet());
    }

    boolean isNothing() {
      return updated.isEmpty() && added.isEmpty();
    }
  }

  /** One that is up to date, as long as upstream has had no release. */
  Machine(int number, Profile profile, Distribution distribution, SplittableRandom random) {
    this.number = number;
    this.random = random;
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

  /** What has changed since this was asked last. */
  News news() {
    News told = news;
    news = News.nothing();
    return told;
  }

  /**
   * Updates: what is older than upstream's is needed, and what it hadn't.
   *
   * @param days since the last time
   */
  List<Release> update(Upstream upstream, Distribution distribution, double days) {
    List<Release> needed = new ArrayList<>();
    BitSet missing = new BitSet();
    double added = NEW_PACKAGES_A_WEEK * days / 7;
    for (double left = added; left > random.nextDouble(); left--) {
      int software = distribution.draw(random);
      if (!installed.get(software)) {
        installed.set(software);
        missing.set(software);
      }
    }
    for (int i = installed.nextSetBit(0); i >= 0; i = installed.nextSetBit(i + 1)) {
      boolean isNew = missing.get(i);
      if (isNew || upstream.isNewSince(i, seen)) {
        (isNew ? news.added : news.updated).set(i);
        needed.add(upstream.file(i));
      }
    }
    seen = upstream.releases();
    return needed;
  }
}
