package org.instantmirror.freshness;

import java.time.Instant;
import org.instantmirror.http.EntityTag;
import org.instantmirror.http.Head;
import org.jspecify.annotations.Nullable;

/** Builds stored responses for tests; immutable. */
record StoredCopy(
    @Nullable EntityTag etag,
    @Nullable Instant lastModified,
    @Nullable Instant date,
    long length,
    boolean confirmed,
    Instant fetchedAt,
    Instant checkedAt) {

  static final Instant MODIFIED = Instant.parse("2026-01-01T00:00:00Z");
  static final Instant FETCHED = Instant.parse("2026-02-01T00:00:00Z");
  static final long LENGTH = 1000;

  /** Fetched and checked at {@link #FETCHED}, with a strong Last-Modified and no entity tag. */
  static StoredCopy fetched() {
    return new StoredCopy(null, MODIFIED, FETCHED, LENGTH, true, FETCHED, FETCHED);
  }

  /** What is known of a file that somebody put there: no Date, never checked. */
  static StoredCopy putByHand() {
    return new StoredCopy(null, MODIFIED, null, LENGTH, false, FETCHED, Instant.EPOCH);
  }

  StoredCopy withEtag(@Nullable String field) {
    EntityTag tag = EntityTag.parse(field).orElse(null);
    return new StoredCopy(tag, lastModified, date, length, confirmed, fetchedAt, checkedAt);
  }

  StoredCopy withLastModified(@Nullable Instant instant) {
    return new StoredCopy(etag, instant, date, length, confirmed, fetchedAt, checkedAt);
  }

  StoredCopy withDate(@Nullable Instant instant) {
    return new StoredCopy(etag, lastModified, instant, length, confirmed, fetchedAt, checkedAt);
  }

  StoredCopy checked(Instant instant) {
    return new StoredCopy(etag, lastModified, date, length, confirmed, fetchedAt, instant);
  }

  StoredResponse response() {
    Head head = new Head(etag, lastModified, date, null);
    return new StoredResponse(head, length, confirmed, fetchedAt, checkedAt, null, null);
  }
}
