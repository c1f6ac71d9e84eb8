package org.instantmirror.usage;

import java.time.Instant;

/**
 * How popular a package is at a moment.
 *
 * @param demand how many clients are expected to ask for a new version within a week
 */
public record PopularPackage(
    UsedPackage what, Audience audience, Popularity popularity, Instant now, double demand) {

  static PopularPackage of(PackageUse use, Instant now) {
    Audience audience = use.audience(now);
    Popularity popularity = use.popularity();
    return new PopularPackage(
        use.what, audience, popularity, now, popularity.expectedDemand(audience, now));
  }

  /** How many clients have it. */
  public double clients() {
    return popularity.clients(audience, now);
  }

  /** How many of them update it within a week, from 0 to 1. */
  public double uptake() {
    return popularity.uptake(audience, now);
  }
}
