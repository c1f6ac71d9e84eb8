package org.instantmirror.repo;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;

/**
 * A base URL with the variables that become path segments still in it; all others are already
 * substituted.
 *
 * @param template absolute, http or https, with a trailing slash, without query, fragment or user
 *     information; a variable is {@code $name} or {@code ${name}} and may stand in the path only
 */
public record BaseUrl(String template) {

  /** The variables that clients give as leading path segments, in the order of the segments. */
  public static final List<String> PATH_VARIABLES =
      List.of("releasever", "stream", "basearch", "arch");

  /**
   * @throws IllegalArgumentException if {@code template} isn't as described; the message says what
   *     is wrong and what is allowed, and doesn't repeat what may be a secret
   */
  public BaseUrl {
    Matcher references = VariableReference.PATTERN.matcher(template);
    while (references.find()) {
      String name = VariableReference.name(references);
      if (!PATH_VARIABLES.contains(name)) {
        throw new IllegalArgumentException(
            "'$" + name + "' has no value; path segments stand for " + PATH_VARIABLES + " only");
      }
    }
    String sample = VariableReference.PATTERN.matcher(template).replaceAll("x");
    if (sample.indexOf('$') >= 0) {
      throw new IllegalArgumentException(
          "a '$' begins no variable; a variable is $name or ${name}, a plain dollar is %24");
    }
    requireHttp(parse(sample), sample);
    String host = authority(template);
    if (host.indexOf('$') >= 0) {
      // A client would choose the host that we connect to.
      throw new IllegalArgumentException(
          "a variable stands in the host; clients may choose path segments only");
    }
  }

  /** Which of {@link #PATH_VARIABLES} the template uses, each once, in that order. */
  public List<String> variables() {
    if (template.indexOf('$') < 0) {
      return List.of();
    }
    Set<String> used = new HashSet<>();
    Matcher references = VariableReference.PATTERN.matcher(template);
    while (references.find()) {
      used.add(VariableReference.name(references));
    }
    return PATH_VARIABLES.stream().filter(used::contains).toList();
  }

  /**
   * The URL with values for all its {@link #variables()}, percent-encoded.
   *
   * @throws IllegalArgumentException if a value is missing or isn't {@link #isVariableValue fit}
   */
  public URI with(Map<String, String> values) {
    if (template.indexOf('$') < 0) {
      return ascii(template);
    }
    return ascii(
        VariableReference.PATTERN.matcher(template).replaceAll(match -> value(match, values)));
  }

  /** Host and port, lower case, the port always given: {@code up.example:80}. */
  public String hostAndPort() {
    URI uri = URI.create(VariableReference.PATTERN.matcher(template).replaceAll("x"));
    boolean tls = "https".equalsIgnoreCase(uri.getScheme());
    int port = uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80;
    return uri.getHost().toLowerCase(Locale.ROOT) + ":" + port;
  }

  /** Whether a segment may be a variable's value: {@code [A-Za-z0-9._-]+}, not only dots. */
  public static boolean isVariableValue(String segment) {
    boolean onlyDots = true;
    for (int i = 0; i < segment.length(); i++) {
      char c = segment.charAt(i);
      boolean alphanumeric =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!alphanumeric && c != '.' && c != '_' && c != '-') {
        return false;
      }
      onlyDots &= c == '.';
    }
    return !onlyDots;
  }

  private static String value(MatchResult reference, Map<String, String> values) {
    String name = VariableReference.name(reference);
    String value = values.get(name);
    if (value == null || !isVariableValue(value)) {
      throw new IllegalArgumentException("no fit value for '$" + name + "'");
    }
    return value;
  }

  private static URI ascii(String url) {
    URI uri = URI.create(url);
    return url.chars().allMatch(c -> c < 0x80) ? uri : URI.create(uri.toASCIIString());
  }

  private static String authority(String url) {
    int begin = url.indexOf("//") + 2;
    return url.substring(begin, url.indexOf('/', begin));
  }

  private static URI parse(String url) {
    try {
      return new URI(url);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "not a URL (" + e.getReason() + "); allowed is http://host/path/ or https://host/path/");
    }
  }

  private static void requireHttp(URI uri, String url) {
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
    if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw new IllegalArgumentException("the URL has a query or fragment; file names follow it");
    }
    if (!url.endsWith("/")) {
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
