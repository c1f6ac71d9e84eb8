package org.instantmirror.download;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.instantmirror.http.ByteRange;
import org.instantmirror.repo.Segmentation;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.store.PartialEntry;
import org.instantmirror.store.StorageException;
import org.instantmirror.upstream.Upstream;
import org.instantmirror.upstream.UpstreamPool;
import org.instantmirror.upstream.UpstreamResponse;
import org.jspecify.annotations.Nullable;

/**
 * Fetches a listed file from several mirrors at once: as many {@link Lane}s as the configuration
 * says write its segments into the partial entry, while the download's thread follows the head,
 * verifies and publishes. One of them runs in the download's own place; the others have places of
 * the queue that nobody else needs, and give them up when somebody does.
 */
final class Crew {

  private final Download download;
  private final Order order;
  private final Transfer.Surroundings around;
  private final UpstreamPool pool;
  private final Upstream first;
  private final HeldPartial held;
  private final Verification verification;
  private final Claim claim;
  private final Recruits recruits;
  private final Lanes lanes;
  private final Contributions contributions = new Contributions();

  /** Set by the download's thread before there are lanes. */
  private @Nullable PartialEntry entry;

  /**
   * @param first the mirror that the first request goes to
   * @param held the bytes that are here
   * @param claim the download's
   */
  Crew(
      Download download,
      Transfer.Surroundings around,
      UpstreamPool pool,
      Upstream first,
      HeldPartial held,
      Verification verification,
      Claim claim) {
    this.download = download;
    this.order = download.order();
    this.around = around;
    this.pool = pool;
    this.first = first;
    this.held = held;
    this.verification = verification;
    this.claim = claim;
    this.recruits = new Recruits(order, pool, around.corruptSources());
    this.lanes = new Lanes(this, recruits);
  }

  /**
   * With which part the first request begins, where the file is to be fetched in segments: it is
   * listed and large, and there is somebody to share it.
   *
   * @param from the first byte that is missing
   * @param hole how many are missing from there on
   */
  Optional<ByteRange> firstPart(long from, long hole) {
    ListedFile listed = verification.listed();
    Segmentation rule = order.repo().segmentation();
    Instant now = around.clock().instant();
    boolean large = listed != null && listed.size() - held.bytes() >= rule.least();
    if (!large
        || rule.most() < 2
        || around.corruptSources().contains(order.key(), now)
        || recruits.known(now).size() < 2) {
      return Optional.empty();
    }
    long wanted = Segments.firstLength(pool.bytesPerSecond(first, now));
    return Optional.of(new ByteRange(from, from + Math.min(wanted, hole) - 1));
  }

  /**
   * Fetches what is missing.
   *
   * @param answer with a body that hasn't been read
   * @param part that it is
   * @throws StorageException if the disk doesn't take it
   */
  AttemptResult run(UpstreamResponse answer, ByteRange part) throws StorageException {
    PartialEntry bytes = Objects.requireNonNull(held.entry());
    entry = bytes;
    Release release = new Release(download, held, verification, true);
    release.begin();
    download.fetchedBy(lanes::standings);
    try {
      if (!lanes.begin(new Segments(bytes.length()), first, answer, part)) {
        return failed("the server is stopping");
      }
      while (true) {
        Optional<AttemptResult> end = turn(release);
        if (end.isPresent()) {
          return end.get();
        }
      }
    } finally {
      stop();
      download.fetchedBy(List::of);
    }
  }

  /** Has it end soon; bytes that come later are lost. From any thread. */
  void stop() {
    lanes.stop();
  }

  /** Takes in what is here, sees to it that more comes, and waits for that. */
  private Optional<AttemptResult> turn(Release release) throws StorageException {
    long seen = entry().size();
    Optional<String> objection = release.grown(null, false);
    if (objection.isPresent()) {
      return Optional.of(AttemptResult.implausible(pool.uri(first, path()), objection.get()));
    }
    if (release.isWhole()) {
      return Optional.of(release.isRefuted() ? refuted() : new AttemptResult.Whole(true));
    }
    lanes.recruit();
    return switch (lanes.awaitNews(seen)) {
      case GOES_ON -> Optional.empty();
      case STOPPED -> Optional.of(new AttemptResult.Stopped());
      case DESERTED -> Optional.of(lanes.lastFailure().orElse(failed("no mirror is left")));
    };
  }

  private AttemptResult.Failed failed(String what) {
    return new AttemptResult.Failed(new Failure(Failure.Kind.BAD_GATEWAY, what), false);
  }

  private String path() {
    return order.key().path();
  }

  /** The bytes are not the file: whose are wrong isn't known, unless all are of one mirror. */
  private AttemptResult refuted() throws StorageException {
    AttemptResult.Corrupt corrupt =
        (AttemptResult.Corrupt) verification.rejection(pool.uri(first, path()));
    if (contributions.isAllOf(first, entry().length())) {
      held.discard();
      return corrupt;
    }
    Failure failure =
        new Failure(
            Failure.Kind.BAD_GATEWAY,
            "several mirrors sent what is together not the file that repodata lists");
    Culprit culprit =
        Culprit.of(
            order,
            pool,
            around,
            Objects.requireNonNull(verification.listed()),
            entry(),
            contributions);
    held.discard();
    return new AttemptResult.Mixture(failure, culprit);
  }

  // ---- for lanes

  PartialEntry entry() {
    return Objects.requireNonNull(entry);
  }

  Order order() {
    return order;
  }

  /** What the first answer took. */
  Duration latency() {
    return download.latency();
  }

  UpstreamPool pool() {
    return pool;
  }

  Transfer.Surroundings around() {
    return around;
  }

  Claim claim() {
    return claim;
  }

  /** Who has brought what. */
  Contributions contributions() {
    return contributions;
  }
}
