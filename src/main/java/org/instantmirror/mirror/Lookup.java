package org.instantmirror.mirror;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.instantmirror.download.Order;
import org.instantmirror.download.Plan;
import org.instantmirror.download.Planner;
import org.instantmirror.freshness.Decision;
import org.instantmirror.freshness.Freshness;
import org.instantmirror.mirror.NegativeAnswers.Kind;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.store.Store;
import org.instantmirror.store.StoredEntry;
import org.jspecify.annotations.Nullable;

/** What is stored of a file, and whether that may be served without asking. Thread-safe. */
final class Lookup implements Planner {

  private final Store store;
  private final NegativeAnswers negatives;

  Lookup(Store store, NegativeAnswers negatives) {
    this.store = store;
    this.negatives = negatives;
  }

  /**
   * What was found.
   *
   * @param stored null if nothing is
   * @param decision what to do
   * @param knownMissing nothing is stored, and upstream has just said that there is no such file
   */
  record Found(@Nullable StoredEntry stored, Decision decision, boolean knownMissing) {}

  Found find(Order order, Instant now) {
    Optional<StoredEntry> stored = store.find(order.key(), now);
    Decision decision =
        Freshness.decide(
            stored.map(StoredEntry::response).orElse(null),
            order.fileClass(),
            order.key().path(),
            order.repo().lifetimes(),
            order.noCache(),
            () ->
                stored.filter(StoredEntry::mayBeServedUnchecked).isPresent()
                    && negatives.holds(
                        order.key(), Kind.CHECK_FAILED, now, Freshness.CHECK_INTERVAL),
            now);
    boolean missing =
        stored.isEmpty()
            && negatives.holds(order.key(), Kind.MISSING, now, negativeLifetime(order));
    return new Found(stored.orElse(null), decision, missing);
  }

  /** A client's no-cache shortens what is remembered as it does with what is stored. */
  private static Duration negativeLifetime(Order order) {
    Duration lifetime = order.repo().lifetimes().negative();
    boolean shorter = order.noCache() && lifetime.compareTo(Freshness.CHECK_INTERVAL) > 0;
    return shorter ? Freshness.CHECK_INTERVAL : lifetime;
  }

  @Override
  public Plan plan(Order order, Instant now) {
    Found found = find(order, now);
    if (found.knownMissing) {
      return new Plan.KnownMissing();
    }
    if (found.stored == null || found.decision.action() != Decision.Action.SERVE) {
      return new Plan.Ask(found.stored);
    }
    return found.decision.reason() == Decision.Reason.CHECK_FAILED
        ? new Plan.DeliverStale(found.stored)
        : new Plan.Deliver(found.stored);
  }

  @Override
  public void recordMissing(Order order, Instant now) {
    negatives.record(order.key(), Kind.MISSING, now);
  }

  @Override
  public void recordFailedCheck(Order order, Instant now) {
    negatives.record(order.key(), Kind.CHECK_FAILED, now);
  }

  @Override
  public void recordPresent(EntryKey key) {
    negatives.forget(key);
  }
}
