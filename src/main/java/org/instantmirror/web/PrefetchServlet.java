package org.instantmirror.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.instantmirror.mirror.Overview;
import org.instantmirror.mirror.PrefetchRun;
import org.instantmirror.repo.PrefetchSettings;
import org.instantmirror.repo.Repo;

/** {@code GET /api/v1/prefetch}: what was fetched before clients asked, and why, or why not. */
final class PrefetchServlet extends ApiServlet {

  private static final long serialVersionUID = 1L;
  private static final int USUAL_LIMIT = 20;

  /** As many as are remembered. */
  private static final int MOST = 500;

  private final transient Overview overview;
  private final transient ReadGate readers;

  PrefetchServlet(Overview overview, ReadGate readers) {
    this.overview = overview;
    this.readers = readers;
  }

  @Override
  void get(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Predicate<Repo> shown = readers.shown(request, response);
    if (shown == null) {
      return;
    }
    Optional<String> only = parameter(request, "repo");
    int limit = number(request, "limit", USUAL_LIMIT, MOST);
    Overview.PrefetchStanding standing =
        overview.prefetch(
            repo -> shown.test(repo) && only.map(repo.id().value()::equals).orElse(true));
    ApiAnswer.send(request, response, 200, json -> write(json, standing, limit));
  }

  private static void write(JsonObject json, Overview.PrefetchStanding it, int limit) {
    long budget = it.settings().budget();
    json.numberIfKnown("budget", budget == PrefetchSettings.NO_LIMIT ? -1 : budget);
    json.text("day", it.spent().day());
    json.number("spent", it.spent().spent());
    json.text("window", it.settings().window());
    json.truth("open", it.open());
    json.array("runs", it.runs().stream(), (inner, run) -> run(inner, run, limit));
  }

  private static void run(JsonObject json, PrefetchRun.Standing run, int limit) {
    PrefetchRun.Begin begin = run.begin();
    json.text("repo", begin.folder().repo());
    json.text("folder", begin.folder().path());
    json.text("mode", begin.policy().mode());
    json.decimal("minDemand", begin.policy().minDemand());
    json.number("generation", begin.generation());
    Long base = begin.base();
    json.numberIfKnown("comparedWith", base == null ? -1 : base);
    json.time("at", begin.at());
    counts(json, "decided", run.counts());
    counts(json, "decidedBytes", run.bytes());
    counts(json, "fetches", run.states());
    json.number("fetchedBytes", run.fetchedBytes());
    Stream<PrefetchRun.Item> items = run.items().stream().limit(limit);
    json.array("packages", items, PrefetchServlet::item);
  }

  private static void counts(
      JsonObject json, String name, Map<? extends Enum<?>, ? extends Number> counts) {
    json.object(
        name,
        counts,
        (inner, all) -> all.forEach((each, count) -> inner.number(word(each), count.longValue())));
  }

  /** A package that a run has decided on. */
  static void item(JsonObject json, PrefetchRun.Item item) {
    json.text("path", item.key().path());
    json.text("name", item.candidate().name());
    json.text("arch", item.candidate().arch());
    json.text("evr", item.candidate().evr());
    json.numberIfKnown("size", item.candidate().size());
    json.decimal("demand", item.candidate().demand());
    json.number("urgency", item.candidate().urgency());
    json.decimal("savingSeconds", item.saving());
    json.text("decision", word(item.verdict()));
    json.text("why", item.verdict().sentence());
    json.text("state", item.state() == null ? null : word(item.state()));
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
