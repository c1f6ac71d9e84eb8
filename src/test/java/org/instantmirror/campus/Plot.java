package org.instantmirror.campus;

import java.util.Formatter;
import java.util.List;
import java.util.Locale;

/**
 * Ways as points: what they fetch from upstream to the right, and the share of first requests for
 * popular updates that they serve at once upwards. An SVG that follows the reader's light or dark.
 */
final class Plot {

  private static final int WIDTH = 760;
  private static final int HEIGHT = 420;
  private static final int LEFT = 70;
  private static final int RIGHT = 715;
  private static final int TOP = 60;
  private static final int BOTTOM = 350;

  private static final double[] TICKS = {1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000};
  private static final double LEAST = 1;
  private static final double MOST = 10_000;

  private static final String STYLE =
      """
      <style>
        text { font: 13px sans-serif; fill: #24292f; }
        .small { font-size: 12px; fill: #57606a; }
        line { stroke: #d0d7de; }
        .axis { stroke: #57606a; }
        .aim { fill: #2da44e; opacity: 0.15; }
        circle { fill: #8c959f; }
        .ours { fill: #0969da; }
        @media (prefers-color-scheme: dark) {
          text { fill: #e6edf3; }
          .small { fill: #9198a1; }
          line { stroke: #3d444d; }
          .axis { stroke: #9198a1; }
          .ours { fill: #4493f8; }
        }
      </style>
      """;

  private final Formatter out = new Formatter(Locale.ROOT);

  private Plot() {}

  /**
   * Draws them.
   *
   * @param full bytes of the full mirror, which are 100 per cent
   */
  static String of(List<CampusReport.Row> rows, double full) {
    Plot plot = new Plot();
    plot.axes();
    for (CampusReport.Row row : rows) {
      plot.point(row, 100 * row.figures().upstreamBytes() / full);
    }
    return plot.out.format("</svg>%n").toString();
  }

  private void axes() {
    out.format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\">%n",
        WIDTH, HEIGHT);
    out.format(
        "<title>First requests for popular updates that are served at once, by what is fetched from"
            + " upstream</title>%n");
    out.format("%s", STYLE);
    out.format(
        "<rect class=\"aim\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%.1f\"/>%n",
        LEFT, TOP, x(10) - LEFT, y(0.95) - TOP);
    for (double tick : TICKS) {
      out.format(
          "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>%n", x(tick), TOP, x(tick), BOTTOM);
      text("small", x(tick), BOTTOM + 18, "middle", String.format(Locale.ROOT, "%,.0f %%", tick));
    }
    for (int percent = 0; percent <= 100; percent += 20) {
      double y = y(percent / 100.0);
      out.format("<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/>%n", LEFT, y, RIGHT, y);
      text("small", LEFT - 8, y + 4, "end", percent + " %");
    }
    out.format(
        "<line class=\"axis\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>%n",
        LEFT, BOTTOM, RIGHT, BOTTOM);
    out.format(
        "<line class=\"axis\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>%n",
        LEFT, TOP, LEFT, BOTTOM);
    text("", LEFT, TOP - 38, "start", "First requests for popular updates that are served at once");
    text("", RIGHT, BOTTOM + 45, "end", "Bytes from upstream, a full mirror's being 100 %");
    text("small", LEFT + 8, y(0.95) + 18, "start", "the aim");
  }

  private void text(String style, double x, double y, String anchor, String text) {
    out.format(
        "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
        style, x, y, anchor, text);
  }

  private static double x(double percent) {
    double bounded = Math.max(LEAST, Math.min(MOST, percent));
    return LEFT + (RIGHT - LEFT) * Math.log(bounded / LEAST) / Math.log(MOST / LEAST);
  }

  private static double y(double share) {
    return BOTTOM - (BOTTOM - TOP) * share;
  }

  private void point(CampusReport.Row row, double percent) {
    double x = x(percent);
    double y = y(row.figures().shareOfFirstsAtOnce());
    String style = row.label().startsWith("learning") ? "ours" : "other";
    out.format("<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"6\"/>%n", style, x, y);
    if (style.equals("ours")) {
      text("", x, y - 13, "middle", row.label());
    } else if (x > (LEFT + RIGHT) / 2.0 + 1) {
      text("", x - 11, besideDot(y), "end", row.label());
    } else {
      text("", x + 11, besideDot(y), "start", row.label());
    }
  }

  /** Of a label; not on the axis. */
  private static double besideDot(double y) {
    return Math.min(y + 4, BOTTOM - 8);
  }
}
