package org.instantmirror.repo;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long what was learned from upstream is believed without asking again, and what of it is kept.
 *
 * @param metadata {@code mirror_metadata_expire}; zero asks at every request
 * @param packages {@code package_expire}; zero asks at every request, null ({@code never}) trusts
 *     the name for ever
 * @param negative {@code negative_expire}, for 404 and 410
 * @param vanishAfter {@code vanish_after}: how long metadata may be missing upstream before it is
 *     dropped
 * @param trustRepodata {@code trust_repodata}: whether a file that repodata lists, by checksum, is
 *     believed without asking at all, and none but that one taken
 * @param generations {@code keep_generations}: how many generations of a repository stay servable
 *     at least; at least 1
 * @param keepVanished {@code keep_vanished}: how long packages that upstream has dropped are served
 * @param checkInterval {@code metadata_timer_sync}: how often a repository in use is looked at
 *     without being asked for; zero for never
 */
public record Lifetimes(
    Duration metadata,
    @Nullable Duration packages,
    Duration negative,
    Duration vanishAfter,
    boolean trustRepodata,
    int generations,
    Duration keepVanished,
    Duration checkInterval) {}
