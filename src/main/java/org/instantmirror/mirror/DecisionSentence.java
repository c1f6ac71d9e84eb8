package org.instantmirror.mirror;

import java.time.Duration;
import java.time.Instant;
import org.instantmirror.download.Order;
import org.instantmirror.freshness.Age;
import org.instantmirror.freshness.Freshness;
import org.instantmirror.store.StoredEntry;
import org.jspecify.annotations.Nullable;

/** Says in a sentence what was decided of a request, and why. Pure. */
final class DecisionSentence {

  private DecisionSentence() {}

  /**
   * The sentence.
   *
   * @param found what was decided
   * @param stored what it was decided of; null if nothing is stored
   */
  static String of(Order order, Lookup.Found found, @Nullable StoredEntry stored, Instant now) {
    return switch (found.decision().reason()) {
      case NOT_STORED ->
          "It isn't stored: it is fetched from upstream, and stored while it is sent.";
      case SUPERSEDED ->
          "What is stored is another file than repodata lists now: it is fetched anew.";
      case LISTED ->
          "Its checksum is the one that repodata lists: it is served without asking upstream.";
      case NOT_VERIFIED ->
          "Nobody has compared it with the checksum that repodata lists: it is hashed now, and"
              + " served if it is the same.";
      case WITHIN_LIFETIME ->
          checked(order, stored, now) + " that is believed: it is served without asking.";
      case NAME_TRUSTED ->
          "Such a name is believed for ever (package_expire): it is served without asking.";
      case JUST_CHECKED -> "Upstream confirmed it less than a second ago: it is served.";
      case CHECK_FAILED ->
          "It should be checked, but the last check failed less than a second ago: it is served.";
      case EXPIRED ->
          checked(order, stored, now) + " that isn't believed any more: upstream is asked.";
      case CLIENT_ASKS -> "The client demands a check: upstream is asked.";
      case UNCONFIRMED ->
          "It was put there or changed by hand, or the index was lost: upstream is asked whether it"
              + " is its own.";
      case CHECKED_IN_FUTURE ->
          "It was last checked in the future, so that a clock was wrong: upstream is asked.";
    };
  }

  private static String checked(Order order, @Nullable StoredEntry stored, Instant now) {
    Duration lifetime =
        Freshness.lifetime(order.fileClass(), order.key().path(), order.repo().lifetimes());
    String age = stored == null ? "some time" : Age.of(Duration.between(stored.checkedAt(), now));
    return "Upstream confirmed it %s ago, and for %s after a check"
        .formatted(age, lifetime == null ? "ever" : Age.of(lifetime));
  }
}
