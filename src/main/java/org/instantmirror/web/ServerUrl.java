package org.instantmirror.web;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where clients reach this server: {@code base_url}, else as the request says. Fields of proxies
 * ({@code X-Forwarded-Host} and such) count where the container is told to believe them (Tomcat's
 * RemoteIpValve), and nowhere else: anybody can send them. Immutable.
 */
final class ServerUrl {

  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._~-]+|\\[[0-9A-Fa-f:.]+]");

  private final Supplier<@Nullable URI> configured;

  /**
   * @param configured at the moment, with a slash at its end; null for what requests say
   */
  ServerUrl(Supplier<@Nullable URI> configured) {
    this.configured = configured;
  }

  /**
   * The URL of the web application's root, with a slash at its end.
   *
   * @throws IllegalArgumentException if the request names a host that can't be one
   */
  String of(HttpServletRequest request) {
    URI url = configured.get();
    if (url != null) {
      return url.toString();
    }
    return of(
        request.getScheme(),
        request.getServerName(),
        request.getServerPort(),
        request.getServletContext().getContextPath());
  }

  /** The same of what the container tells. */
  static String of(String scheme, String name, int port, String contextPath) {
    String host = name.indexOf(':') >= 0 && !name.startsWith("[") ? "[" + name + "]" : name;
    if (!HOST.matcher(host).matches()) {
      throw new IllegalArgumentException("the field Host names no host");
    }
    boolean usual = port <= 0 || port == (scheme.equals("https") ? 443 : 80);
    return scheme + "://" + host + (usual ? "" : ":" + port) + contextPath + "/";
  }
}
