package org.instantmirror.download;

import java.net.URI;
import java.util.Optional;
import org.instantmirror.freshness.Comparison;
import org.instantmirror.freshness.Revalidation;
import org.instantmirror.http.Head;
import org.instantmirror.store.Store;
import org.instantmirror.store.StoredEntry;
import org.instantmirror.upstream.RepomdCheck;
import org.instantmirror.upstream.UpstreamResponse;
import org.jspecify.annotations.Nullable;

/**
 * Whether what is stored holds, by what one upstream answers. Confined to the transfer's thread.
 */
final class Validation {

  private final Order order;
  private final Store store;
  private final @Nullable StoredEntry stored;
  private final URI uri;
  private final @Nullable RepomdCheck check;
  private @Nullable Boolean storedIsListed; // once it is known

  /**
   * @param stored what is to be validated; null if nothing is, and nothing holds
   * @param uri where upstream is asked
   * @param check of a metalink's mirror, or null
   */
  Validation(
      Order order,
      Store store,
      @Nullable StoredEntry stored,
      URI uri,
      @Nullable RepomdCheck check) {
    this.order = order;
    this.store = store;
    this.stored = stored;
    this.uri = uri;
    this.check = check;
  }

  /** How to ask; empty if only a new file will do. */
  Optional<Revalidation> question() {
    return stored != null && storedIsListed()
        ? Optional.of(Revalidation.of(stored.response(), sameServer()))
        : Optional.empty();
  }

  /** What a 200 says of it: "the same" or "an older one", or empty for "a newer one". */
  Optional<AttemptResult> confirmedBy(UpstreamResponse answer) {
    if (stored == null || !storedIsListed()) {
      return Optional.empty();
    }
    Comparison comparison =
        Comparison.of(
            stored.response(),
            order.fileClass(),
            answer.head(),
            contentLength(answer),
            sameServer());
    return switch (comparison) {
      case NEWER -> Optional.empty();
      case OLDER -> Optional.of(new AttemptResult.Confirmed(stored.head(), 200));
      case SAME ->
          Optional.of(
              new AttemptResult.Confirmed(
                  stored.origin() == StoredEntry.Origin.FETCHED ? stored.head() : answer.head(),
                  200));
    };
  }

  /** What a 304 says of it; empty if there was nothing to ask about. */
  Optional<AttemptResult> notModified(UpstreamResponse answer) {
    return Optional.ofNullable(stored)
        .map(entry -> new AttemptResult.Confirmed(updated(entry.head(), answer.head()), 304));
  }

  /**
   * What a 304 updates (RFC 9111 section 3.2): never the length, nor Last-Modified, which names the
   * stored file's version. Its Date only where entity tags prove that the bytes are the same: it
   * may turn a weak Last-Modified into a strong one.
   */
  private static Head updated(Head stored, Head answer) {
    boolean proved =
        stored.etag() != null
            && answer.etag() != null
            && stored.etag().strongMatches(answer.etag());
    return new Head(
        stored.etag() == null ? answer.etag() : stored.etag(),
        stored.lastModified(),
        proved && answer.date() != null ? answer.date() : stored.date(),
        stored.contentType());
  }

  /**
   * Whether what is stored may be confirmed: a metalink that doesn't list it says that it is out of
   * date, whatever a mirror answers to a condition.
   */
  private boolean storedIsListed() {
    if (check == null || stored == null) {
      return true;
    }
    if (storedIsListed == null) {
      storedIsListed =
          StoredDigest.of(store, stored, check.type()).map(check::accepts).orElse(false);
    }
    return storedIsListed;
  }

  private boolean sameServer() {
    return stored != null && uri.equals(stored.source());
  }

  /**
   * The length that an answer's field says, or {@link Comparison#UNKNOWN}: of an answer to HEAD the
   * framing says nothing.
   */
  static long contentLength(UpstreamResponse answer) {
    return answer.header("Content-Length").map(Validation::parseLength).orElse(Comparison.UNKNOWN);
  }

  private static long parseLength(String field) {
    try {
      return Long.parseLong(field.strip());
    } catch (NumberFormatException e) {
      return Comparison.UNKNOWN;
    }
  }
}
