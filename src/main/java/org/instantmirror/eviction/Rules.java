package org.instantmirror.eviction;

import java.time.Duration;
import java.time.Instant;

/** Who may go, and in which group. Pure. */
public final class Rules {

  /** How long clients may hold metadata; what they list by it must not go where upstream may. */
  public static final Duration PROMISED = Duration.ofDays(2);

  /**
   * What a version is worth that isn't the one that clients get now, compared with what its past
   * says: those who asked for it then ask for another today.
   */
  private static final double SUPERSEDED = 0.1;

  private Rules() {}

  /** Judges a file. */
  public static Verdict judge(Facts file, Instant now) {
    Reason reason = reason(file, now);
    double count =
        GreedyDual.count(file.uses(), file.usedAt() == null ? file.storedAt() : file.usedAt(), now);
    double expected = GreedyDual.expected(count, file.demand(), file.storedAt(), now);
    double worth = GreedyDual.worth(expected, file.size());
    return new Verdict(
        rank(reason),
        file.inflation() + (isSuperseded(file, reason) ? SUPERSEDED * worth : worth),
        reason);
  }

  private static boolean isSuperseded(Facts file, Reason reason) {
    return reason == Reason.KEPT_VERSION || file.standing() == Standing.EARLIER;
  }

  private static Rank rank(Reason reason) {
    return switch (reason) {
      case NOT_CONFIGURED, UNLISTED, OLD_METADATA, EXPIRED -> Rank.FIRST;
      case WORTH, KEPT_VERSION, KEPT_VANISHED, NEW, BY_HAND -> Rank.BY_WORTH;
      case PINNED, METADATA, RECENT, IN_USE, LINKED, FOREIGN, FAILED -> Rank.NEVER;
    };
  }

  private static Reason reason(Facts file, Instant now) {
    if (file.pinned()) {
      return Reason.PINNED;
    }
    if (!file.configured()) {
      return Reason.NOT_CONFIGURED;
    }
    boolean fresh = file.touchedAt().plus(PROMISED).isAfter(now);
    return switch (file.standing()) {
      case METADATA -> Reason.METADATA;
      case RECENT -> Reason.RECENT;
      // It may be of a generation that comes.
      case OLD_METADATA -> fresh ? Reason.METADATA : Reason.OLD_METADATA;
      case UNLISTED -> unlisted(file, fresh, now);
      case LIVE, EARLIER, UNKNOWN -> Reason.WORTH;
    };
  }

  private static Reason unlisted(Facts file, boolean fresh, Instant now) {
    if (fresh) {
      return Reason.NEW;
    }
    if (!file.fetched()) {
      return Reason.BY_HAND;
    }
    Instant vanished = file.goneSince() == null ? file.touchedAt() : file.goneSince();
    if (vanished.plus(file.keepVanished()).isAfter(now)) {
      return Reason.KEPT_VANISHED;
    }
    return file.newer() < file.keepVersions() ? Reason.KEPT_VERSION : Reason.UNLISTED;
  }
}
