package org.instantmirror.freshness;

import java.time.Instant;
import org.instantmirror.http.Head;
import org.instantmirror.repodata.Checksum;
import org.jspecify.annotations.Nullable;

/**
 * A stored response (RFC 9111 section 1.2), as far as rules need it.
 *
 * @param head what upstream said of it
 * @param length in bytes
 * @param confirmed whether upstream ever said that this file is its own: false for one that was put
 *     into the tree by hand, or changed behind our back
 * @param fetchedAt by our clock
 * @param checkedAt when upstream last confirmed it, by our clock
 * @param goneSince since when upstream has been answering 404 for it; null if it doesn't
 * @param checksum what its bytes were found to hash to; null if nobody looked
 */
public record StoredResponse(
    Head head,
    long length,
    boolean confirmed,
    Instant fetchedAt,
    Instant checkedAt,
    @Nullable Instant goneSince,
    @Nullable Checksum checksum) {}
