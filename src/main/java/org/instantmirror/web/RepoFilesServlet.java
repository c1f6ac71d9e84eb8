package org.instantmirror.web;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.instantmirror.repo.Config;
import org.instantmirror.repo.ListUrl;
import org.instantmirror.repo.Repo;
import org.jspecify.annotations.Nullable;

/**
 * Ready-made {@code .repo} files: {@code /repos/<repo>.repo}, {@code /repos/all.repo}, the same
 * below {@code /repos/metalink/} and {@code /repos/mirrorlist/}, and {@code /repos/}, which lists
 * them. No query chooses between them: {@code dnf config-manager --add-repo} takes what ends in
 * {@code .repo}.
 */
final class RepoFilesServlet extends HttpServlet {

  private static final long serialVersionUID = 1L;
  private static final String SUFFIX = ".repo";

  /** All that are configured: who takes the built-in ones of all distributions wants none. */
  private static final String ALL = "all";

  private final transient Supplier<Config> configured;
  private final transient ReadGate readers;
  private final transient ServerUrl server;

  /**
   * @param configured at the moment
   */
  RepoFilesServlet(Supplier<Config> configured, ReadGate readers, ServerUrl server) {
    this.configured = configured;
    this.readers = readers;
    this.server = server;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String path = request.getPathInfo();
    if (path == null) {
      response.setStatus(HttpServletResponse.SC_MOVED_PERMANENTLY);
      response.setHeader("Location", "repos/");
      return;
    }
    String base;
    try {
      base = server.of(request);
    } catch (IllegalArgumentException wrong) {
      PlainAnswer.send(request, response, 400, "Refused: " + wrong.getMessage() + ".");
      return;
    }
    Predicate<Repo> admitted = readers.shown(request, response);
    if (admitted == null) {
      return;
    }
    ShownRepos shown = ShownRepos.of(configured.get(), admitted);
    if (path.equals("/")) {
      list(request, response, base, shown);
      return;
    }
    Optional<ListUrl.Kind> kind =
        Arrays.stream(ListUrl.Kind.values())
            .filter(each -> path.startsWith("/" + each + "/"))
            .findFirst();
    String name = path.substring(kind.map(each -> each.toString().length() + 2).orElse(1));
    String text = name.endsWith(SUFFIX) ? text(base, stem(name), kind.orElse(null), shown) : "";
    if (text.isEmpty()) {
      PlainAnswer.send(
          request, response, 404, "There is no such file; /repos/ lists those there are.");
    } else {
      PlainAnswer.send(request, response, "text/plain;charset=UTF-8", text);
    }
  }

  private static String stem(String name) {
    return name.substring(0, name.length() - SUFFIX.length());
  }

  /** Empty if there is none. */
  private static String text(
      String base, String stem, ListUrl.@Nullable Kind kind, ShownRepos shown) {
    List<Repo> repos =
        stem.equals(ALL)
            ? shown.own()
            : shown.all().stream().filter(repo -> repo.id().value().equals(stem)).toList();
    return repos.stream()
        .map(repo -> RepoFile.section(base, repo, kind))
        .collect(Collectors.joining("\n"));
  }

  private static void list(
      HttpServletRequest request, HttpServletResponse response, String base, ShownRepos shown)
      throws IOException {
    String accepted = String.valueOf(Fields.joined(request, "Accept"));
    response.setHeader("Vary", "Accept");
    if (accepted.contains("text/html")) {
      response.setHeader(
          "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
      PlainAnswer.send(request, response, "text/html;charset=UTF-8", page(base, shown));
    } else {
      PlainAnswer.send(request, response, "text/plain;charset=UTF-8", lines(base, shown));
    }
  }

  /** A line for each: URL, tabulator, name. */
  private static String lines(String base, ShownRepos shown) {
    StringBuilder lines = new StringBuilder();
    if (!shown.own().isEmpty()) {
      lines.append(base).append("repos/all.repo\tall that are configured here\n");
    }
    for (Repo repo : shown.all()) {
      lines.append(base).append("repos/").append(repo.id()).append(SUFFIX);
      lines.append('\t').append(repo.name()).append('\n');
    }
    return lines.toString();
  }

  private static String page(String base, ShownRepos shown) {
    StringBuilder page =
        new StringBuilder(
            """
            <!DOCTYPE html>
            <html lang="en">
            <head><meta charset="utf-8"><title>InstantMirror: files for clients</title>
            <style>
            body { font-family: sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; }
            pre { background: #f2f2f2; padding: .6em; overflow-x: auto; }
            td { padding: .1em 1em .1em 0; }
            </style></head>
            <body>
            <h1>Files for clients</h1>
            <p>On a client, with the package that has dnf's <code>config-manager</code>:</p>
            """);
    page.append("<pre>dnf config-manager --add-repo ")
        .append(Html.escape(base))
        .append("repos/&lt;repo&gt;.repo</pre>\n<p>In a file under <code>metalink</code> or ")
        .append("<code>mirrorlist</code> upstream is what remains when this server is away.</p>\n")
        .append("<table>\n");
    if (!shown.own().isEmpty()) {
      row(page, ALL, "All that are configured here");
    }
    for (Repo repo : shown.all()) {
      row(page, repo.id().value(), repo.name());
    }
    return page.append("</table>\n</body>\n</html>\n").toString();
  }

  private static void row(StringBuilder page, String stem, String name) {
    String file = Html.escape(stem + SUFFIX);
    page.append("<tr><td>").append(Html.escape(name)).append("</td><td>");
    // With a dot: an id that holds a colon would else be read as a URL of that scheme.
    page.append("<a href=\"./").append(file).append("\">").append(file).append("</a></td>");
    for (ListUrl.Kind kind : ListUrl.Kind.values()) {
      page.append("<td><a href=\"").append(kind).append('/').append(file).append("\">");
      page.append(kind).append("</a></td>");
    }
    page.append("</tr>\n");
  }
}
