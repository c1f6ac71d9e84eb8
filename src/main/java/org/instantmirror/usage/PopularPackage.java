package org.instantmirror.usage;

import java.time.Instant;

/** How popular a package is at a moment. */
public record PopularPackage(
    UsedPackage what, Audience audience, Popularity popularity, Instant now) {

  /** How many clients are expected to ask for a new version within a week. */
  public double demand() {
    return popularity.expectedDemand(audience, now);
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
