package org.instantmirror.mirror;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.instantmirror.download.Order;
import org.instantmirror.download.OtherNames;
import org.instantmirror.download.Plan;
import org.instantmirror.download.Planner;
import org.instantmirror.freshness.Decision;
import org.instantmirror.freshness.Freshness;
import org.instantmirror.freshness.Trust;
import org.instantmirror.http.CacheStatus;
import org.instantmirror.mirror.NegativeAnswers.Kind;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.store.Store;
import org.instantmirror.store.StoredEntry;
import org.jspecify.annotations.Nullable;

/** What is stored of a file, and whether that may be served without asking. Thread-safe. */
final class Lookup implements Planner {

  private final Store store;
  private final NegativeAnswers negatives;
  private final Generations generations;
  private final OtherNames names;

  /**
   * @param names of what is stored
   */
  Lookup(Store store, NegativeAnswers negatives, Generations generations, OtherNames names) {
    this.names = names;
    this.store = store;
    this.negatives = negatives;
    this.generations = generations;
  }

  /**
   * What was found.
   *
   * @param stored null if nothing is that may be served
   * @param decision what to do
   * @param listed what the file must be; null if repodata doesn't say
   * @param knownMissing nothing is stored, and upstream has just said that there is no such file
   */
  record Found(
      @Nullable StoredEntry stored,
      Decision decision,
      @Nullable ListedFile listed,
      boolean knownMissing) {

    /** The answer, if it can be given without asking upstream. */
    Optional<Answer> answer() {
      if (knownMissing) {
        return Optional.of(new Answer.Missing(CacheStatus.hit().withDetail("negative-answer")));
      }
      if (stored == null || decision.action() != Decision.Action.SERVE) {
        return Optional.empty();
      }
      return Optional.of(
          decision.reason() == Decision.Reason.CHECK_FAILED
              ? new Answer.Stored(stored, Forwarding.UNREACHABLE)
              : new Answer.Stored(stored, CacheStatus.hit()));
    }
  }

  Found find(Order order, Instant now) {
    return decide(order, store.find(order.key(), now), now);
  }

  /** The same as a mere look, which changes nothing. */
  Found look(Order order, Instant now) {
    return decide(order, store.peek(order.key(), now), now);
  }

  private Found decide(Order order, Optional<StoredEntry> stored, Instant now) {
    ListedFile listed =
        order.listed() != null
            ? order.listed()
            : generations.records().listed(order.key()).orElse(null);
    Decision decision =
        stored.isPresent() && listed != null
            ? Trust.decide(stored.get().response(), listed)
            : byAge(order, stored, now);
    boolean missing =
        stored.isEmpty()
            && negatives.holds(
                order.key(),
                Kind.MISSING,
                now,
                negativeLifetime(order),
                generations.records().version());
    boolean superseded = decision.reason() == Decision.Reason.SUPERSEDED;
    return new Found(superseded ? null : stored.orElse(null), decision, listed, missing);
  }

  private Decision byAge(Order order, Optional<StoredEntry> stored, Instant now) {
    return Freshness.decide(
        stored.map(StoredEntry::response).orElse(null),
        order.fileClass(),
        order.key().path(),
        order.repo().lifetimes(),
        order.noCache(),
        () ->
            stored.filter(StoredEntry::mayBeServedUnchecked).isPresent()
                && negatives.holds(
                    order.key(),
                    Kind.CHECK_FAILED,
                    now,
                    Freshness.CHECK_INTERVAL,
                    generations.records().version()),
        now);
  }

  /** A client's no-cache shortens what is remembered as it does with what is stored. */
  private static Duration negativeLifetime(Order order) {
    Duration lifetime = order.repo().lifetimes().negative();
    boolean shorter = order.noCache() && lifetime.compareTo(Freshness.CHECK_INTERVAL) > 0;
    return shorter ? Freshness.CHECK_INTERVAL : lifetime;
  }

  @Override
  public Plan plan(Order ordered, Instant now) {
    if (ordered.key().repo().isArea()
        && ordered.listed() == null
        && !Folders.isIncoming(ordered.key())) {
      return assembled(ordered.key(), now);
    }
    // What a check brings is a new version of the live file, if upstream has one.
    Order order =
        Folders.isIncoming(ordered.key()) ? ordered.of(Folders.live(ordered.key())) : ordered;
    Found found = find(order, now);
    if (Folders.isElsewhere(ordered.key())) {
      // Some have been asked just now; what the others have is another question.
      return new Plan.Ask(found.stored, found.listed);
    }
    // An assembly, which says itself what the file must be, wants to know what is there now.
    if (found.knownMissing && ordered.listed() == null) {
      return new Plan.KnownMissing();
    }
    if (found.stored != null
        && found.listed != null
        && found.decision.action() == Decision.Action.VERIFY) {
      return new Plan.Verify(found.stored, found.listed);
    }
    if (found.stored == null || found.decision.action() != Decision.Action.SERVE) {
      return new Plan.Ask(found.stored, found.listed);
    }
    return found.decision.reason() == Decision.Reason.CHECK_FAILED
        ? new Plan.DeliverStale(found.stored)
        : new Plan.Deliver(found.stored);
  }

  @Override
  public OtherNames otherNames() {
    return names;
  }

  /** An assembly wants to know what upstream has now, however short ago others have asked. */
  private Plan assembled(EntryKey key, Instant now) {
    StoredEntry before =
        store.find(key, now).or(() -> store.find(Folders.live(key), now)).orElse(null);
    return new Plan.Ask(before, null);
  }

  @Override
  public void recordMissing(Order order, Instant now) {
    negatives.record(Folders.live(order.key()), Kind.MISSING, now, generations.records().version());
    generations.missing(order);
  }

  @Override
  public void recordFailedCheck(Order order, Instant now) {
    negatives.record(
        Folders.live(order.key()), Kind.CHECK_FAILED, now, generations.records().version());
  }

  @Override
  public void recordUnshared(Order order, Instant now) {
    negatives.record(
        Folders.live(order.key()), Kind.UNSHARED, now, generations.records().version());
  }

  /** Whether upstream has just said that the file is for each client by itself. */
  boolean isUnshared(Order order, Instant now) {
    return order.repo().isOfStrangers()
        && negatives.holds(
            order.key(),
            Kind.UNSHARED,
            now,
            order.repo().lifetimes().negative(),
            generations.records().version());
  }

  @Override
  public void recordPresent(Order order) {
    negatives.forget(Folders.live(order.key()));
    generations.unchanged(order);
  }

  @Override
  public void recordStored(Order order) {
    negatives.forget(Folders.live(order.key()));
    generations.arrived(order);
  }
}
