package org.instantmirror.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.instantmirror.repo.PathMeaning;
import org.instantmirror.repo.Repo;
import org.instantmirror.usage.PopularPackage;
import org.instantmirror.usage.Usage;
import org.instantmirror.usage.UsedPackage;

/** {@code GET /api/v1/popularity}: which packages are wanted most, and why it is thought so. */
final class PopularityServlet extends ApiServlet {

  private static final long serialVersionUID = 1L;
  private static final int USUAL_LIMIT = 100;
  private static final int MOST = 500;
  private static final int MOST_PAGES = 200;

  private final transient Usage usage;
  private final transient Supplier<PathMeaning.Reader> paths;
  private final transient ReadGate readers;
  private final transient Clock clock;

  /**
   * @param paths what there is at the moment
   */
  PopularityServlet(
      Usage usage, Supplier<PathMeaning.Reader> paths, ReadGate readers, Clock clock) {
    this.usage = usage;
    this.paths = paths;
    this.readers = readers;
    this.clock = clock;
  }

  @Override
  void get(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Predicate<Repo> shown = readers.shown(request, response);
    if (shown == null) {
      return;
    }
    Optional<String> repo = parameter(request, "repo");
    if (repo.isPresent() && paths.get().repo(repo.get()).filter(shown).isEmpty()) {
      ApiAnswer.error(request, response, 404, "there is no repository '" + repo.get() + "'");
      return;
    }
    int limit = number(request, "limit", USUAL_LIMIT, MOST);
    int page = number(request, "page", 1, MOST_PAGES);
    Instant now = clock.instant();
    PathMeaning.Reader reader = paths.get().only(shown);
    Predicate<UsedPackage> which =
        wanted(repo, parameter(request, "name"))
            .and(what -> reader.repo(what.folder().repo().value()).isPresent());
    List<PopularPackage> best = usage.popular(which, page * limit + 1, now);
    int begin = Math.min(best.size(), (page - 1) * limit);
    int end = Math.min(best.size(), page * limit);
    ApiAnswer.send(
        request,
        response,
        200,
        json -> {
          json.array("packages", best.subList(begin, end).stream(), ApiFields::popular);
          json.numberIfKnown("nextPage", best.size() > end && page < MOST_PAGES ? page + 1L : -1L);
        });
  }

  private static Predicate<UsedPackage> wanted(Optional<String> repo, Optional<String> name) {
    return what ->
        repo.filter(id -> !id.equals(what.folder().repo().value())).isEmpty()
            && name.filter(wanted -> !wanted.equals(what.name())).isEmpty();
  }
}
