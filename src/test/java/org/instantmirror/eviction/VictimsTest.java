package org.instantmirror.eviction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class VictimsTest {

  private record File(String name, long size, Verdict verdict) {}

  private static File file(String name, long size, Rank rank, double priority) {
    return new File(name, size, new Verdict(rank, priority, Reason.WORTH));
  }

  private static List<String> chosen(long bytes, File... files) {
    return Victims.choose(List.of(files), File::verdict, File::size, bytes).stream()
        .map(File::name)
        .toList();
  }

  @Test
  void thoseOfTheFirstRankGoBeforeAllOthersAndTheLeastWorthOfEachFirst() {
    assertThat(
            chosen(
                50,
                file("dear", 10, Rank.BY_WORTH, 9),
                file("cheap", 10, Rank.BY_WORTH, 1),
                file("old", 10, Rank.FIRST, 100),
                file("older", 10, Rank.FIRST, 50),
                file("pinned", 10, Rank.NEVER, 0)))
        .containsExactly("older", "old", "cheap", "dear");
  }

  @Test
  void noMoreGoThanMust() {
    File first = file("1", 10, Rank.BY_WORTH, 1);
    File second = file("2", 10, Rank.BY_WORTH, 2);
    assertThat(chosen(0, first, second)).isEmpty();
    assertThat(chosen(10, first, second)).containsExactly("1");
    assertThat(chosen(11, first, second)).containsExactly("1", "2");
  }
}
