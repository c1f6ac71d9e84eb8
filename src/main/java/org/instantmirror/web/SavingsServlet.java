package org.instantmirror.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.instantmirror.mirror.PrefetchTotals;

/** {@code GET /api/v1/savings}, for administrators, since it is of all repositories. */
final class SavingsServlet extends ApiServlet {

  private static final long serialVersionUID = 1L;

  private final transient Savings savings;
  private final transient AdminGate gate;

  SavingsServlet(Savings savings, AdminGate gate) {
    this.savings = savings;
    this.gate = gate;
  }

  @Override
  void get(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Optional<String> refusal = gate.refusal(AdminGate.Caller.of(request));
    if (refusal.isPresent()) {
      ApiAnswer.error(request, response, 403, refusal.get());
      return;
    }
    ApiAnswer.send(
        request,
        response,
        200,
        json -> {
          json.time("since", savings.since());
          json.object("sent", savings.sent(), SavingsServlet::sent);
          json.number("sentBytes", savings.sentBytes());
          json.number("fetchedBytes", savings.fetched().getAsLong());
          json.number("savedBytes", savings.bytes());
          json.object("ahead", savings.ahead(), SavingsServlet::ahead);
        });
  }

  private static void sent(JsonObject json, Map<String, Metrics.Sent> byOutcome) {
    byOutcome.forEach(
        (outcome, sent) ->
            json.object(
                outcome,
                sent,
                (inner, each) -> {
                  inner.number("requests", each.requests());
                  inner.number("bytes", each.bytes());
                }));
  }

  private static void ahead(JsonObject json, PrefetchTotals ahead) {
    json.number("files", ahead.files());
    json.number("bytes", ahead.bytes());
    json.number("usedFiles", ahead.usedFiles());
    json.number("usedBytes", ahead.usedBytes());
    json.number("failed", ahead.failed());
  }

  @Override
  void delete(HttpServletRequest request, HttpServletResponse response) throws IOException {
    ApiAnswer.notAllowed(request, response, "GET, HEAD, OPTIONS");
  }
}
