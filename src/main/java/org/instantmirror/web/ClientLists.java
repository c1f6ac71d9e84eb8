package org.instantmirror.web;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.instantmirror.http.CacheDirectives;
import org.instantmirror.mirror.MirrorRequest;
import org.instantmirror.mirror.RepomdVersions.Outcome;
import org.instantmirror.mirror.Views;
import org.instantmirror.repo.PathMeaning;
import org.instantmirror.repo.Repo;
import org.instantmirror.repo.RequestPath;
import org.instantmirror.repodata.Metalink;
import org.instantmirror.repodata.Metalink.MetalinkFile;
import org.instantmirror.repodata.Metalink.MetalinkUrl;
import org.instantmirror.repodata.MetalinkWriter;
import org.instantmirror.upstream.Fallbacks;
import org.instantmirror.upstream.UpstreamPool;

/**
 * Lists of mirrors for clients: this one first, then upstream's. Nothing here waits or asks
 * upstream. Thread-safe.
 */
final class ClientLists {

  private static final String REPOMD = "repodata/repomd.xml";

  private final Views views;
  private final Clock clock;

  ClientLists(Views views, Clock clock) {
    this.views = views;
    this.clock = clock;
  }

  /** The repository of that name. */
  Optional<Repo> repo(String id) {
    return views.get().paths().repo(id);
  }

  /**
   * The folder that a request's parameters name: a value for each variable of the repository, by
   * its name, and {@code path} for what lies below the base URL. As the lists of distributions have
   * it, {@code arch} is also taken for {@code basearch}.
   *
   * @return its path in the tree, empty or with a slash at its end
   * @throws IllegalArgumentException if a value is missing or can't be one
   */
  static String folder(Repo repo, HttpServletRequest request) {
    Map<String, String> values = new HashMap<>();
    for (String variable : repo.variables()) {
      ApiServlet.parameter(request, variable).ifPresent(value -> values.put(variable, value));
    }
    if (repo.variables().contains("basearch") && !repo.variables().contains("arch")) {
      ApiServlet.parameter(request, "arch")
          .ifPresent(value -> values.putIfAbsent("basearch", value));
    }
    String path = ApiServlet.parameter(request, "path").orElse("").replaceAll("^/+|/+$", "");
    if (!path.isEmpty() && !RequestPath.isSafe(path)) {
      throw new IllegalArgumentException("the parameter path isn't that of a folder");
    }
    return repo.pathWith(values) + (path.isEmpty() ? "" : path + "/");
  }

  /**
   * The request that the folder's {@code repomd.xml} is looked at by.
   *
   * @return empty if it is none of our business there
   */
  Optional<MirrorRequest> repomd(Repo repo, String folder, HttpServletRequest request) {
    PathMeaning meaning = views.get().paths().read(repo.id() + "/" + folder + REPOMD, false);
    if (!(meaning instanceof PathMeaning.Entry entry) || entry.key() == null) {
      return Optional.empty();
    }
    boolean noCache =
        CacheDirectives.noCache(
            Fields.joined(request, "Cache-Control"), request.getHeader("Pragma"));
    return Optional.of(
        new MirrorRequest(
            repo, entry.key(), entry.fileClass(), noCache, false, request.getRemoteAddr()));
  }

  /** A base URL a line. */
  String mirrorlist(String server, Repo repo, String folder) {
    StringBuilder lines = new StringBuilder();
    folders(server, repo, folder).forEach(uri -> lines.append(uri).append('\n'));
    return lines.toString();
  }

  /** The metalink of a folder whose {@code repomd.xml} is known. */
  String metalink(String server, Repo repo, String folder, Outcome.Known repomd) {
    List<MetalinkUrl> urls = new ArrayList<>();
    for (URI uri : folders(server, repo, folder)) {
      String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
      urls.add(new MetalinkUrl(scheme, null, 100 - urls.size(), URI.create(uri + REPOMD)));
    }
    return MetalinkWriter.write(
        new Metalink(
            List.of(new MetalinkFile("repomd.xml", repomd.current(), repomd.alternates(), urls))));
  }

  private List<URI> folders(String server, Repo repo, String folder) {
    List<URI> folders = new ArrayList<>();
    folders.add(URI.create(server + "mirror/" + repo.id() + "/" + RequestPath.encode(folder)));
    UpstreamPool pool = views.pool(repo);
    folders.addAll(
        Fallbacks.folders(repo, pool.standings(folder + REPOMD, clock.instant()), folder));
    return folders;
  }
}
