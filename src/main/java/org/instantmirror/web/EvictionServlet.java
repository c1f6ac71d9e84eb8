package org.instantmirror.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.instantmirror.eviction.Choice;
import org.instantmirror.eviction.EvictionStatus;
import org.instantmirror.eviction.EvictionStatus.LastRun;
import org.instantmirror.eviction.EvictionStatus.Plan;
import org.instantmirror.eviction.Evictor;
import org.instantmirror.eviction.Levels;
import org.instantmirror.repo.CacheLimit;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.PathMeaning;
import org.instantmirror.repo.Repo;
import org.instantmirror.repo.RepoId;
import org.instantmirror.store.StoredFiles;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /api/v1/eviction}: how full the cache is, and for administrators what would go; {@code
 * POST} frees room now.
 */
final class EvictionServlet extends ApiServlet {

  private static final long serialVersionUID = 1L;
  private static final int USUAL_LIMIT = 100;
  private static final int MOST = 10_000;

  private final transient Evictor evictor;
  private final transient Supplier<PathMeaning.Reader> paths;
  private final transient AdminGate gate;
  private final transient ReadGate readers;

  EvictionServlet(
      Evictor evictor, Supplier<PathMeaning.Reader> paths, AdminGate gate, ReadGate readers) {
    this.evictor = evictor;
    this.paths = paths;
    this.gate = gate;
    this.readers = readers;
  }

  @Override
  void get(HttpServletRequest request, HttpServletResponse response) throws IOException {
    RepoId repo = repo(request);
    long bytes = bytes(request);
    int limit = number(request, "limit", USUAL_LIMIT, MOST);
    Predicate<Repo> shown = readers.shown(request, response);
    if (shown == null) {
      return;
    }
    Choice entry = parameter(request, "entry").flatMap(this::explain).orElse(null);
    boolean admin = gate.refusal(AdminGate.Caller.of(request)).isEmpty();
    EvictionStatus status = evictor.status();
    // It costs more than a look, and names files.
    Plan plan = admin ? evictor.dryRun(repo, bytes, limit) : null;
    Predicate<RepoId> named = id -> admin || paths.get().repo(id.value()).filter(shown).isPresent();
    ApiAnswer.send(
        request,
        response,
        200,
        json -> {
          levels(json, status.levels());
          json.array(
              "repos",
              status.totals().stream().filter(total -> named.test(total.repo())),
              (each, total) -> total(each, total, status.levels().shares().get(total.repo())));
          json.array(
              "needs",
              status.needs().stream()
                  .filter(need -> need.repo() == null || named.test(need.repo())),
              EvictionServlet::need);
          json.time("reviewedAt", status.reviewedAt());
          if (admin) {
            json.object("lastRun", status.last(), EvictionServlet::run);
            json.object("plan", plan, EvictionServlet::plan);
            json.object("entry", entry, EvictionServlet::choice);
          }
        });
  }

  @Override
  void post(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Optional<String> refusal = gate.refusal(AdminGate.Caller.of(request));
    if (refusal.isPresent()) {
      ApiAnswer.error(request, response, 403, refusal.get());
      return;
    }
    if (parameter(request, "review").filter("true"::equals).isPresent()) {
      var unused = evictor.reviewAll();
    }
    List<LastRun> runs =
        evictor.runNow(repo(request), bytes(request), "call from " + request.getRemoteAddr());
    ApiAnswer.send(
        request,
        response,
        200,
        json -> {
          json.number("files", runs.stream().mapToLong(LastRun::files).sum());
          json.number("bytes", runs.stream().mapToLong(LastRun::bytes).sum());
          json.truth("enough", runs.stream().allMatch(LastRun::enough));
        });
  }

  @Override
  void delete(HttpServletRequest request, HttpServletResponse response) throws IOException {
    ApiAnswer.notAllowed(request, response, "GET, HEAD, POST, OPTIONS");
  }

  /**
   * Of one file.
   *
   * @param path its repository's id and its path
   */
  private Optional<Choice> explain(String path) {
    int slash = path.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException("entry names a file as <repo>/<path>");
    }
    return evictor.explain(
        new EntryKey(new RepoId(path.substring(0, slash)), path.substring(slash + 1)));
  }

  private static @Nullable RepoId repo(HttpServletRequest request) {
    return parameter(request, "repo").map(RepoId::new).orElse(null);
  }

  /** 0 for what must go anyway. */
  private static long bytes(HttpServletRequest request) {
    Optional<String> text = parameter(request, "bytes");
    if (text.isEmpty()) {
      return 0;
    }
    CacheLimit size = CacheLimit.parse(text.get());
    if (size.bytes() == Long.MAX_VALUE) {
      throw new IllegalArgumentException("bytes must be a size, such as 500M or 10G");
    }
    return size.bytes();
  }

  private static void levels(JsonObject json, Levels levels) {
    json.numberIfKnown("cacheSize", levels.limit() == Long.MAX_VALUE ? -1 : levels.limit());
    json.number("bytes", levels.held());
    json.number("diskBytes", levels.space().total());
    json.number("diskFree", levels.space().usable());
    json.number("minFree", levels.space().reserve());
  }

  private static void total(
      JsonObject json, StoredFiles.Total total, Levels.@Nullable Share share) {
    json.text("repo", total.repo());
    json.number("bytes", total.bytes());
    json.number("files", total.files());
    json.numberIfKnown("cacheShare", share == null ? -1 : share.limit());
  }

  private static void need(JsonObject json, Levels.Need need) {
    json.text("repo", need.repo());
    json.number("bytes", need.bytes());
    json.text("why", need.why());
  }

  private static void run(JsonObject json, LastRun run) {
    json.time("at", run.at());
    json.text("why", run.why());
    json.number("files", run.files());
    json.number("bytes", run.bytes());
    json.number("millis", run.millis());
    json.truth("enough", run.enough());
  }

  private static void plan(JsonObject json, Plan plan) {
    json.number("bytes", plan.bytes());
    json.truth("enough", plan.enough());
    json.truth("truncated", plan.truncated());
    json.array("choices", plan.choices().stream(), EvictionServlet::choice);
  }

  private static void choice(JsonObject json, Choice choice) {
    json.text("repo", choice.key().repo());
    json.text("path", choice.key().path());
    json.truth("goes", choice.goes());
    json.text("reason", choice.reason().name().toLowerCase(java.util.Locale.ROOT));
    json.text("why", choice.reason().sentence());
    json.number("size", choice.size());
    json.real("score", choice.score());
    json.real("expected", choice.expected());
    json.real("demand", choice.demand());
    json.time("storedAt", choice.storedAt());
    json.time("usedAt", choice.usedAt());
  }
}
