package org.instantmirror.mirror;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Which generations stay servable beside the live one. Pure. */
final class Kept {

  /** As long as dnf's copies hold. */
  static final Duration AT_LEAST = Duration.ofDays(2);

  private Kept() {}

  /**
   * The generations to keep: so many, however old they are, and those that were live within {@link
   * #AT_LEAST}.
   *
   * @param all the live one first, then those before it, the latest first
   * @param count how many, the live one included; at least 1
   * @return the first of them, at least one
   */
  static List<Generation> of(List<Generation> all, int count, Instant now) {
    Instant oldest = now.minus(AT_LEAST);
    List<Generation> kept = new ArrayList<>();
    Instant until = Instant.MAX;
    for (Generation generation : all) {
      if (kept.size() >= count && !until.isAfter(oldest)) {
        break;
      }
      kept.add(generation);
      // The one before ceased to be live when this one began.
      until = generation.since();
    }
    return List.copyOf(kept);
  }
}
