package org.instantmirror.repo;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What of a repository is kept when room is needed, and what goes without need.
 *
 * @param share {@code cache_share}: how much it may hold; a share is one of {@code cache_size}
 * @param keepVersions {@code keep_versions}: how many versions of a package that no generation
 *     lists any more aren't among the first to go; not negative
 * @param unlistedExpire {@code unlisted_expire}: how long what is among the first to go stays
 *     without being asked for; null for as long as there is room
 * @param pins {@code pin}: patterns of what never goes
 */
public record Retention(
    CacheLimit share, int keepVersions, @Nullable Duration unlistedExpire, List<String> pins) {

  /** What is kept by default. */
  public static final Retention USUAL = new Retention(CacheLimit.UNLIMITED, 3, null, List.of());

  private static final Duration SHORTEST = Duration.ofDays(2);

  /** Copies the list. */
  public Retention {
    pins = List.copyOf(pins);
  }

  static Retention of(Settings settings) throws ConfigException {
    return new Retention(
        settings.get(ConfigKey.CACHE_SHARE).as(ValueSyntax::cacheLimit),
        settings.get(ConfigKey.KEEP_VERSIONS).as(text -> ValueSyntax.integer(text, 0, 1000)),
        settings.get(ConfigKey.UNLISTED_EXPIRE).as(Retention::expiry).orElse(null),
        Policy.patterns(settings.get(ConfigKey.PIN)));
  }

  private static Optional<Duration> expiry(String text) {
    Optional<Duration> expiry = ValueSyntax.durationOrNever(text);
    if (expiry.isPresent() && expiry.get().compareTo(SHORTEST) < 0) {
      throw new IllegalArgumentException(
          "'" + text + "' is too short; allowed is 2d and more, or never");
    }
    return expiry;
  }

  /**
   * Whether a file is pinned.
   *
   * @param path below the repository's folder, the segments of variables included
   * @param below the same below the base URL
   */
  public boolean isPinned(String path, String below) {
    return pins.stream().anyMatch(pin -> Glob.matches(pin, below) || Glob.matches(pin, path));
  }
}
