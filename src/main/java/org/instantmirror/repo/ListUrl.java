package org.instantmirror.repo;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Where a repository's list of mirrors is to be had.
 *
 * @param kind what is there
 * @param template absolute, http or https, without user information or fragment; its variables are
 *     of {@link BaseUrl#PATH_VARIABLES}, and may stand in path and query
 * @param expire how long a list is used before it is fetched again
 */
public record ListUrl(Kind kind, String template, Duration expire) {

  /** What a list looks like. */
  public enum Kind {
    /** XML that names mirrors and what their {@code repomd.xml} must hash to. */
    METALINK,
    /** Text, a base URL a line. */
    MIRRORLIST;

    /** As the key of a {@code .repo} file, and in messages. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * @throws IllegalArgumentException if {@code template} isn't as described; the message doesn't
   *     repeat what may be a secret
   */
  public ListUrl {
    if (UrlTemplate.sample(template).getRawFragment() != null) {
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

  /** The values that make it that URL; empty if it is no such list. */
  public Optional<Map<String, String>> valuesIn(String url) {
    return new UrlPattern(template).valuesIn(url);
  }
}
