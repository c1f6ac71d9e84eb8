package org.instantmirror.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.instantmirror.repo.BadPathException;
import org.instantmirror.repo.PathMeaning;
import org.instantmirror.repo.Repo;
import org.instantmirror.repo.RequestPath;

/**
 * Judges method and path of every request, and classifies those for the mirror. The path is judged
 * as the client wrote it: containers normalise {@code %2e%2e}, {@code //} and {@code ;x} before
 * they map a request, and what they map is not what was asked. What this filter lets pass has one
 * spelling only.
 */
final class GuardFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;
  private static final String MIRROR = "/mirror/";
  private static final Set<String> PAGES =
      Set.of("/", "/repos", "/client", "/health/live", "/health/ready", MetricsServlet.PATH);

  /**
   * What is made for clients: {@link RepoFilesServlet}, {@link ClientListServlet}, {@link
   * ClientPackageServlet}.
   */
  private static final List<String> FOR_CLIENTS =
      List.of("/repos/", "/mirrorlist/", "/metalink/", ClientPackageServlet.ROOT);

  private final transient Supplier<PathMeaning.Reader> paths;
  private final transient ReadGate gate;

  /**
   * @param paths what they stand for at the moment
   */
  GuardFilter(Supplier<PathMeaning.Reader> paths, ReadGate gate) {
    this.paths = paths;
    this.gate = gate;
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    String raw = request.getRequestURI().substring(request.getContextPath().length());
    boolean api = raw.startsWith(ApiServlet.ROOT);
    String method = request.getMethod();
    boolean known = method.equals("GET") || method.equals("HEAD") || (api && !isPreflight(method));
    if (!known) {
      otherMethod(request, response);
      return;
    }
    String path;
    try {
      path = RequestPath.decode(raw.isEmpty() ? "/" : raw);
    } catch (BadPathException e) {
      String refusal = "Refused: " + e.getMessage() + ".";
      if (api) {
        ApiAnswer.error(request, response, 400, refusal);
      } else {
        PlainAnswer.send(request, response, 400, refusal);
      }
      return;
    }
    if (api) {
      ApiServlet.attach(request, path.substring(ApiServlet.ROOT.length()));
      chain.doFilter(request, response);
    } else if (path.startsWith(MIRROR) && path.length() > MIRROR.length()) {
      mirror(request, response, chain, path.substring(MIRROR.length()));
    } else if (PAGES.contains(path) || FOR_CLIENTS.stream().anyMatch(path::startsWith)) {
      chain.doFilter(request, response);
    } else {
      NothingServlet.send(request, response);
    }
  }

  /** What a browser asks before it sends another site's request; no leave is given. */
  private static boolean isPreflight(String method) {
    return method.equals("OPTIONS");
  }

  private static void otherMethod(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    response.setHeader("Allow", PlainAnswer.METHODS);
    if (request.getMethod().equals("OPTIONS")) {
      response.setStatus(HttpServletResponse.SC_NO_CONTENT);
    } else {
      PlainAnswer.send(request, response, 405, "A mirror is read only.");
    }
  }

  private void mirror(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain, String path)
      throws IOException, ServletException {
    PathMeaning meaning = paths.get().read(path, request.getQueryString() != null);
    Optional<Repo> repo = meaning.configured();
    if (repo.isPresent() && !gate.admits(request, response, repo.get())) {
      return;
    }
    if (meaning instanceof PathMeaning.Entry entry) {
      Route.of(entry).attach(request);
      chain.doFilter(request, response);
    } else if (meaning instanceof PathMeaning.Bare bare) {
      response.setStatus(HttpServletResponse.SC_MOVED_PERMANENTLY);
      // With a dot: an id that holds a colon would else be read as a URL of that scheme.
      response.setHeader("Location", "./" + bare.repo().id() + "/");
    } else if (meaning instanceof PathMeaning.Incomplete incomplete) {
      PlainAnswer.send(request, response, 404, incomplete.message());
    } else {
      PlainAnswer.send(
          request, response, 404, "There is no repository of that name; / lists those there are.");
    }
  }
}
