package org.instantmirror.campus;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** What came of a simulation. */
final class Figures {

  private double[] waits = new double[1 << 16];
  private int requests;
  private int atOnce;
  private final Set<Release> seen = new HashSet<>();
  private int firsts;
  private int firstsAtOnce;
  private double upstreamBytes;

  /** A machine has what it asked for. */
  void ended(double seconds) {
    if (requests == waits.length) {
      waits = Arrays.copyOf(waits, 2 * requests);
    }
    waits[requests++] = seconds;
  }

  /**
   * A machine asks.
   *
   * @param popular whether it is an update of a package that many have
   */
  void asked(Release file, boolean popular, boolean isAtOnce) {
    if (isAtOnce) {
      atOnce++;
    }
    if (popular && seen.add(file)) {
      firsts++;
      if (isAtOnce) {
        firstsAtOnce++;
      }
    }
  }

  void upstream(double bytes) {
    upstreamBytes = bytes;
  }

  double upstreamBytes() {
    return upstreamBytes;
  }

  /** Of all requests. */
  double shareAtOnce() {
    return requests == 0 ? 1 : (double) atOnce / requests;
  }

  /** Of the first requests for updates of popular packages. */
  double shareOfFirstsAtOnce() {
    return firsts == 0 ? 1 : (double) firstsAtOnce / firsts;
  }

  int requests() {
    return requests;
  }

  /**
   * How long the machines waited.
   *
   * @param percent so many of the requests took no longer
   */
  double waited(double percent) {
    double[] sorted = Arrays.copyOf(waits, requests);
    Arrays.sort(sorted);
    return requests == 0 ? 0 : sorted[(int) Math.ceil(requests * percent / 100) - 1];
  }
}
