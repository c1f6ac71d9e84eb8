package org.instantmirror.campus;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Machines that were installed alike.
 *
 * @param software what all of them have
 * @param own how many packages each has of its own
 * @param share how many of the campus' machines are so, out of all shares
 */
record Profile(BitSet software, int own, double share) {

  private static final int ALIKE = 4;

  /** Four kinds each of computer rooms, of desks and of servers. */
  static List<Profile> all(Distribution distribution, SplittableRandom random) {
    List<Profile> all = new ArrayList<>();
    for (int i = 0; i < ALIKE; i++) {
      all.add(new Profile(distribution.profile(1_800, random), 1, 0.60 / ALIKE));
      all.add(new Profile(distribution.profile(1_400, random), 12, 0.25 / ALIKE));
      all.add(new Profile(distribution.profile(300, random), 6, 0.15 / ALIKE));
    }
    return List.copyOf(all);
  }

  /** One of them, by their shares. */
  static Profile draw(List<Profile> all, SplittableRandom random) {
    double at = random.nextDouble();
    for (Profile each : all) {
      at -= each.share;
      if (at < 0) {
        return each;
      }
    }
    return all.get(all.size() - 1);
  }
}
