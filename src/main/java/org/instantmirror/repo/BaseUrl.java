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
 *     information; a variable is {@code $name} or {@code ${name}} and may stand in the path only;
 *     or that of {@link #ANY_HOST}
 */
public record BaseUrl(String template) {

  /** The variables that clients give as leading path segments, in the order of the segments. */
  public static final List<String> PATH_VARIABLES =
      List.of("releasever", "stream", "basearch", "arch");

  /** The variable of {@link #ANY_HOST}. */
  static final String HOST = "host";

  private static final String ANY = "http://$" + HOST + "/";

  /**
   * Each host's root, the host named by the first segment of a path. No configuration can say that:
   * it is of the forward proxy, whose clients choose hosts, and no host is trusted for it.
   */
  public static final BaseUrl ANY_HOST = new BaseUrl(ANY);

  /**
   * @throws IllegalArgumentException if {@code template} isn't as described; the message says what
   *     is wrong and what is allowed, and doesn't repeat what may be a secret
   */
  public BaseUrl {
    if (!template.equals(ANY)) {
      requirePath(UrlTemplate.sample(template));
    }
  }

  /** Whether the host is a variable. */
  public boolean isAnyHost() {
    return template.equals(ANY);
  }

  /** Which of {@link #PATH_VARIABLES} the template uses, each once, in that order. */
  public List<String> variables() {
    if (isAnyHost()) {
      return List.of(HOST);
    }
    return UrlTemplate.variables(template);
  }

  /**
   * The URL with values for all its {@link #variables()}, percent-encoded.
   *
   * @throws IllegalArgumentException if a value is missing or isn't fit for its variable
   */
  public URI with(Map<String, String> values) {
    if (isAnyHost()) {
      return URI.create(ofHost(values.getOrDefault(HOST, "")).template());
    }
    return UrlTemplate.with(template, values);
  }

  /**
   * The root of one host, over http.
   *
   * @param host lower case, with a port if that isn't 80
   * @throws IllegalArgumentException if it is no host
   */
  public static BaseUrl ofHost(String host) {
    if (!VariableValue.isFit(HOST, host)) {
      throw new IllegalArgumentException("no fit value for '$" + HOST + "'");
    }
    return new BaseUrl("http://" + host + "/");
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
