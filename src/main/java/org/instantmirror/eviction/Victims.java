package org.instantmirror.eviction;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** Which of many go. Pure. */
public final class Victims {

  /** Who goes first comes first; for verdicts. */
  public static final Comparator<Verdict> ORDER =
      Comparator.comparing(Verdict::rank).thenComparingDouble(Verdict::priority);

  private Victims() {}

  /**
   * Those that go, in their order, until so much is free; fewer bytes if not enough may go.
   *
   * @param bytes to be freed; none go for 0
   */
  public static <T> List<T> choose(
      List<T> files, Function<T, Verdict> verdict, ToLongFunction<T> size, long bytes) {
    List<T> order = new ArrayList<>(files);
    order.removeIf(file -> verdict.apply(file).rank() == Rank.NEVER);
    order.sort(Comparator.comparing(verdict, ORDER));
    List<T> chosen = new ArrayList<>();
    long freed = 0;
    for (T file : order) {
      if (freed >= bytes) {
        break;
      }
      chosen.add(file);
      freed += size.applyAsLong(file);
    }
    return chosen;
  }
}
