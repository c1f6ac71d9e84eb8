package org.instantmirror.usage;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What has been learnt of a package, whatever its version: how often it is updated upstream and by
 * clients, and how many have asked for it. All of it decays. {@code docs/prefetch.md} derives the
 * formulas, and {@code PopularityTest} works its examples. A value; nothing here looks at a clock.
 *
 * @param since when it was first heard of
 * @param at the moment that the counts are of
 * @param counts of what happened, decayed
 * @param waiting how many clients had it when it was last released
 * @param asked how many addresses have asked for it, decayed
 * @param lastReleased when upstream last had a new version; null if it hasn't since
 * @param lastUpdated when a client last reported that it had updated it
 * @param lastAsked when a client last asked for it
 */
public record Popularity(
    Instant since,
    Instant at,
    Counts counts,
    double waiting,
    double asked,
    @Nullable Instant lastReleased,
    @Nullable Instant lastUpdated,
    @Nullable Instant lastAsked) {

  /** After that time an event counts half as much. */
  public static final Duration HALF_LIFE = Duration.ofDays(28);

  /** After that time half of those who only asked are believed not to have it any more. */
  public static final Duration FORGETTING = Duration.ofDays(84);

  /** Within that time clients update that ever do, as far as the formula goes. */
  public static final Duration WEEK = Duration.ofDays(7);

  /** Of clients that have a package so many are expected to update it, as long as nobody knows. */
  public static final double USUAL_UPTAKE = 0.7;

  /** And that many chances to see otherwise weigh as much as this expectation. */
  public static final double USUAL_WEIGHT = 5;

  private static final byte FORM = 1;
  private static final int BYTES = 1 + 5 * Long.BYTES + 7 * Double.BYTES;

  /**
   * Decayed counts.
   *
   * @param releases new versions upstream
   * @param chances clients times releases that they have had a week's time for
   * @param taken how many of these chances they took
   * @param updates that clients reported
   * @param installs by clients that didn't have it before
   */
  public record Counts(
      double releases, double chances, double taken, double updates, double installs) {

    static final Counts NONE = new Counts(0, 0, 0, 0, 0);

    Counts times(double factor) {
      return new Counts(
          releases * factor, chances * factor, taken * factor, updates * factor, installs * factor);
    }

    Counts released(double moreChances) {
      return new Counts(releases + 1, chances + moreChances, taken, updates, installs);
    }

    Counts taken(double more) {
      return new Counts(releases, chances, taken + more, updates, installs);
    }

    Counts updated(int more) {
      return new Counts(releases, chances, taken, updates + more, installs);
    }

    Counts installed(int more) {
      return new Counts(releases, chances, taken, updates, installs + more);
    }
  }

  /** Of a package that nobody has heard of before. */
  public static Popularity unknown(Instant now) {
    return new Popularity(now, now, Counts.NONE, 0, 0, null, null, null);
  }

  /** The same as it is then; itself for a moment before. */
  public Popularity at(Instant now) {
    if (!now.isAfter(at)) {
      return this;
    }
    Duration age = Duration.between(at, now);
    return new Popularity(
        since,
        now,
        counts.times(remaining(age, HALF_LIFE)),
        waiting,
        asked * remaining(age, FORGETTING),
        lastReleased,
        lastUpdated,
        lastAsked);
  }

  private static double remaining(Duration age, Duration half) {
    return Math.pow(2, -weeks(age) / weeks(half));
  }

  private static double weeks(Duration time) {
    return (double) time.toMillis() / WEEK.toMillis();
  }

  /** Upstream has a new version: who has it has a chance to update from now on. */
  public Popularity released(Audience audience, Instant now) {
    Popularity then = asked(audience, now);
    return new Popularity(
        since,
        then.at,
        then.counts.released(ripe(now)),
        then.clients(new Audience(audience.reporting(), 0, audience.share()), now),
        then.asked,
        now,
        lastUpdated,
        lastAsked);
  }

  /** Clients have reported that they updated it. */
  public Popularity updated(int clients, Instant now) {
    Popularity then = at(now);
    return new Popularity(
        since,
        then.at,
        then.counts.updated(clients).taken(lastReleased == null ? 0 : clients),
        waiting,
        then.asked,
        lastReleased,
        now,
        lastAsked);
  }

  /** Clients have reported that they installed it. */
  public Popularity installed(int clients, Instant now) {
    Popularity then = at(now);
    return new Popularity(
        since,
        then.at,
        then.counts.installed(clients),
        waiting,
        then.asked,
        lastReleased,
        lastUpdated,
        lastAsked);
  }

  /** A client has asked for it. */
  public Popularity askedFor(Instant now) {
    return new Popularity(
        since, at, counts, waiting, asked, lastReleased, lastUpdated, later(lastAsked, now));
  }

  private static Instant later(@Nullable Instant one, Instant other) {
    return one == null || one.isBefore(other) ? other : one;
  }

  /**
   * Those who have asked are counted anew from now on: the version is another, or their hashes are.
   *
   * @param audience with those who have asked so far
   */
  public Popularity asked(Audience audience, Instant now) {
    Popularity then = at(now);
    return new Popularity(
        since,
        then.at,
        then.counts.taken(takenByAsking(audience, now)),
        waiting,
        Math.max(then.asked, audience.asking()),
        lastReleased,
        lastUpdated,
        lastAsked);
  }

  /** Before a release is known, whoever asks may as well install it. */
  private double takenByAsking(Audience audience, Instant now) {
    return lastReleased == null ? 0 : audience.outsiders(audience.asking()) * midWeek(now);
  }

  /** How much of the last release's chances has been: all after a week. */
  private double ripe(Instant now) {
    return waiting * passed(now) * midWeek(now);
  }

  /** Which part of the last release's week is over. */
  private double passed(Instant now) {
    return lastReleased == null
        ? 0
        : Math.max(0, Math.min(1, weeks(Duration.between(lastReleased, now))));
  }

  /** What is left of what has happened in that part of the week, on the average in its middle. */
  private double midWeek(Instant now) {
    if (lastReleased == null) {
      return 1;
    }
    long half = Math.round(passed(now) * WEEK.toMillis() / 2);
    Duration age = Duration.between(lastReleased, now).minusMillis(half);
    return age.isNegative() ? 1 : remaining(age, HALF_LIFE);
  }

  /** How many clients have it. */
  public double clients(Audience audience, Instant now) {
    return audience.reporting() + audience.outsiders(Math.max(audience.asking(), at(now).asked));
  }

  /** How many of the clients that have it update it within a week, from 0 to 1. */
  public double uptake(Audience audience, Instant now) {
    Counts then = at(now).counts;
    double taken = then.taken + takenByAsking(audience, now);
    double chances = then.chances + ripe(now);
    return Math.min(1, (taken + USUAL_WEIGHT * USUAL_UPTAKE) / (chances + USUAL_WEIGHT));
  }

  /** New versions upstream a week. */
  public double releasesPerWeek(Instant now) {
    return at(now).counts.releases * perWeek(now);
  }

  /** Clients a week that update it, as they report it. */
  public double updatesPerWeek(Instant now) {
    return at(now).counts.updates * perWeek(now);
  }

  /** Clients a week that install it, as they report it. */
  public double installsPerWeek(Instant now) {
    return at(now).counts.installs * perWeek(now);
  }

  /**
   * What makes a rate of a decayed count: of one event a week there remain H / ln 2 in the long run
   * (H in weeks), and after a time T that part of it that hasn't yet to come.
   */
  private double perWeek(Instant now) {
    double half = weeks(HALF_LIFE);
    double known = Math.max(1, weeks(Duration.between(since, now)));
    return Math.log(2) / (half * (1 - Math.pow(2, -known / half)));
  }

  /**
   * How many clients are expected to ask for a version that is released now, within a week: those
   * who have it times the part that updates, and those who install it; less where the version after
   * it will come before the week is over.
   */
  public double expectedDemand(Audience audience, Instant now) {
    double wanting = clients(audience, now) * uptake(audience, now) + installsPerWeek(now);
    return wanting / Math.max(1, releasesPerWeek(now));
  }

  /** As bytes, to be stored. */
  byte[] bytes() {
    return ByteBuffer.allocate(BYTES)
        .put(FORM)
        .putLong(seconds(since))
        .putLong(seconds(at))
        .putLong(seconds(lastReleased))
        .putLong(seconds(lastUpdated))
        .putLong(seconds(lastAsked))
        .putDouble(counts.releases)
        .putDouble(counts.chances)
        .putDouble(counts.taken)
        .putDouble(counts.updates)
        .putDouble(counts.installs)
        .putDouble(waiting)
        .putDouble(asked)
        .array();
  }

  private static long seconds(@Nullable Instant instant) {
    return instant == null ? 0 : instant.getEpochSecond();
  }

  /**
   * What {@link #bytes} gave, to the second.
   *
   * @throws IllegalArgumentException if it is of another form
   */
  static Popularity of(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      if (in.get() != FORM) {
        throw new IllegalArgumentException("of a form that isn't known");
      }
      Instant since = Instant.ofEpochSecond(in.getLong());
      Instant at = Instant.ofEpochSecond(in.getLong());
      Instant released = instant(in.getLong());
      Instant updated = instant(in.getLong());
      Instant asked = instant(in.getLong());
      Counts counts =
          new Counts(
              in.getDouble(), in.getDouble(), in.getDouble(), in.getDouble(), in.getDouble());
      return new Popularity(
          since, at, counts, in.getDouble(), in.getDouble(), released, updated, asked);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("too short", e);
    }
  }

  private static @Nullable Instant instant(long seconds) {
    return seconds == 0 ? null : Instant.ofEpochSecond(seconds);
  }
}
