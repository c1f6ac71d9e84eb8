package org.instantmirror.upstream;

import java.net.URI;
import java.util.List;
import java.util.Map;
import org.instantmirror.repo.Repo;

/**
 * One request to an upstream. Headers are only what the caller lists, beside Host, User-Agent,
 * {@code Accept-Encoding: identity}, Via and our own authorization.
 *
 * @param repo whose transport settings apply, and whose base URLs get its credentials
 * @param method GET or HEAD
 * @param uri the first hop
 * @param headers names and values to send
 */
public record UpstreamRequest(
    Repo repo, String method, URI uri, List<Map.Entry<String, String>> headers) {

  /** Copies the list. */
  public UpstreamRequest {
    headers = List.copyOf(headers);
  }
}
