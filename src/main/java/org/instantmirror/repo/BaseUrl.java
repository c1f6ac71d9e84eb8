package org.instantmirror.repo;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A base URL with the variables that become path segments still in it; all others are already
 * substituted.
 *
 * @param template absolute, http or https, with a trailing slash, without query, fragment or user
 *     information; a variable is {@code $name} or {@code ${name}} and may stand in the path only
 */
public record BaseUrl(String template) {

  /** The variables that clients give as leading path segments, in the order of the segments. */
  public static final List<String> PATH_VARIABLES =
      List.of("releasever", "stream", "basearch", "arch");

  /**
   * @throws IllegalArgumentException if {@code template} isn't as described; the message says what
   *     is wrong and what is allowed, and doesn't repeat what may be a secret
   */
  public BaseUrl {
    requirePath(UrlTemplate.sample(template));
  }

  /** Which of {@link #PATH_VARIABLES} the template uses, each once, in that order. */
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

  /** Host and port, lower case, the port always given: {@code up.example:80}. */
  public String hostAndPort() {
    URI uri = UrlTemplate.sample(template);
    boolean tls = "https".equalsIgnoreCase(uri.getScheme());
    int port = uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80;
    return uri.getHost().toLowerCase(Locale.ROOT) + ":" + port;
  }

  private static void requirePath(URI uri) {
    if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw new IllegalArgumentException("the URL has a query or fragment; file names follow it");
    }
    if (!uri.getRawPath().endsWith("/")) {
      throw new IllegalArgumentException("the URL doesn't end with a slash");
    }
    for (String segment : uri.getRawPath().split("/", -1)) {
      String dots = segment.replaceAll("(?i)%2e", ".");
      if (dots.equals(".") || dots.equals("..")) {
        throw new IllegalArgumentException("the URL holds '.' or '..'; write out where they lead");
      }
    }
  }
}
