package org.instantmirror.campus;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CampusTest {

  private static final Campus.Size SMALL = new Campus.Size(300, 70_000, 100, 12_500_000, 2, 3);

  @Test
  void show() {
    Figures none = Campus.run(SMALL, 1, (line, time) -> new NoCache(line));
    Figures lru = Campus.run(SMALL, 1, (line, time) -> new PlainCache(line, 20_000_000_000L));
    Figures full = Campus.run(SMALL, 1, FullMirror::new);
    for (Figures f : new Figures[] {none, lru, full}) {
      System.out.printf(
          "%d requests, %.1f GB, at once %.3f, firsts %.3f, p50 %.2f p99 %.2f%n",
          f.requests(),
          f.upstreamBytes() / 1e9,
          f.shareAtOnce(),
          f.shareOfFirstsAtOnce(),
          f.waited(50),
          f.waited(99));
    }
    assertThat(none.requests()).isEqualTo(lru.requests());
  }
}
