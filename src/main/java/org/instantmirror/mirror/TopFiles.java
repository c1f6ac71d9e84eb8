package org.instantmirror.mirror;

import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.instantmirror.download.Attachment;
import org.instantmirror.download.Coordinator;
import org.instantmirror.download.Opening;
import org.instantmirror.download.Order;
import org.instantmirror.freshness.Decision.Action;
import org.instantmirror.http.CacheStatus;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.store.StoredEntry;

/**
 * Answers requests for {@code repomd.xml}, its signature and key: whichever of them a client asks
 * for, they are looked at together and given as those of one generation. dnf forces a check of the
 * first and never of the others, zypper asks for them in the opposite order. Thread-safe.
 */
final class TopFiles {

  private final Lookup lookup;
  private final NegativeAnswers negatives;
  private final Generations generations;
  private final Coordinator coordinator;
  private final Patience patience;
  private final BackgroundChecks background;
  private final Clock clock;

  TopFiles(
      Lookup lookup,
      NegativeAnswers negatives,
      Generations generations,
      Coordinator coordinator,
      Patience patience,
      BackgroundChecks background,
      Clock clock) {
    this.lookup = lookup;
    this.negatives = negatives;
    this.generations = generations;
    this.coordinator = coordinator;
    this.patience = patience;
    this.background = background;
    this.clock = clock;
  }

  /** The answer, if the repository need not be looked at upstream. */
  Optional<Answer> known(MirrorRequest request, Generation live) {
    Instant now = clock.instant();
    Order repomd = request.order().of(Folders.repomd(live.folder()));
    background.used(live.folder(), repomd);
    Optional<StoredEntry> earlier = generations.earlier(request.client(), request.key(), live, now);
    if (earlier.isPresent()) {
      return Optional.of(new Answer.Stored(earlier.get(), CacheStatus.hit()));
    }
    return lookup
        .find(repomd, now)
        .answer()
        .flatMap(
            hit ->
                generations
                    .own(live, request.key())
                    .map(entry -> give(request, live, entry, hit.cacheStatus())));
  }

  private Answer give(MirrorRequest request, Generation live, StoredEntry own, CacheStatus status) {
    generations.took(request.client(), live, request.key(), clock.instant());
    return new Answer.Stored(own, status);
  }

  /**
   * The same when the repository must be looked at upstream: its repomd.xml, whichever of the files
   * is asked for. A new one begins the next generation; this client gets what is live.
   *
   * @return empty if there is nothing to give of that name
   */
  CompletableFuture<Optional<Answer>> checked(MirrorRequest request, Generation live) {
    Order repomd = request.order().of(Folders.repomd(live.folder()));
    Lookup.Found found = lookup.find(repomd, clock.instant());
    Attachment check = coordinator.join(repomd.of(Folders.incoming(repomd.key())));
    return patience
        .within(check.opening().<Optional<Opening>>thenApply(Optional::of), Optional.empty())
        .thenApply(
            opening -> {
              check.close();
              CacheStatus status = ofCheck(opening, Forwarding.of(found.decision(), check));
              return generations
                  .own(live, request.key())
                  .map(entry -> give(request, live, entry, status));
            });
  }

  private static CacheStatus ofCheck(Optional<Opening> opening, CacheStatus forwarded) {
    if (opening.isPresent() && opening.get() instanceof Opening.Streaming) {
      return forwarded.withUpstreamStatus(200).withDetail("next-generation-pending");
    } else if (opening.isPresent() && opening.get() instanceof Opening.Unchanged unchanged) {
      return unchanged.upstreamStatus() == 0
          ? CacheStatus.hit()
          : forwarded.withUpstreamStatus(unchanged.upstreamStatus());
    } else if (opening.isPresent() && opening.get() instanceof Opening.Unstorable) {
      return CacheStatus.hit().withDetail("not-storable");
    }
    return Forwarding.UNREACHABLE;
  }

  /**
   * Whether a check of the very file is under way, and it is one of these. Whoever asks for one
   * waits for it although the stored copy is within its lifetime: dnf has just got the new
   * repomd.xml when it asks for the signature, and the old one would not fit.
   */
  boolean isBeingChecked(MirrorRequest request) {
    return Folders.isTop(request.key()) && coordinator.running(request.key()).isPresent();
  }

  /**
   * Begins to check those that belong to the file that is asked for, if they are due. Where a
   * generation is live, nothing takes the place of its {@code repomd.xml} but the next one.
   */
  void checkCompanions(MirrorRequest request) {
    Optional<Generation> live = generations.records().liveOf(request.key());
    if (live.isPresent()) {
      generations.look(request.order().of(Folders.repomd(live.get().folder())));
      return;
    }
    for (EntryKey key : Folders.companions(request.key())) {
      Order companion = new Order(request.repo(), key, request.fileClass(), true, null);
      Lookup.Found found = lookup.find(companion, clock.instant());
      negatives.forget(companion.key(), NegativeAnswers.Kind.MISSING);
      if (found.decision().action() == Action.VALIDATE) {
        Attachment check = coordinator.join(companion);
        check.opening().thenRun(check::close);
      }
    }
  }
}
