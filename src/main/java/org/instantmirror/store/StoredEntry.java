package org.instantmirror.store;

import java.net.URI;
import java.time.Instant;
import org.instantmirror.freshness.StoredResponse;
import org.instantmirror.http.Head;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repodata.Checksum;
import org.jspecify.annotations.Nullable;

/**
 * A complete file of the tree and what is known of it. Immutable; what {@link Store#find} returns
 * agreed with the file system at that moment.
 *
 * @param key which file
 * @param file the file it describes
 * @param head what upstream said of it; for an adopted file only the modification time the file
 *     system gives, as Last-Modified
 * @param origin how it came here
 * @param source the URL it was fetched from (after redirects: the base URL's, not the final one);
 *     null for an adopted file
 * @param fetchedAt when it was committed; for an adopted file when it was first seen
 * @param checkedAt when upstream last confirmed it; {@link Instant#EPOCH} if never
 * @param goneSince since when upstream has been answering 404 for it; null if it doesn't
 * @param checksum what its bytes have been found to hash to, as repodata listed it; null if nobody
 *     looked
 */
public record StoredEntry(
    EntryKey key,
    FileIdentity file,
    Head head,
    Origin origin,
    @Nullable URI source,
    Instant fetchedAt,
    Instant checkedAt,
    @Nullable Instant goneSince,
    @Nullable Checksum checksum) {

  /** The same file under another name. */
  StoredEntry as(EntryKey other) {
    return new StoredEntry(
        other, file, head, origin, source, fetchedAt, checkedAt, goneSince, checksum);
  }

  /** This entry as the rules of freshness see it. */
  public StoredResponse response() {
    return new StoredResponse(
        head, file.size(), origin == Origin.FETCHED, fetchedAt, checkedAt, goneSince, checksum);
  }

  /**
   * Whether it may be served where upstream can't be asked. One that was changed behind our back
   * may hold anything.
   */
  public boolean mayBeServedUnchecked() {
    return origin != Origin.ALTERED;
  }

  /** How a file came into the tree. */
  public enum Origin {
    /** Downloaded whole by us, or confirmed by upstream since: the head is upstream's. */
    FETCHED,
    /** Put there by hand (or the index was lost): to be confirmed on first use. */
    ADOPTED,
    /**
     * The index knew another file under this name: somebody changed it behind our back. It is never
     * served before upstream has confirmed it.
     */
    ALTERED
  }
}
