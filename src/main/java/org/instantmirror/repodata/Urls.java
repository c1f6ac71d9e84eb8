package org.instantmirror.repodata;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/** URLs as lists of servers have them. */
final class Urls {
  private Urls() {}

  /** Empty unless it is absolute and names a host. */
  static Optional<URI> parse(String text) {
    try {
      URI uri = new URI(text);
      return uri.getScheme() == null || uri.getHost() == null ? Optional.empty() : Optional.of(uri);
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }
}
