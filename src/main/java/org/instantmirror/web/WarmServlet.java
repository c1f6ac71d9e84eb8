package org.instantmirror.web;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.instantmirror.mirror.Warm;
import org.instantmirror.mirror.WarmJob;
import org.instantmirror.usage.WarmList;
import org.instantmirror.usage.WarmWish;

/**
 * {@code POST /api/v1/warm}: fetches a list before clients ask. {@code GET …/warm[/<id>]}: how it
 * goes. For administrators.
 */
final class WarmServlet extends ApiServlet {

  private static final long serialVersionUID = 1L;
  private static final String JOB = WarmServlet.class.getName() + ".job";

  /** A list of all packages of a distribution has 5 MB. */
  private static final int MOST_BYTES = 8 << 20;

  /** Reading the lists of a distribution takes seconds; fetching them may take longer. */
  private static final long PLANNED_WITHIN_MILLIS = 120_000;

  /** Of each list in an answer. */
  private static final int MOST_NAMED = 1_000;

  private final transient Warm warm;
  private final transient AdminGate gate;

  WarmServlet(Warm warm, AdminGate gate) {
    this.warm = warm;
    this.gate = gate;
  }

  private boolean isRefused(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Optional<String> refusal = gate.refusal(AdminGate.Caller.of(request));
    if (refusal.isPresent()) {
      ApiAnswer.error(request, response, 403, refusal.get());
    }
    return refusal.isPresent();
  }

  @Override
  void get(HttpServletRequest request, HttpServletResponse response) throws IOException {
    if (isRefused(request, response)) {
      return;
    }
    String id = rest(request);
    if (id.isEmpty()) {
      ApiAnswer.send(
          request,
          response,
          200,
          json ->
              json.array(
                  "jobs",
                  warm.jobs().stream().map(WarmJob::standing),
                  (inner, standing) -> head(inner, standing)));
      return;
    }
    Optional<WarmJob> job = warm.job(id);
    if (job.isEmpty()) {
      ApiAnswer.error(request, response, 404, "there is no such job, or it has been forgotten");
    } else {
      send(request, response, job.get());
    }
  }

  @Override
  void delete(HttpServletRequest request, HttpServletResponse response) throws IOException {
    ApiAnswer.notAllowed(request, response, "GET, HEAD, POST, OPTIONS");
  }

  @Override
  void post(HttpServletRequest request, HttpServletResponse response) throws IOException {
    if (request.getDispatcherType() == DispatcherType.ASYNC) {
      send(request, response, (WarmJob) request.getAttribute(JOB));
      return;
    }
    if (isRefused(request, response)) {
      return;
    }
    WarmJob.Request wanted = read(request, response);
    if (wanted == null) {
      return;
    }
    Optional<WarmJob> job = warm.start(wanted);
    if (job.isEmpty()) {
      response.setHeader("Retry-After", "30");
      ApiAnswer.error(request, response, 503, "too many lists wait already; try again later");
      return;
    }
    request.setAttribute(JOB, job.get());
    AsyncContext async = request.startAsync();
    async.setTimeout(PLANNED_WITHIN_MILLIS);
    Once answer = new Once(async);
    async.addListener(answer);
    job.get().planned().thenRun(answer::dispatch);
  }

  /** Null if the request has been answered. */
  private static WarmJob.@org.jspecify.annotations.Nullable Request read(
      HttpServletRequest request, HttpServletResponse response) throws IOException {
    List<String> repos = parameters(request, "repo").stream().filter(r -> !r.isBlank()).toList();
    if (repos.isEmpty()) {
      throw new IllegalArgumentException(
          "the parameter repo is missing: ?repo=fedora/42/x86_64, as often as there are repositories");
    }
    WarmList.Kind kind = WarmList.Kind.of(parameter(request, "kind").orElse("names"));
    boolean dependencies = yes(parameter(request, "dependencies").orElse("yes"));
    byte[] body = request.getInputStream().readNBytes(MOST_BYTES + 1);
    if (body.length > MOST_BYTES) {
      ApiAnswer.error(
          request, response, 413, "a list may have " + MOST_BYTES + " bytes, and this has more");
      return null;
    }
    List<WarmWish> wishes = WarmList.read(kind, new String(body, StandardCharsets.UTF_8));
    if (wishes.isEmpty()) {
      throw new IllegalArgumentException("the list, which is the request's body, names nothing");
    }
    return new WarmJob.Request(repos, wishes, dependencies);
  }

  private static boolean yes(String text) {
    return switch (text) {
      case "yes" -> true;
      case "no" -> false;
      default -> throw new IllegalArgumentException("dependencies must be yes or no");
    };
  }

  private static void send(HttpServletRequest request, HttpServletResponse response, WarmJob job)
      throws IOException {
    WarmJob.Standing standing = job.standing();
    ApiAnswer.send(request, response, 200, json -> whole(json, standing));
  }

  private static void head(JsonObject json, WarmJob.Standing it) {
    json.text("id", it.id());
    json.time("began", it.began());
    json.text("state", word(it.phase()));
    json.text("fault", it.fault());
    json.texts("repos", it.plan().folders().stream().map(Object::toString).toList());
    json.number("here", it.plan().here());
    json.number("toFetch", it.plan().files().size());
    json.number(
        "bytesToFetch", it.plan().files().stream().mapToLong(f -> Math.max(0, f.size())).sum());
    json.number("fetched", count(it, WarmJob.FileState.FETCHED));
    json.number("fetchedBytes", it.fetchedBytes());
    json.number("failed", count(it, WarmJob.FileState.FAILED));
    json.number("notFoundCount", it.plan().notFound().size());
    json.number("unsatisfiedCount", it.plan().unsatisfied().size());
  }

  private static void whole(JsonObject json, WarmJob.Standing it) {
    head(json, it);
    json.texts("notFound", it.plan().notFound().stream().limit(MOST_NAMED).toList());
    json.texts("unsatisfied", it.plan().unsatisfied().stream().limit(MOST_NAMED).toList());
    json.array(
        "files",
        it.plan().files().stream().limit(MOST_NAMED),
        (inner, file) -> {
          inner.text("repo", file.key().repo());
          inner.text("path", file.key().path());
          inner.numberIfKnown("size", file.size());
          WarmJob.FileState state = it.files().get(file.key());
          inner.text("state", state == null ? null : word(state));
        });
  }

  private static long count(WarmJob.Standing it, WarmJob.FileState state) {
    return it.states().getOrDefault(state, 0);
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** Has the request go on, when the plan is there or the time is over, whichever comes first. */
  private static final class Once implements AsyncListener {
    private final AsyncContext async;
    private final AtomicBoolean done = new AtomicBoolean();

    Once(AsyncContext async) {
      this.async = async;
    }

    void dispatch() {
      if (done.compareAndSet(false, true)) {
        async.dispatch();
      }
    }

    @Override
    public void onTimeout(AsyncEvent event) {
      dispatch();
    }

    @Override
    public void onComplete(AsyncEvent event) {
      done.set(true);
    }

    @Override
    public void onError(AsyncEvent event) {
      // The client has left; the job goes on.
      if (done.compareAndSet(false, true)) {
        async.complete();
      }
    }

    @Override
    public void onStartAsync(AsyncEvent event) {}
  }
}
