package org.instantmirror.freshness;

import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.instantmirror.freshness.Decision.Action;
import org.instantmirror.freshness.Decision.Reason;
import org.instantmirror.repo.Classifier;
import org.instantmirror.repo.FileClass;
import org.instantmirror.repo.Lifetimes;
import org.jspecify.annotations.Nullable;

/**
 * Must upstream be asked before a stored response is served? (RFC 9111 section 4.2, by our
 * lifetimes.)
 */
public final class Freshness {

  /** Under a client's no-cache, and while checks fail, upstream is asked at most this often. */
  public static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);

  private Freshness() {}

  /**
   * Decides for one request.
   *
   * @param stored null if nothing is
   * @param fileClass package or metadata
   * @param path decoded, below the base URL
   * @param lifetimes the repository's
   * @param noCache whether the client forces a check
   * @param justFailed whether a check came to nothing less than {@link #CHECK_INTERVAL} ago, and
   *     what is stored may be served all the same; looked at only where a check is due
   * @param now by the clock that made {@code stored.checkedAt()}
   */
  public static Decision decide(
      @Nullable StoredResponse stored,
      FileClass fileClass,
      String path,
      Lifetimes lifetimes,
      boolean noCache,
      BooleanSupplier justFailed,
      Instant now) {
    if (stored == null) {
      return Decision.because(Reason.NOT_STORED);
    }
    Decision decision = ofStored(stored, fileClass, path, lifetimes, noCache, now);
    return decision.action() == Action.VALIDATE && justFailed.getAsBoolean()
        ? Decision.because(Reason.CHECK_FAILED)
        : decision;
  }

  private static Decision ofStored(
      StoredResponse stored,
      FileClass fileClass,
      String path,
      Lifetimes lifetimes,
      boolean noCache,
      Instant now) {
    // One that upstream says is gone, and that is kept for a while, has nothing to be confirmed by.
    if (!stored.confirmed() && stored.goneSince() == null) {
      return Decision.because(Reason.UNCONFIRMED);
    }
    if (stored.checkedAt().isAfter(now)) {
      return Decision.because(Reason.CHECKED_IN_FUTURE);
    }
    Duration age = Duration.between(stored.checkedAt(), now);
    Duration lifetime = lifetime(fileClass, path, lifetimes);
    if (lifetime == null && !stored.confirmed()) {
      // A name vouches for what upstream once had under it, not for what somebody put there.
      lifetime = lifetimes.metadata();
    }
    // Where each request is to ask (a lifetime of zero), no-cache must not make it ask less.
    if (noCache && (lifetime == null || lifetime.compareTo(CHECK_INTERVAL) > 0)) {
      boolean due = age.compareTo(CHECK_INTERVAL) >= 0;
      return Decision.because(due ? Reason.CLIENT_ASKS : Reason.JUST_CHECKED);
    }
    if (lifetime == null) {
      return Decision.because(Reason.NAME_TRUSTED);
    }
    return Decision.because(age.compareTo(lifetime) < 0 ? Reason.WITHIN_LIFETIME : Reason.EXPIRED);
  }

  /**
   * How long a check holds; null for ever. A name that holds a checksum is believed as a package's.
   */
  public static @Nullable Duration lifetime(FileClass fileClass, String path, Lifetimes lifetimes) {
    boolean mayChange = fileClass != FileClass.PACKAGE && !Classifier.namesItsChecksum(path);
    return mayChange ? lifetimes.metadata() : lifetimes.packages();
  }
}
