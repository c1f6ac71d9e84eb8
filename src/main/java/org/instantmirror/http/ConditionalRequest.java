package org.instantmirror.http;

import org.jspecify.annotations.Nullable;

/**
 * The conditions of a request (RFC 9110 section 13.1): each a field value as it came, several lines
 * of one field joined with {@code ", "}, or null where the field is absent.
 */
public record ConditionalRequest(
    @Nullable String ifMatch,
    @Nullable String ifNoneMatch,
    @Nullable String ifModifiedSince,
    @Nullable String ifUnmodifiedSince,
    @Nullable String ifRange) {

  /** A request without conditions, as nearly all of dnf's are. */
  public static final ConditionalRequest NONE =
      new ConditionalRequest(null, null, null, null, null);

  /** Whether there is no condition at all. */
  public boolean isEmpty() {
    return ifMatch == null
        && ifNoneMatch == null
        && ifModifiedSince == null
        && ifUnmodifiedSince == null
        && ifRange == null;
  }
}
