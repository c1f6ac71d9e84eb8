package org.instantmirror.mirror;

import java.util.List;
import java.util.Map;
import org.instantmirror.repo.Repo;
import org.jspecify.annotations.Nullable;

/**
 * A request that is none of our business, or whose file can't be stored.
 *
 * @param repo its repository
 * @param method GET or HEAD
 * @param path decoded, relative; may be empty or end with a slash
 * @param query as the client wrote it, or null
 * @param fields the client's range and conditional fields; nothing else of a client goes upstream,
 *     but for {@link #FOR_STRANGERS}
 */
public record PassThroughRequest(
    Repo repo,
    String method,
    String path,
    @Nullable String query,
    List<Map.Entry<String, String>> fields) {

  /** The request fields that go upstream. */
  public static final List<String> FORWARDED =
      List.of(
          "Range",
          "If-Range",
          "If-Match",
          "If-None-Match",
          "If-Modified-Since",
          "If-Unmodified-Since",
          "Cache-Control");

  /**
   * What goes there beside these where the client asked a stranger for it, by its own URL: they are
   * that host's, and go to no other.
   */
  public static final List<String> FOR_STRANGERS = List.of("Authorization", "Cookie");

  /** Copies the list. */
  public PassThroughRequest {
    fields = List.copyOf(fields);
  }
}
