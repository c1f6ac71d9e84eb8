package org.instantmirror.campus;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** What upstream's repository has at the moment. */
final class Upstream {

  private final Distribution distribution;
  private final int[] version;
  private final int[] changed; // with which release
  private int releases;

  Upstream(Distribution distribution) {
    this.distribution = distribution;
    this.version = new int[distribution.packages()];
    this.changed = new int[distribution.packages()];
  }

  /** How many releases there have been. */
  int releases() {
    return releases;
  }

  /** Whether there was a new version of the package after that many releases. */
  boolean isNewSince(int software, int releases) {
    return changed[software] > releases;
  }

  /** What there is of a package. */
  Release file(int software) {
    return new Release(software, version[software], distribution.size(software));
  }

  /** Has new versions of all packages of these sources. */
  List<Release> release(BitSet sources) {
    releases++;
    List<Release> files = new ArrayList<>();
    for (int software = 0; software < version.length; software++) {
      if (sources.get(distribution.sourceOf(software))) {
        version[software]++;
        changed[software] = releases;
        files.add(file(software));
      }
    }
    return files;
  }
}
