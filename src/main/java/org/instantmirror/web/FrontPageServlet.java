package org.instantmirror.web;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.instantmirror.repo.Config;
import org.instantmirror.repo.Repo;

/** The page at {@code /}: which repositories there are, and how a client uses them. */
final class FrontPageServlet extends HttpServlet {

  private static final long serialVersionUID = 1L;

  private final transient Supplier<Config> configured;
  private final transient ReadGate readers;
  private final transient ServerUrl server;

  /**
   * @param configured at the moment
   */
  FrontPageServlet(Supplier<Config> configured, ReadGate readers, ServerUrl server) {
    this.configured = configured;
    this.readers = readers;
    this.server = server;
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Predicate<Repo> shown = readers.shown(request, response);
    if (shown == null) {
      return;
    }
    Config config = configured.get();
    ShownRepos repos = ShownRepos.of(config, shown);
    String base;
    try {
      base = server.of(request);
    } catch (IllegalArgumentException wrong) {
      PlainAnswer.send(request, response, 400, "Refused: " + wrong.getMessage() + ".");
      return;
    }
    StringBuilder page =
        new StringBuilder(
            """
            <!DOCTYPE html>
            <html lang="en">
            <head><meta charset="utf-8"><title>InstantMirror</title>
            <style>
            body { font-family: sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; }
            pre { background: #f2f2f2; padding: .6em; overflow-x: auto; }
            </style></head>
            <body>
            <h1>InstantMirror</h1>
            <p>A mirror of yum and dnf repositories that fills itself: ask it for a file, and it is
            fetched once for everybody.</p>
            """);
    if (config.repos().isEmpty()) {
      page.append("<p>No repository is configured yet: put a client's <code>.repo</code> file ")
          .append("into the server's <code>reposdir</code>.</p>\n");
    }
    page.append(
            "<p>Ready-made files for clients: <a href=\"repos/\">repos/</a>; the client that says")
        .append(" which packages a machine has: <a href=\"client/\">client/</a>.</p>\n");
    repos.own().forEach(repo -> append(page, base, repo));
    appendProfiles(page, base, repos.builtIn());
    page.append("</body>\n</html>\n");
    response.setHeader("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
    PlainAnswer.send(request, response, "text/html;charset=UTF-8", page.toString());
  }

  private static void appendProfiles(StringBuilder page, String base, List<Repo> profiles) {
    if (profiles.isEmpty()) {
      return;
    }
    page.append("<h2>Built-in repositories</h2>\n<p>They need no configuration: put the ")
        .append("<code>baseurl</code> in place of <code>metalink</code> or ")
        .append("<code>mirrorlist</code> in the distribution's own file.</p>\n<table>\n");
    for (Repo repo : profiles) {
      page.append("<tr><td>")
          .append(Html.escape(repo.name()))
          .append("</td><td><code>baseurl=")
          .append(Html.escape(RepoFile.baseUrl(base, repo)))
          .append("</code></td></tr>\n");
    }
    page.append("</table>\n");
  }

  private static void append(StringBuilder page, String base, Repo repo) {
    String id = Html.escape(repo.id().value());
    String url = Html.escape(RepoFile.baseUrl(base, repo));
    page.append("<h2>").append(Html.escape(repo.name())).append("</h2>\n");
    if (repo.variables().isEmpty()) {
      page.append("<p><a href=\"mirror/").append(id).append("/\">Browse</a></p>\n");
    }
    page.append("<p>In a file of <code>/etc/yum.repos.d/</code> on each client:</p>\n<pre>[")
        .append(id)
        .append("]\nname=")
        .append(Html.escape(repo.name()))
        .append("\nbaseurl=")
        .append(url)
        .append("\n# gpgcheck and gpgkey as in the distribution's own file</pre>\n");
  }
}
