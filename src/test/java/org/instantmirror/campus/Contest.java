package org.instantmirror.campus;

import java.util.function.BiFunction;

/**
 * The ways that are compared.
 *
 * @param label what it is called
 */
record Contest(String label, BiFunction<Line, Timeline, Way> way) {

  private static final long NO_LIMIT = Long.MAX_VALUE;

  static Contest noCache() {
    return new Contest("no cache", (line, timeline) -> new NoCache(line));
  }

  /**
   * @param capacity in bytes
   */
  static Contest leastRecentlyUsed(long capacity) {
    return new Contest(
        "plain LRU cache" + of(capacity), (line, timeline) -> new PlainCache(line, capacity));
  }

  /** The same. */
  static Contest fromRequests(int packages, long capacity) {
    return learning(new Learning.Terms(false, packages, capacity, NO_LIMIT));
  }

  /** The same. */
  static Contest fromThePlugin(int packages, long capacity) {
    return learning(new Learning.Terms(true, packages, capacity, NO_LIMIT));
  }

  private static Contest learning(Learning.Terms terms) {
    return new Contest(
        (terms.plugin() ? "learning from the plugin" : "learning from requests")
            + of(terms.capacity()),
        (line, timeline) -> new Learning(line, timeline, terms));
  }

  static Contest fullMirror() {
    return new Contest("full mirror by rsync", FullMirror::new);
  }

  private static String of(long capacity) {
    return capacity == NO_LIMIT ? "" : ", " + capacity / 1e9 + " GB";
  }

  Figures run(Campus.Size size, long seed) {
    return Campus.run(size, seed, way);
  }
}
