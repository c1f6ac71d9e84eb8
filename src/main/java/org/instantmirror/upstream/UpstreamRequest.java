package org.instantmirror.upstream;

import java.net.URI;
import java.util.List;
import java.util.Map;
import org.instantmirror.repo.Repo;
import org.jspecify.annotations.Nullable;

/**
 * One request to an upstream. Headers are only what the caller lists, beside Host, User-Agent,
 * {@code Accept-Encoding: identity}, Via and our own authorization.
 *
 * @param repo whose transport settings apply, and whose configured hosts get its credentials
 * @param method GET or HEAD
 * @param uri the first hop
 * @param headers names and values to send
 * @param inside whether the host of {@code uri}, if it isn't configured, may have a private address
 *     (promise 10)
 * @param path the file of the repository that it asks for, as in an {@code EntryKey}; null if it is
 *     none of these, as a list of mirrors
 * @param rider whom its answer is for
 */
public record UpstreamRequest(
    Repo repo,
    String method,
    URI uri,
    List<Map.Entry<String, String>> headers,
    boolean inside,
    @Nullable String path,
    Rider rider) {

  /** Copies the list. */
  public UpstreamRequest {
    headers = List.copyOf(headers);
  }

  /** One that is for no file of the repository. */
  public UpstreamRequest(
      Repo repo, String method, URI uri, List<Map.Entry<String, String>> headers, boolean inside) {
    this(repo, method, uri, headers, inside, null, Rider.CLIENT);
  }

  /** One that may not go inside. */
  public UpstreamRequest(
      Repo repo, String method, URI uri, List<Map.Entry<String, String>> headers) {
    this(repo, method, uri, headers, false);
  }

  /** A request to an upstream, with the rights that it has. */
  public static UpstreamRequest to(
      Upstream upstream,
      Repo repo,
      String method,
      URI uri,
      List<Map.Entry<String, String>> headers) {
    return new UpstreamRequest(
        repo, method, uri, headers, upstream.origin() == Upstream.Origin.LISTED_INSIDE);
  }

  /** The same, for a file of the repository. */
  UpstreamRequest of(String file) {
    return new UpstreamRequest(repo, method, uri, headers, inside, file, rider);
  }

  /** The same for somebody else. */
  public UpstreamRequest by(Rider other) {
    return new UpstreamRequest(repo, method, uri, headers, inside, path, other);
  }
}
