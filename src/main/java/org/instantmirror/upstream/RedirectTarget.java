package org.instantmirror.upstream;

import java.net.URI;
import java.net.URISyntaxException;
import org.instantmirror.upstream.UpstreamException.Kind;
import org.jspecify.annotations.Nullable;

/** Where a redirect leads (RFC 9110 section 10.2.2), or why it must not be followed. Pure. */
final class RedirectTarget {

  private static final String ALLOWED_PUNCTUATION = "-._~:/?[]@!$&'()*+,;=%";

  private RedirectTarget() {}

  /**
   * Whether the status is one that is followed. 303 is, since only GET and HEAD are ever sent; 300,
   * 305 and 306 are answers like any other.
   */
  static boolean isRedirect(int status) {
    return switch (status) {
      case 301, 302, 303, 307, 308 -> true;
      default -> false;
    };
  }

  /**
   * Resolves a Location against the URL that was asked. From https to http is followed, as yum and
   * dnf do: mirror networks redirect to mirrors that have no TLS.
   *
   * @throws UpstreamException of kind REDIRECT if it is malformed, of another scheme, has user
   *     information, an unfit port, or an IPv4 address that is spelt ambiguously
   */
  static URI resolve(URI asked, String location) throws UpstreamException {
    URI target;
    try {
      target = resolveLeniently(asked, encode(location));
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw refused(asked, "a malformed Location", e);
    }
    if (target.getRawUserInfo() != null || authority(target).contains("@")) {
      throw refused(asked, "a Location with user information", null);
    }
    Origin origin =
        Origin.of(target)
            .orElseThrow(() -> refused(asked, "a Location that is no http(s) URL", null));
    if (PublicAddress.isAmbiguousLiteral(origin.host())) {
      throw refused(asked, "a Location whose host is an unusual spelling of an address", null);
    }
    return target;
  }

  private static URI resolveLeniently(URI asked, String location) throws URISyntaxException {
    int fragment = location.indexOf('#');
    String reference = fragment < 0 ? location : location.substring(0, fragment);
    if (reference.startsWith("?")) {
      // RFC 3986 section 5.2.2 keeps the path; java.net.URI drops its last segment.
      String path = asked.getRawPath().isEmpty() ? "/" : asked.getRawPath();
      reference = path + reference;
    }
    return reference.isEmpty() ? asked : asked.resolve(new URI(reference));
  }

  /**
   * Percent-encodes what must not stand in a URL but often does: package names with {@code ^},
   * bytes beyond ASCII (the head was read as ISO 8859-1, one character a byte).
   */
  private static String encode(String location) {
    StringBuilder encoded = new StringBuilder();
    for (int i = 0; i < location.length(); i++) {
      char c = location.charAt(i);
      boolean allowed =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '#'
              || ALLOWED_PUNCTUATION.indexOf(c) >= 0;
      if (c < ' ' || c == 0x7f || c == '\\' || c > 0xff) {
        throw new IllegalArgumentException("control character or backslash");
      }
      if (allowed) {
        encoded.append(c);
      } else {
        encoded.append(String.format("%%%02X", (int) c));
      }
    }
    return encoded.toString();
  }

  private static String authority(URI uri) {
    return uri.getRawAuthority() == null ? "" : uri.getRawAuthority();
  }

  private static UpstreamException refused(URI asked, String what, @Nullable Throwable cause) {
    return new UpstreamException(
        Kind.REDIRECT, asked, "answered with " + what + "; not followed", cause);
  }
}
