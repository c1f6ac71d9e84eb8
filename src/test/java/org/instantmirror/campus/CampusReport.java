package org.instantmirror.campus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Simulates a large campus and prints what came of it as Markdown, for {@code docs/prefetch.md}.
 */
public final class CampusReport {

  private static final int PACKAGES = 70_000;
  private static final long SEED = 1;
  private static final Campus.Size LARGE = new Campus.Size(2_000, PACKAGES, 100, 12_500_000, 2, 8);
  private static final long GIGABYTE = 1_000_000_000;

  /** The first holds about a week's updates that are asked for, the last all of ten weeks'. */
  private static final List<Long> CAPACITIES =
      List.of(GIGABYTE / 2, GIGABYTE, 2 * GIGABYTE, 5 * GIGABYTE, 20 * GIGABYTE);

  /** A way and what came of it. */
  record Row(String label, Figures figures) {}

  private CampusReport() {}

  /**
   * Runs it.
   *
   * @param args the file that the plot is written to; none if there is none
   */
  public static void main(String[] args) throws IOException {
    List<Contest> contests = new ArrayList<>();
    contests.add(Contest.noCache());
    CAPACITIES.forEach(each -> contests.add(Contest.leastRecentlyUsed(each)));
    CAPACITIES.forEach(each -> contests.add(Contest.fromRequests(PACKAGES, each)));
    CAPACITIES.forEach(each -> contests.add(Contest.fromThePlugin(PACKAGES, each)));
    contests.add(Contest.fullMirror());
    List<Row> rows = new ArrayList<>();
    for (Contest contest : contests) {
      long begin = System.nanoTime();
      rows.add(new Row(contest.label(), contest.run(LARGE, SEED)));
      System.err.printf(
          Locale.ROOT, "%s: %.0f s%n", contest.label(), (System.nanoTime() - begin) / 1e9);
    }
    double full = rows.get(rows.size() - 1).figures.upstreamBytes();
    print(rows, full);
    if (args.length > 0) {
      Files.writeString(
          Path.of(args[0]), Plot.of(rows.stream().filter(CampusReport::isShown).toList(), full));
    }
  }

  /** The largest cache of each kind: the others lie beside it. */
  private static boolean isShown(Row row) {
    return !row.label.endsWith(" GB") || row.label.endsWith(" 20.0 GB");
  }

  private static void print(List<Row> rows, double full) {
    Figures any = rows.get(0).figures;
    System.out.printf(
        Locale.ROOT,
        "%,d requests; %,d different updates of popular packages. What isn't counted: the first copy"
            + " of a full mirror, %.1f GB, and of what any machine has at the beginning, %.1f GB%n%n",
        any.requests(),
        any.firsts(),
        any.firstCopyBytes() / 1e9,
        any.installedBytes() / 1e9);
    System.out.print(
        "| | GB from upstream | of a full mirror's | requests served at once"
            + " | first requests for popular updates served at once"
            + " | seconds waited, median | 99 % | of those that waited: median | 99 % |\n"
            + "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
    for (Row row : rows) {
      Figures figures = row.figures;
      System.out.printf(
          Locale.ROOT,
          "| %s | %.2f | %.1f %% | %.2f %% | %.1f %% | %.3f | %.3f | %.3f | %.3f |%n",
          row.label,
          figures.upstreamBytes() / 1e9,
          100 * figures.upstreamBytes() / full,
          100 * figures.shareAtOnce(),
          100 * figures.shareOfFirstsAtOnce(),
          figures.waited(50),
          figures.waited(99),
          figures.waitedIfAny(50),
          figures.waitedIfAny(99));
    }
  }
}
