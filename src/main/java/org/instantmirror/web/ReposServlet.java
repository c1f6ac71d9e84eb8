package org.instantmirror.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.instantmirror.mirror.Overview;
import org.instantmirror.mirror.Purge;
import org.instantmirror.mirror.Reload;
import org.instantmirror.mirror.RepoStanding;
import org.instantmirror.repo.PathMeaning;
import org.instantmirror.repo.Repo;
import org.instantmirror.repo.RepoId;

/** {@code GET /api/v1/repos}: how they are doing. {@code DELETE …/<repo>} drops their files. */
final class ReposServlet extends ApiServlet {

  private static final long serialVersionUID = 1L;

  private final transient Supplier<PathMeaning.Reader> paths;
  private final transient Overview overview;
  private final transient Purge purge;
  private final transient AdminGate gate;
  private final transient ReadGate readers;
  private final transient Reload reload;

  ReposServlet(
      Supplier<PathMeaning.Reader> paths,
      Overview overview,
      Purge purge,
      AdminGate gate,
      ReadGate readers,
      Reload reload) {
    this.readers = readers;
    this.reload = reload;
    this.paths = paths;
    this.overview = overview;
    this.purge = purge;
    this.gate = gate;
  }

  @Override
  void get(HttpServletRequest request, HttpServletResponse response) throws IOException {
    if (!rest(request).isEmpty()) {
      super.get(request, response);
      return;
    }
    boolean all = parameter(request, "all").filter("true"::equals).isPresent();
    Predicate<Repo> shown = readers.shown(request, response);
    if (shown == null) {
      return;
    }
    List<RepoStanding> repos = overview.repos(all, shown);
    // Messages name files of the server and repositories that not everybody may know.
    boolean admin = gate.refusal(AdminGate.Caller.of(request)).isEmpty();
    ApiAnswer.send(
        request,
        response,
        200,
        json -> {
          json.array("repos", repos.stream(), ApiFields::repo);
          if (admin) {
            json.object("configuration", reload.standing(), ApiFields::configuration);
          }
        });
  }

  @Override
  void delete(HttpServletRequest request, HttpServletResponse response) throws IOException {
    String id = rest(request);
    if (paths.get().repo(id).isEmpty()) {
      PurgeAnswer.refused(request, response, gate, "there is no repository '" + id + "'");
      return;
    }
    String path = parameter(request, "path").orElse("");
    String folder = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    if (parameter(request, "path").isPresent() && folder.isEmpty()) {
      // Whoever names a folder and means none doesn't mean all.
      throw new IllegalArgumentException("the parameter path is empty; leave it out for all");
    }
    PurgeAnswer.send(request, response, gate, () -> purge.folder(new RepoId(id), folder));
  }
}
