package org.instantmirror.server;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy is asked for (RFC 9112 section 3.2).
 *
 * @param host lower case; an IPv6 address in brackets
 * @param port 1 to 65535
 * @param path as it was written, at least a slash
 * @param query as it was written, or null
 */
record ProxyTarget(String host, int port, String path, @Nullable String query) {

  private static final Pattern AUTHORITY =
      Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._~-]+)(?::([0-9]{0,5}))?");

  private static final Pattern HTTP =
      Pattern.compile("(?i)http://([^/?#]*)([^?#]*)(?:\\?([^#]*))?");

  /** The target of a request that isn't CONNECT; empty if it is no http URL. */
  static Optional<ProxyTarget> ofUrl(String url) {
    Matcher parts = HTTP.matcher(url);
    return parts.matches()
        ? of(parts.group(1), "80", parts.group(2).isEmpty() ? "/" : parts.group(2), parts.group(3))
        : Optional.empty();
  }

  /** The target of a CONNECT; empty unless it is host and port. */
  static Optional<ProxyTarget> ofAuthority(String authority) {
    return of(authority, "", "/", null);
  }

  private static Optional<ProxyTarget> of(
      String authority, String usualPort, String path, @Nullable String query) {
    Matcher parts = AUTHORITY.matcher(authority);
    if (!parts.matches()) {
      return Optional.empty();
    }
    String digits = parts.group(2) == null || parts.group(2).isEmpty() ? usualPort : parts.group(2);
    int port = digits.isEmpty() ? 0 : Integer.parseInt(digits);
    return port < 1 || port > 65_535
        ? Optional.empty()
        : Optional.of(new ProxyTarget(parts.group(1).toLowerCase(Locale.ROOT), port, path, query));
  }

  /** The port is always given. */
  String hostAndPort() {
    return host + ":" + port;
  }

  /** As a Host field has it: without a port that goes without saying. */
  String authority() {
    return port == 80 ? host : hostAndPort();
  }

  String pathAndQuery() {
    return query == null ? path : path + "?" + query;
  }
}
