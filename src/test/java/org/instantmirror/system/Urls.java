package org.instantmirror.system;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Spells paths as clients do. */
final class Urls {
  private Urls() {}

  /** A path with everything but unreserved characters and slashes percent-encoded. */
  static String encoded(String path) {
    return URLEncoder.encode(path, StandardCharsets.UTF_8)
        .replace("+", "%20")
        .replace("%2F", "/")
        .replace("%7E", "~")
        .replace("*", "%2A");
  }
}
