package org.instantmirror.repo;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;

/**
 * An http or https URL with variables in it, {@code $name} or {@code ${name}}, whose values clients
 * give. They may stand anywhere but in the host.
 */
final class UrlTemplate {

  private UrlTemplate() {}

  /**
   * The URL with some value in place of each variable.
   *
   * @param text absolute, without user information
   * @throws IllegalArgumentException if {@code text} isn't as described; the message says what is
   *     wrong and what is allowed, and doesn't repeat what may be a secret
   */
  static URI sample(String text) {
    URI uri = sampleOfAnyScheme(text);
    requireHttp(uri);
    if (authority(text).indexOf('$') >= 0) {
      // A client would choose the host that we connect to.
      throw new IllegalArgumentException(
          "a variable stands in the host; clients may choose path segments only");
    }
    return uri;
  }

  /**
   * The same for a URL of any scheme, about whose structure nothing is said.
   *
   * @throws IllegalArgumentException as above
   */
  static URI sampleOfAnyScheme(String text) {
    Matcher references = VariableReference.PATTERN.matcher(text);
    while (references.find()) {
      String name = VariableReference.name(references);
      if (!BaseUrl.PATH_VARIABLES.contains(VariableReference.givenAs(name))) {
        throw new IllegalArgumentException(
            "'$"
                + name
                + "' has no value; path segments stand for "
                + BaseUrl.PATH_VARIABLES
                + " only");
      }
    }
    String sample = VariableReference.PATTERN.matcher(text).replaceAll("x");
    if (sample.indexOf('$') >= 0) {
      throw new IllegalArgumentException(
          "a '$' begins no variable; a variable is $name or ${name}, a plain dollar is %24");
    }
    return parse(sample);
  }

  /** Which of {@link BaseUrl#PATH_VARIABLES} it uses, each once, in that order. */
  static List<String> variables(String text) {
    if (text.indexOf('$') < 0) {
      return List.of();
    }
    Set<String> used = new HashSet<>();
    Matcher references = VariableReference.PATTERN.matcher(text);
    while (references.find()) {
      used.add(VariableReference.givenAs(VariableReference.name(references)));
    }
    return BaseUrl.PATH_VARIABLES.stream().filter(used::contains).toList();
  }

  /**
   * The URL with values for all its {@link #variables}, percent-encoded.
   *
   * @throws IllegalArgumentException if a value is missing or isn't fit
   */
  static URI with(String text, Map<String, String> values) {
    return ascii(substitute(text, values));
  }

  /**
   * Any text with values for all its variables.
   *
   * @throws IllegalArgumentException as above
   */
  static String substitute(String text, Map<String, String> values) {
    return text.indexOf('$') < 0
        ? text
        : VariableReference.PATTERN.matcher(text).replaceAll(match -> value(match, values));
  }

  private static String value(MatchResult reference, Map<String, String> values) {
    String name = VariableReference.name(reference);
    String given = VariableReference.givenAs(name);
    String value = values.get(given);
    if (value == null || !VariableValue.isFit(given, value)) {
      throw new IllegalArgumentException("no fit value for '$" + given + "'");
    }
    return VariableReference.text(reference, Optional.of(VariableReference.derive(name, value)))
        .orElse("");
  }

  private static URI ascii(String url) {
    URI uri = URI.create(url);
    return url.chars().allMatch(c -> c < 0x80) ? uri : URI.create(uri.toASCIIString());
  }

  private static String authority(String url) {
    int begin = url.indexOf("//") + 2;
    int end = begin;
    while (end < url.length() && "/?#".indexOf(url.charAt(end)) < 0) {
      end++;
    }
    return url.substring(begin, end);
  }

  private static URI parse(String url) {
    try {
      return new URI(url);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "not a URL (" + e.getReason() + "); allowed is http://host/path/ or https://host/path/");
    }
  }

  private static void requireHttp(URI uri) {
    String scheme = uri.getScheme();
    if (!"http".equalsIgnoreCase(scheme) && !"https".equalsIgnoreCase(scheme)) {
      throw new IllegalArgumentException("not an http or https URL; only these can be mirrored");
    }
    if (uri.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "the URL holds a user name; write username and password as keys of their own");
    }
    if (uri.getHost() == null || uri.getPort() == 0 || uri.getPort() > 65535) {
      throw new IllegalArgumentException("the URL names no host and port to connect to");
    }
  }
}
