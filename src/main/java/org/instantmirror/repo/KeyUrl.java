package org.instantmirror.repo;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Where a file of public keys is to be had.
 *
 * @param template absolute; http or https without user information or fragment, or the {@code
 *     file:} URL of an absolute path on this machine; its variables are of {@link
 *     BaseUrl#PATH_VARIABLES}, and don't stand in a host
 */
public record KeyUrl(String template) {

  /**
   * @throws IllegalArgumentException if {@code template} isn't as described; the message doesn't
   *     repeat what may be a secret
   */
  public KeyUrl {
    if (isFile(template)) {
      requireFile(UrlTemplate.sampleOfAnyScheme(template));
    } else if (UrlTemplate.sample(template).getRawFragment() != null) {
      throw new IllegalArgumentException("the URL has a fragment, which no server sees");
    }
  }

  /** Which of {@link BaseUrl#PATH_VARIABLES} the template uses, each once, in that order. */
  public List<String> variables() {
    return UrlTemplate.variables(template);
  }

  /**
   * The URL with values for all its {@link #variables()}, percent-encoded.
   *
   * @throws IllegalArgumentException if a value is missing or isn't fit for its variable
   */
  public URI with(Map<String, String> values) {
    return UrlTemplate.with(template, values);
  }

  /** Whether such a URL stands for a file of this machine. */
  public static boolean isFile(URI uri) {
    return isFile(uri.toString());
  }

  /** That file. */
  public static Path path(URI file) {
    // Not Path.of(URI), which refuses file://localhost/.
    return Path.of(file.getPath());
  }

  private static boolean isFile(String url) {
    return url.regionMatches(true, 0, "file:", 0, 5);
  }

  private static void requireFile(URI uri) {
    String host = uri.getAuthority();
    boolean here = host == null || host.equalsIgnoreCase("localhost");
    String path = uri.getPath();
    boolean whole = path != null && path.startsWith("/") && !path.endsWith("/");
    if (!here || !whole || uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw new IllegalArgumentException("not the URL of a file; allowed is file:///path/to/key");
    }
  }
}
