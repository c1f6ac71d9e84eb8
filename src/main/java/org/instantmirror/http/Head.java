package org.instantmirror.http;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an origin said of a representation beside its bytes: the validators (RFC 9110 section 8.8),
 * the instant at which it said so by its own clock, and the media type. Unparsable fields count as
 * absent.
 *
 * @param etag the entity tag, weak or strong
 * @param lastModified whole seconds
 * @param date the answer's {@code Date}
 * @param contentType the {@code Content-Type} field, verbatim
 */
public record Head(
    @Nullable EntityTag etag,
    @Nullable Instant lastModified,
    @Nullable Instant date,
    @Nullable String contentType) {

  private static final Duration STRONG_AFTER = Duration.ofSeconds(1);

  /** A head of which nothing is known. */
  public static final Head UNKNOWN = new Head(null, null, null, null);

  /**
   * Whether Last-Modified is a strong validator (RFC 9110 section 8.8.2.2): by the origin's own
   * clock it lies at least a second before the answer was made, so that the file can't have changed
   * twice within the second it names.
   */
  public boolean hasStrongLastModified() {
    return lastModified != null && date != null && !lastModified.isAfter(date.minus(STRONG_AFTER));
  }

  /** Whether the entity tag is there and strong. */
  public boolean hasStrongEtag() {
    return etag != null && !etag.weak();
  }
}
