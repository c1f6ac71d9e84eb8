package org.instantmirror.eviction;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a file is judged by.
 *
 * @param size in bytes
 * @param storedAt when it came
 * @param usedAt when it was last asked for; null if never since
 * @param uses how often, as of then; see {@link GreedyDual#count}
 * @param inflation as {@link GreedyDual} has it
 * @param demand clients that are expected to want this version within a week
 * @param configured whether its repository is
 * @param pinned whether {@code pin} names it
 * @param standing what generations say of it
 * @param fetched whether it is known to be upstream's
 * @param goneSince since when upstream hasn't had it; null if it isn't known not to
 * @param newer how many later versions are stored that no generation lists either
 * @param keepVersions {@code keep_versions}
 * @param keepVanished {@code keep_vanished}
 */
public record Facts(
    long size,
    Instant storedAt,
    @Nullable Instant usedAt,
    double uses,
    double inflation,
    double demand,
    boolean configured,
    boolean pinned,
    Standing standing,
    boolean fetched,
    @Nullable Instant goneSince,
    int newer,
    int keepVersions,
    Duration keepVanished) {

  /** When it came or was asked for, whatever was last. */
  Instant touchedAt() {
    return usedAt != null && usedAt.isAfter(storedAt) ? usedAt : storedAt;
  }
}
