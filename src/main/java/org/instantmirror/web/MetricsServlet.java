package org.instantmirror.web;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;

/** {@code GET /metrics}, for those of {@code metrics_clients}. */
final class MetricsServlet extends HttpServlet {

  static final String PATH = "/metrics";
  static final String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private static final long serialVersionUID = 1L;

  private final transient Metrics metrics;
  private final transient AdminGate gate;

  /**
   * @param gate whom it is told
   */
  MetricsServlet(Metrics metrics, AdminGate gate) {
    this.metrics = metrics;
    this.gate = gate;
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Optional<String> refusal = gate.refusal(AdminGate.Caller.of(request));
    if (refusal.isPresent()) {
      PlainAnswer.send(request, response, 403, refusal.get());
      return;
    }
    PlainAnswer.send(request, response, MEDIA_TYPE, metrics.text());
  }
}
