package org.instantmirror.upstream;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Scheme, host and port (RFC 9110 section 4.3.1): what decides where credentials may go.
 *
 * @param scheme {@code http} or {@code https}
 * @param host lower case, without the brackets of an IPv6 literal
 * @param port 1 to 65535
 */
record Origin(String scheme, String host, int port) {

  // Our own parse, because java.net.URI knows no host with an underscore in it.
  private static final Pattern AUTHORITY =
      Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)]|([A-Za-z0-9._~-]+))(?::(\\d{0,5}))?");

  private static final int MAX_PORT = 65535;

  /** The origin of a URL; empty if it isn't http(s), has user information or an unfit port. */
  static Optional<Origin> of(URI uri) {
    return of(orEmpty(uri.getScheme()), orEmpty(uri.getRawAuthority()));
  }

  private static Optional<Origin> of(String scheme, String authority) {
    String lowerScheme = scheme.toLowerCase(Locale.ROOT);
    boolean secure = lowerScheme.equals("https");
    Matcher matcher = AUTHORITY.matcher(authority);
    if (!(secure || lowerScheme.equals("http")) || !matcher.matches()) {
      return Optional.empty();
    }
    String host = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
    String digits = matcher.group(3);
    int port = digits == null || digits.isEmpty() ? (secure ? 443 : 80) : Integer.parseInt(digits);
    return port < 1 || port > MAX_PORT
        ? Optional.empty()
        : Optional.of(new Origin(lowerScheme, host.toLowerCase(Locale.ROOT), port));
  }

  /**
   * The origin of a configured URL with variables in it. Empty if they are in its authority: the
   * client chooses their values, so such a host is nobody's word to trust.
   */
  static Optional<Origin> ofTemplate(String template) {
    int authority = template.indexOf("://") + 3;
    if (authority < 3) {
      return Optional.empty();
    }
    int end = authority;
    while (end < template.length() && "/?#".indexOf(template.charAt(end)) < 0) {
      end++;
    }
    return of(template.substring(0, authority - 3), template.substring(authority, end));
  }

  private static String orEmpty(@Nullable String part) {
    return part == null ? "" : part;
  }

  boolean isSecure() {
    return scheme.equals("https");
  }

  /** As {@code redirect_hosts} spells it. */
  String hostPort() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
