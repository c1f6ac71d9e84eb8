package org.instantmirror.web;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;

/**
 * Probes: {@code /health/live} says that the process answers, {@code /health/ready} what it can't
 * do. A fault of the cache directory leaves it ready: it still serves what is stored and passes
 * through the rest.
 */
final class HealthServlet extends HttpServlet {

  private static final long serialVersionUID = 1L;

  private final transient Supplier<List<String>> faults;

  HealthServlet(Supplier<List<String>> faults) {
    this.faults = faults;
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (request.getRequestURI().endsWith("/live")) {
      PlainAnswer.send(request, response, 200, "live");
      return;
    }
    List<String> found = faults.get();
    PlainAnswer.send(
        request,
        response,
        200,
        found.isEmpty() ? "ready" : "ready, degraded:\n" + String.join("\n", found));
  }
}
