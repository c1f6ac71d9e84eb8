package org.instantmirror.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.instantmirror.repo.BadPathException;
import org.instantmirror.repo.Config;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.FileClass;
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
  private static final Set<String> PAGES = Set.of("/", "/health/live", "/health/ready");

  private final transient Map<String, Repo> repos;

  GuardFilter(Config config) {
    Map<String, Repo> byId = new HashMap<>();
    config.repos().forEach((id, repo) -> byId.put(id.value(), repo));
    this.repos = Map.copyOf(byId);
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    String method = request.getMethod();
    if (!method.equals("GET") && !method.equals("HEAD")) {
      otherMethod(request, response);
      return;
    }
    String path;
    try {
      String raw = request.getRequestURI().substring(request.getContextPath().length());
      path = RequestPath.decode(raw.isEmpty() ? "/" : raw);
    } catch (BadPathException e) {
      PlainAnswer.send(request, response, 400, "Refused: " + e.getMessage() + ".");
      return;
    }
    if (path.startsWith(MIRROR) && path.length() > MIRROR.length()) {
      mirror(request, response, chain, path.substring(MIRROR.length()));
    } else if (PAGES.contains(path)) {
      chain.doFilter(request, response);
    } else {
      NothingServlet.send(request, response);
    }
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
    int slash = path.indexOf('/');
    String id = slash < 0 ? path : path.substring(0, slash);
    Optional<Repo> repo = Optional.ofNullable(repos.get(id));
    if (repo.isEmpty()) {
      PlainAnswer.send(
          request, response, 404, "There is no repository of that name; / lists those there are.");
      return;
    }
    if (slash < 0) {
      response.setStatus(HttpServletResponse.SC_MOVED_PERMANENTLY);
      // With a dot: an id that holds a colon would else be read as a URL of that scheme.
      response.setHeader("Location", "./" + id + "/");
      return;
    }
    Optional<Route> route = classify(request, repo.get(), path.substring(slash + 1));
    if (route.isEmpty()) {
      PlainAnswer.send(request, response, 404, incomplete(repo.get()));
      return;
    }
    route.get().attach(request);
    chain.doFilter(request, response);
  }

  private static String incomplete(Repo repo) {
    return "The path of this repository begins with values for "
        + String.join("/", repo.variables().stream().map(name -> "$" + name).toList())
        + ".";
  }

  private static Optional<Route> classify(HttpServletRequest request, Repo repo, String path) {
    Optional<String> below = repo.pathBelowBase(path);
    if (below.isEmpty()) {
      return Optional.empty();
    }
    boolean asked = request.getQueryString() != null;
    FileClass fileClass = asked ? FileClass.OTHER : repo.classifier().classify(below.get());
    if (fileClass != FileClass.OTHER) {
      try {
        return Optional.of(new Route(repo, path, fileClass, new EntryKey(repo.id(), path)));
      } catch (IllegalArgumentException unstorable) {
        // Upstream may know such a name; we couldn't store it.
        return Optional.of(new Route(repo, path, FileClass.OTHER, null));
      }
    }
    return Optional.of(new Route(repo, path, FileClass.OTHER, null));
  }
}
