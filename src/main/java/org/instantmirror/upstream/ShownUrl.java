package org.instantmirror.upstream;

import java.net.URI;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * URLs as anybody may see them: without user information and fragment, and with the values of those
 * query parameters only that are known to be no secret. Storage behind a redirect signs its URLs in
 * the query, and a metalink's may hold a token. Pure.
 */
public final class ShownUrl {

  private static final String HIDDEN = "***";

  /** What metalinks and mirror lists of distributions are asked for. */
  private static final Set<String> HARMLESS =
      Set.of(
          "repo",
          "arch",
          "basearch",
          "release",
          "releasever",
          "stream",
          "country",
          "protocol",
          "infra",
          "content");

  private static final Pattern URL = Pattern.compile("(?i)https?://[^\\s\"'<>]+");
  private static final Pattern PARTS =
      Pattern.compile("([^:/?#]+://)(?:[^/?#]*@)?([^?#]*)(?:\\?([^#]*))?(?:#.*)?");

  private ShownUrl() {}

  /** A URL, or null for null. */
  public static @Nullable String of(@Nullable URI uri) {
    return uri == null ? null : of(uri.toString());
  }

  /** All URLs within a text. */
  public static String inText(String text) {
    return URL.matcher(text).replaceAll(url -> Matcher.quoteReplacement(of(url.group())));
  }

  /** A URL; variables in it stay. */
  public static String of(String url) {
    Matcher parts = PARTS.matcher(url);
    if (!parts.matches()) {
      return HIDDEN;
    }
    String query = parts.group(3);
    String bare = parts.group(1) + parts.group(2);
    return query == null
        ? bare
        : bare
            + "?"
            + Arrays.stream(query.split("&", -1))
                .map(ShownUrl::parameter)
                .collect(Collectors.joining("&"));
  }

  private static String parameter(String parameter) {
    int equals = parameter.indexOf('=');
    if (equals < 0) {
      return HIDDEN;
    }
    String name = parameter.substring(0, equals);
    return HARMLESS.contains(name.toLowerCase(Locale.ROOT)) ? parameter : name + "=" + HIDDEN;
  }
}
