package org.instantmirror.repo;

import java.net.URI;
import java.util.List;
import java.util.Map;

/**
 * A base URL with the variables that become path segments still in it; all others are already
 * substituted.
 *
 * @param template absolute, http or https, with a trailing slash, without query, fragment or user
 *     information
 */
public record BaseUrl(String template) {

  /** The variables that clients give as leading path segments, in the order of the segments. */
  public static final List<String> PATH_VARIABLES =
      List.of("releasever", "stream", "basearch", "arch");

  /** Which of {@link #PATH_VARIABLES} the template uses, each once, in that order. */
  public List<String> variables() {
    throw new UnsupportedOperationException();
  }

  /** The URL with values for all its {@link #variables()}, percent-encoded. */
  public URI with(Map<String, String> values) {
    throw new UnsupportedOperationException(values.toString());
  }
}
