package org.instantmirror.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.Predicate;
import org.instantmirror.mirror.Explainer;
import org.instantmirror.mirror.Explanation;
import org.instantmirror.repo.Repo;

/** {@code GET /api/v1/explain?url=…}: what a request for that would meet. */
final class ExplainServlet extends ApiServlet {

  private static final long serialVersionUID = 1L;

  private final transient Explainer explainer;
  private final transient ReadGate readers;

  ExplainServlet(Explainer explainer, ReadGate readers) {
    this.explainer = explainer;
    this.readers = readers;
  }

  @Override
  void get(HttpServletRequest request, HttpServletResponse response) throws IOException {
    String url =
        parameter(request, "url")
            .filter(value -> !value.isBlank())
            .orElseThrow(
                () -> new IllegalArgumentException("the parameter url is missing: ?url=fedora/…"));
    Predicate<Repo> shown = readers.shown(request, response);
    if (shown == null) {
      return;
    }
    Explanation explanation = explainer.explain(url, shown);
    ApiAnswer.send(request, response, 200, json -> ApiFields.explanation(json, explanation));
  }
}
