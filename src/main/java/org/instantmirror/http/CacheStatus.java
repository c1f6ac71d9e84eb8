package org.instantmirror.http;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How the mirror handled a request: one member of the {@code Cache-Status} field (RFC 9211).
 *
 * @param forwarded why the request went to upstream, null where it didn't: a hit
 * @param upstreamStatus the status that upstream answered, 0 where it isn't said
 * @param stored whether the answer was stored
 * @param collapsed whether the request joined another's
 * @param detail more for a human or a test, null for none
 */
public record CacheStatus(
    @Nullable Forward forwarded,
    int upstreamStatus,
    boolean stored,
    boolean collapsed,
    @Nullable String detail) {

  private static final String CACHE_NAME = "InstantMirror";
  private static final CacheStatus HIT = new CacheStatus(null, 0, false, false, null);

  /** Why a request went to upstream (section 2.2). */
  public enum Forward {
    /** Configured not to handle it. */
    BYPASS,
    /** The method's semantics require it. */
    METHOD,
    /** Nothing is stored under that URI. */
    URI_MISS,
    /** Something is, but not for these request fields. */
    VARY_MISS,
    /** Nothing is, and why isn't told apart. */
    MISS,
    /** It is stored and fresh, but the request demanded a check. */
    REQUEST,
    /** It is stored, but not fresh. */
    STALE,
    /** It is stored in part. */
    PARTIAL;

    private final String token = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** The token in the field. */
    public String token() {
      return token;
    }
  }

  /**
   * Checks what section 2 says goes together.
   *
   * @throws IllegalArgumentException if a hit says that it was forwarded, stored or collapsed, or
   *     the status is none
   */
  public CacheStatus {
    if (forwarded == null && (upstreamStatus != 0 || stored || collapsed)) {
      throw new IllegalArgumentException("a hit isn't forwarded");
    }
    if (upstreamStatus != 0 && (upstreamStatus < 100 || upstreamStatus > 599)) {
      throw new IllegalArgumentException("status " + upstreamStatus);
    }
  }

  /** Answered from the cache, without asking upstream. */
  public static CacheStatus hit() {
    return HIT;
  }

  /** Went to upstream. */
  public static CacheStatus forwarded(Forward reason) {
    return new CacheStatus(reason, 0, false, false, null);
  }

  /** Whether it was answered without asking upstream. */
  public boolean isHit() {
    return forwarded == null;
  }

  /**
   * With the status that upstream answered (section 2.3).
   *
   * @param status 100 to 599
   */
  public CacheStatus withUpstreamStatus(int status) {
    return new CacheStatus(forwarded, status, stored, collapsed, detail);
  }

  /** As one whose answer was stored (section 2.5). */
  public CacheStatus asStored() {
    return new CacheStatus(forwarded, upstreamStatus, true, collapsed, detail);
  }

  /** As one that joined another request (section 2.6). */
  public CacheStatus asCollapsed() {
    return new CacheStatus(forwarded, upstreamStatus, stored, true, detail);
  }

  /**
   * With a detail (section 2.8), written as a token where it is one, and else quoted.
   *
   * @param text what isn't printable ASCII is shown as a question mark
   */
  public CacheStatus withDetail(String text) {
    return new CacheStatus(forwarded, upstreamStatus, stored, collapsed, text);
  }

  /** The field value. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder(64).append(CACHE_NAME);
    if (forwarded == null) {
      out.append("; hit");
    } else {
      out.append("; fwd=").append(forwarded.token());
    }
    if (upstreamStatus != 0) {
      out.append("; fwd-status=").append(upstreamStatus);
    }
    if (stored) {
      out.append("; stored");
    }
    if (collapsed) {
      out.append("; collapsed");
    }
    if (detail != null) {
      StructuredField.appendTokenOrString(out.append("; detail="), detail);
    }
    return out.toString();
  }
}
