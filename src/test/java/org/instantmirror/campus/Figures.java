package org.instantmirror.campus;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.DoubleStream;

/** What came of a simulation. */
final class Figures {

  private double[] waits = new double[1 << 16];
  private int requests;
  private int atOnce;
  private final Set<Release> seen = new HashSet<>();
  private int firsts;
  private int firstsAtOnce;
  private double upstreamBytes;
  private double firstCopyBytes;
  private double installedBytes;

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

  /**
   * What came from upstream.
   *
   * @param firstCopy what all of upstream's repository was at the beginning
   * @param installed what of it any machine has had since then
   */
  void upstream(double bytes, double firstCopy, double installed) {
    upstreamBytes = bytes;
    firstCopyBytes = firstCopy;
    installedBytes = installed;
  }

  /** What a full mirror has to fetch before it begins; in no other figure. */
  double firstCopyBytes() {
    return firstCopyBytes;
  }

  /** What the machines were installed with, each file once; in no other figure. */
  double installedBytes() {
    return installedBytes;
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

  /** Different updates of popular packages that were asked for. */
  int firsts() {
    return firsts;
  }

  /**
   * How many seconds requests took.
   *
   * @param percent so many of them took no longer
   */
  double waited(double percent) {
    return percentile(Arrays.stream(waits, 0, requests), percent);
  }

  /** The same of those that weren't served at once. */
  double waitedIfAny(double percent) {
    return percentile(Arrays.stream(waits, 0, requests).filter(wait -> wait > 0), percent);
  }

  private static double percentile(DoubleStream values, double percent) {
    double[] sorted = values.sorted().toArray();
    return sorted.length == 0 ? 0 : sorted[(int) Math.ceil(sorted.length * percent / 100) - 1];
  }
}
