package org.instantmirror.web;

import java.util.Optional;
import java.util.function.Supplier;
import org.instantmirror.mirror.AbsoluteUrls;
import org.instantmirror.repo.BadPathException;
import org.instantmirror.repo.PathMeaning;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repo.RequestPath;
import org.instantmirror.repodata.RepositoryFolder;

/** Which repository a client means by the path of its base URL on this server. Immutable. */
final class ReportedFolders {

  private static final String MIRROR = "/mirror/";

  /** Of what clients get through a proxy; not all of it is ours. */
  private static final String PROXIED = MIRROR + RepoId.PROXY + "/";

  private static final int HTTP = 80;

  private final Supplier<PathMeaning.Reader> served;
  private final AbsoluteUrls urls;

  /**
   * @param served what paths stand for at the moment, those of the forward proxy's hosts as well
   * @param urls what these hosts' URLs stand for
   */
  ReportedFolders(Supplier<PathMeaning.Reader> served, AbsoluteUrls urls) {
    this.served = served;
    this.urls = urls;
  }

  /**
   * The repository.
   *
   * @param path as in a URL, below the server's root
   * @return empty if there is none (any more), also for whatever is below {@code /mirror/_proxy/}
   *     and isn't of ours
   * @throws IllegalArgumentException if it can't be such a path
   */
  Optional<RepositoryFolder> of(String path) {
    if (!path.startsWith(MIRROR)) {
      throw new IllegalArgumentException("must begin with " + MIRROR);
    }
    String decoded;
    try {
      decoded = RequestPath.decode(path);
    } catch (BadPathException e) {
      if (path.startsWith(PROXIED)) {
        // Somebody else's URL, which we don't judge.
        return Optional.empty();
      }
      throw new IllegalArgumentException("is no path: " + e.getMessage(), e);
    }
    PathMeaning meaning = served.get().read(decoded.substring(MIRROR.length()), false);
    if (!(meaning instanceof PathMeaning.Entry entry)) {
      return Optional.empty();
    }
    return Optional.of(folder(entry.repo().id().equals(RepoId.PROXY) ? mapped(entry) : entry));
  }

  private static RepositoryFolder folder(PathMeaning.Entry entry) {
    String path = entry.path();
    return new RepositoryFolder(
        entry.repo().id(), path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
  }

  /** What a client asks a host for by way of the proxy may be a configured repository. */
  private PathMeaning.Entry mapped(PathMeaning.Entry proxied) {
    String path = proxied.path();
    int slash = path.indexOf('/');
    String host = slash < 0 ? path : path.substring(0, slash);
    int colon = host.lastIndexOf(':');
    boolean named = colon > 0 && host.substring(colon + 1).matches("[0-9]{1,5}");
    AbsoluteUrls.Meaning meaning =
        urls.meaning(
            named ? host.substring(0, colon) : host,
            named ? Integer.parseInt(host.substring(colon + 1)) : HTTP,
            slash < 0 ? "/" : path.substring(slash),
            false);
    return meaning instanceof AbsoluteUrls.Meaning.Found found ? found.entry() : proxied;
  }
}
