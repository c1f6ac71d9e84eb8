package org.instantmirror.http;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether a conditional request gets the representation, in the order of RFC 9110 section 13.2.2.
 * {@code If-Range} comes after these: see {@link IfRange}.
 */
public final class Preconditions {

  /** What the conditions come to. */
  public enum Outcome {
    /** Answer as if there were no conditions, those of ranges excepted. */
    PROCEED,
    /** 304. */
    NOT_MODIFIED,
    /** 412. */
    PRECONDITION_FAILED
  }

  private static final String ANY = "*";

  private Preconditions() {}

  /**
   * Evaluates the conditions against a representation that exists (so that {@code *} matches it).
   *
   * @param head the validators of the representation that would be sent
   * @param getOrHead whether the method is GET or HEAD
   */
  public static Outcome evaluate(ConditionalRequest request, Head head, boolean getOrHead) {
    if (!permitsAction(request, head)) {
      return Outcome.PRECONDITION_FAILED;
    }
    if (request.ifNoneMatch() != null) {
      // Steps 3 and 4: with If-None-Match there, If-Modified-Since is never looked at.
      if (!matchesWeakly(request.ifNoneMatch(), head.etag())) {
        return Outcome.PROCEED;
      }
      return getOrHead ? Outcome.NOT_MODIFIED : Outcome.PRECONDITION_FAILED;
    }
    if (getOrHead && isUnmodifiedSince(request.ifModifiedSince(), head).orElse(false)) {
      return Outcome.NOT_MODIFIED;
    }
    return Outcome.PROCEED;
  }

  /** Steps 1 and 2: If-Match, or If-Unmodified-Since where that is absent. */
  private static boolean permitsAction(ConditionalRequest request, Head head) {
    if (request.ifMatch() != null) {
      return matchesStrongly(request.ifMatch(), head.etag());
    }
    return isUnmodifiedSince(request.ifUnmodifiedSince(), head).orElse(true);
  }

  private static boolean matchesStrongly(String field, @Nullable EntityTag etag) {
    return isAny(field)
        || (etag != null && EntityTag.parseList(field).stream().anyMatch(etag::strongMatches));
  }

  private static boolean matchesWeakly(String field, @Nullable EntityTag etag) {
    return isAny(field)
        || (etag != null && EntityTag.parseList(field).stream().anyMatch(etag::weakMatches));
  }

  private static boolean isAny(String field) {
    return field.strip().equals(ANY);
  }

  /**
   * Whether the representation is no newer than a date; nothing where the field must be ignored
   * (sections 13.1.3 and 13.1.4): it is absent, is not one valid date, or the representation has no
   * date.
   */
  private static Optional<Boolean> isUnmodifiedSince(@Nullable String field, Head head) {
    Instant lastModified = head.lastModified();
    if (field == null || lastModified == null) {
      return Optional.empty();
    }
    // In whole seconds: a field can't hold more, and a file may have been modified within one.
    long modified = lastModified.getEpochSecond();
    return HttpDate.parse(field).map(date -> modified <= date.getEpochSecond());
  }
}
