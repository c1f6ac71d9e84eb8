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
  private static final long SMALL_CACHE = 1_000_000_000L;
  private static final long LARGE_CACHE = 20_000_000_000L;

  /** A way and what came of it. */
  record Row(String label, Figures figures) {}

  private CampusReport() {}

  /**
   * Runs it.
   *
   * @param args the file that the plot is written to; none if there is none
   */
  public static void main(String[] args) throws IOException {
    List<Contest> contests =
        List.of(
            Contest.noCache(),
            Contest.leastRecentlyUsed(SMALL_CACHE),
            Contest.leastRecentlyUsed(LARGE_CACHE),
            Contest.fromRequests(PACKAGES, SMALL_CACHE),
            Contest.fromRequests(PACKAGES, LARGE_CACHE),
            Contest.fromThePlugin(PACKAGES, SMALL_CACHE),
            Contest.fromThePlugin(PACKAGES, LARGE_CACHE),
            Contest.fullMirror());
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
          Path.of(args[0]),
          Plot.of(rows.stream().filter(row -> !row.label.endsWith("1.0 GB")).toList(), full));
    }
  }

  private static void print(List<Row> rows, double full) {
    Figures any = rows.get(0).figures;
    System.out.printf(
        Locale.ROOT,
        "%,d requests; %,d different updates of popular packages; the first copy of a full mirror,"
            + " which isn't counted: %.1f GB%n%n",
        any.requests(),
        any.firsts(),
        any.firstCopyBytes() / 1e9);
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
