package org.instantmirror.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.instantmirror.mirror.Reload;
import org.instantmirror.repo.RepoId;

/** {@code POST /api/v1/reload}: reads the configuration again. */
final class ReloadServlet extends ApiServlet {

  private static final long serialVersionUID = 1L;

  private final transient Reload reload;
  private final transient AdminGate gate;

  ReloadServlet(Reload reload, AdminGate gate) {
    this.reload = reload;
    this.gate = gate;
  }

  @Override
  void get(HttpServletRequest request, HttpServletResponse response) throws IOException {
    ApiAnswer.notAllowed(request, response, "POST, OPTIONS");
  }

  @Override
  void post(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Optional<String> refusal = gate.refusal(AdminGate.Caller.of(request));
    if (refusal.isPresent()) {
      ApiAnswer.error(request, response, 403, refusal.get());
      return;
    }
    Reload.Outcome outcome = reload.run("call from " + request.getRemoteAddr());
    if (outcome instanceof Reload.Applied applied) {
      ApiAnswer.send(
          request,
          response,
          200,
          json -> {
            json.texts("added", ids(applied.change().added()));
            json.texts("removed", ids(applied.change().removed()));
            json.texts("changed", ids(applied.change().changed()));
            ApiFields.configuration(json, applied.standing());
          });
    } else {
      ApiAnswer.error(request, response, 422, ((Reload.Refused) outcome).why());
    }
  }

  private static List<String> ids(List<RepoId> repos) {
    return repos.stream().map(RepoId::value).toList();
  }
}
