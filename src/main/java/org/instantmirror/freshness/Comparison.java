package org.instantmirror.freshness;

import java.time.Duration;
import java.time.Instant;
import org.instantmirror.http.EntityTag;
import org.instantmirror.http.Head;
import org.instantmirror.repo.FileClass;

/** Is what upstream has now the same as what is stored, older, or newer? */
public enum Comparison {
  /** The stored response is upstream's. */
  SAME,
  /** Upstream (a mirror that lags behind, say) has an older one: ours is served. */
  OLDER,
  /** Upstream has another one, as far as can be told: it replaces ours. */
  NEWER;

  /** A Last-Modified this far ahead of its own server's clock says nothing about order. */
  private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(1);

  /** Unknown length. */
  public static final long UNKNOWN = -1;

  /**
   * Compares by Last-Modified first, then entity tag, then length.
   *
   * <ul>
   *   <li>An unconfirmed file is the same only if Last-Modified and length both agree: Apache
   *       answers 304 to a file that somebody truncated, because its modification time is newer.
   *   <li>Equal Last-Modified: the same; but where it is weak (RFC 9110 section 8.8.2.2: the file
   *       changed in the second it was fetched in), a differing entity tag of the same server, or
   *       length, shows a newer one.
   *   <li>Earlier: older, unless the stored one lay in the future when it was fetched: then the
   *       server's clock has been put right since, and order means nothing.
   *   <li>Without Last-Modified on both sides: entity tags, if of the same server.
   *   <li>Without those: a package of the same or unknown length is the same (its name does not
   *       change its content in practice); metadata never is, since equal length proves nothing for
   *       a file that changes under its name.
   * </ul>
   *
   * @param upstream the head of upstream's 200 answer
   * @param upstreamLength in bytes, or {@link #UNKNOWN}
   * @param sameServer whether the stored response came from the same base URL: entity tags of
   *     different servers can't be compared
   */
  public static Comparison of(
      StoredResponse stored,
      FileClass fileClass,
      Head upstream,
      long upstreamLength,
      boolean sameServer) {
    Instant ours = stored.head().lastModified();
    Instant theirs = upstream.lastModified();
    boolean sameLength = upstreamLength == stored.length();
    if (!stored.confirmed()) {
      return ours != null && ours.equals(theirs) && sameLength ? SAME : NEWER;
    }
    boolean lengthDiffers = upstreamLength != UNKNOWN && !sameLength;
    if (ours != null && theirs != null) {
      return byLastModified(stored, upstream, ours, theirs, lengthDiffers, sameServer);
    }
    EntityTag ourTag = stored.head().etag();
    EntityTag theirTag = upstream.etag();
    if (sameServer && ourTag != null && theirTag != null) {
      return ourTag.weakMatches(theirTag) ? SAME : NEWER;
    }
    return fileClass == FileClass.PACKAGE && !lengthDiffers ? SAME : NEWER;
  }

  private static Comparison byLastModified(
      StoredResponse stored,
      Head upstream,
      Instant ours,
      Instant theirs,
      boolean lengthDiffers,
      boolean sameServer) {
    if (theirs.isAfter(ours)) {
      return NEWER;
    }
    if (theirs.isBefore(ours)) {
      Instant serverTime = stored.head().date() == null ? stored.fetchedAt() : stored.head().date();
      return ours.isAfter(serverTime.plus(CLOCK_TOLERANCE)) ? NEWER : OLDER;
    }
    if (stored.head().hasStrongLastModified()) {
      return SAME;
    }
    EntityTag ourTag = stored.head().etag();
    EntityTag theirTag = upstream.etag();
    boolean tagDiffers =
        sameServer && ourTag != null && theirTag != null && !ourTag.weakMatches(theirTag);
    return tagDiffers || lengthDiffers ? NEWER : SAME;
  }
}
