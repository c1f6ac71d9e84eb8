package org.instantmirror.repo;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How values are written in yum's language. Each method throws IllegalArgumentException with a
 * message that says what is wrong and what is allowed.
 */
final class ValueSyntax {

  private static final Pattern QUANTITY =
      Pattern.compile("([0-9]{1,18}(?:\\.[0-9]{1,9})?)([a-z]?)");

  private static final String SIZE_EXAMPLES = "such as 1000, 500k, 10M or 1G";

  private ValueSyntax() {}

  /** {@code 1}, {@code yes}, {@code true}, {@code on} and their opposites, in any case. */
  static boolean yesOrNo(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "1", "yes", "true", "on" -> true;
      case "0", "no", "false", "off" -> false;
      default ->
          throw new IllegalArgumentException(
              "'" + text + "' is no yes or no; allowed are 1, yes, true, on, 0, no, false and off");
    };
  }

  /** A whole number between two others, both included. */
  static int integer(String text, int least, int most) {
    try {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below, with the range.
    }
    throw new IllegalArgumentException(
        "'" + text + "' is out of range or no number; allowed is " + least + " to " + most);
  }

  /** A port, or -1 for {@code none}. */
  static int portOrNone(String text) {
    return text.equalsIgnoreCase("none") ? -1 : integer(text, 0, 65_535);
  }

  /** Seconds, or a number with its unit, between two durations written alike, both included. */
  static Duration duration(String text, String least, String most) {
    return parseDuration(text)
        .filter(d -> d.compareTo(required(least)) >= 0 && d.compareTo(required(most)) <= 0)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'%s' is out of range or no duration; allowed is %s to %s, such as 90, 30s, 15m, 6h or 7d"
                        .formatted(text, least, most)));
  }

  /** A duration of at most a hundred years, or empty for {@code never} and {@code -1}. */
  static Optional<Duration> durationOrNever(String text) {
    if (text.equalsIgnoreCase("never") || text.equals("-1")) {
      return Optional.empty();
    }
    return Optional.of(lifetime(text));
  }

  /** A duration of at most a hundred years. */
  static Duration lifetime(String text) {
    return duration(text, "0", "36500d");
  }

  /** Bytes, or a number with {@code k}, {@code M}, {@code G} or {@code T}: powers of 1024. */
  static long size(String text) {
    return parseSize(text)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'" + text + "' is no size; allowed is a number, " + SIZE_EXAMPLES));
  }

  /** The same from {@code least} to {@code most}. */
  static long size(String text, String least, String most) {
    long size = size(text);
    if (size < size(least) || size > size(most)) {
      throw new IllegalArgumentException("'" + text + "', allowed is " + least + " to " + most);
    }
    return size;
  }

  /** {@code 5%}, {@code 1G}, or both with {@code or} between them. */
  static FreeSpaceLimit freeSpace(String text) {
    String[] parts = text.split("\\s+or\\s+", -1);
    Optional<Integer> percent = Arrays.stream(parts).flatMap(p -> percent(p).stream()).findFirst();
    Optional<Long> bytes = Arrays.stream(parts).flatMap(p -> parseSize(p).stream()).findFirst();
    if (parts.length == 1 && percent.isPresent()) {
      return FreeSpaceLimit.ofPercent(percent.get());
    }
    if (parts.length == 1 && bytes.isPresent()) {
      return FreeSpaceLimit.ofBytes(bytes.get());
    }
    if (parts.length == 2 && percent.isPresent() && bytes.isPresent()) {
      return new FreeSpaceLimit(bytes.get(), percent.get());
    }
    throw new IllegalArgumentException(
        "'" + text + "' is no free space; allowed are 5%, 1G, or '5% or 1G'");
  }

  /** {@code unlimited}, {@code 30%} or {@code 200G}. */
  static CacheLimit cacheLimit(String text) {
    if (text.equalsIgnoreCase("unlimited")) {
      return CacheLimit.UNLIMITED;
    }
    Optional<CacheLimit> share = percent(text).filter(p -> p > 0).map(CacheLimit::ofPercent);
    return share
        .or(() -> parseSize(text).filter(size -> size > 0).map(CacheLimit::ofBytes))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'"
                        + text
                        + "' is no limit; allowed are unlimited, a share such as 30%, or a size, "
                        + SIZE_EXAMPLES));
  }

  /** Words separated by commas, spaces or newlines. */
  static List<String> words(String text) {
    return Stream.of(text.split("[\\s,]+")).filter(word -> !word.isEmpty()).toList();
  }

  /** Addresses and ranges of them; none for {@code none}. */
  static List<AddressRange> addressRanges(String text) {
    return text.equalsIgnoreCase("none")
        ? List.of()
        : words(text).stream().map(AddressRange::parse).toList();
  }

  /** Ports. */
  static Set<Integer> ports(String text) {
    return words(text).stream()
        .map(word -> integer(word, 1, 65_535))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** An IP address, or a name of this machine. */
  static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(
          "'" + text + "' is no address; allowed is an IP address or a name that has one");
    }
  }

  /** {@code http://host:port}; the message doesn't repeat it, since it may hold a password. */
  static URI proxy(String text) {
    try {
      URI uri = new URI(text);
      boolean bare = Stream.of("", "/").anyMatch(p -> p.equals(uri.getRawPath()));
      if ("http".equalsIgnoreCase(uri.getScheme()) && uri.getHost() != null && bare) {
        if (uri.getPort() > 0
            && uri.getPort() <= 65535
            && uri.getRawUserInfo() == null
            && uri.getRawQuery() == null
            && uri.getRawFragment() == null) {
          return URI.create("http://" + uri.getRawAuthority());
        }
      }
    } catch (URISyntaxException e) {
      // Said below.
    }
    throw new IllegalArgumentException(
        "not an HTTP proxy; allowed is http://host:port, or _none_; a user goes into"
            + " proxy_username and proxy_password");
  }

  /** {@code http://host:port/path/}, as {@code https}; with a slash at its end. */
  static URI serverUrl(String text) {
    try {
      BaseUrl url = new BaseUrl(text.endsWith("/") ? text : text + "/");
      if (url.variables().isEmpty()) {
        return url.with(Map.of());
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new IllegalArgumentException(
        "not the URL of a server; allowed is http://host:port/path/ or the same with https, without"
            + " user name, query and variables");
  }

  /** {@code host:port}, lower case; a host without a port stands for ports 80 and 443. */
  static List<String> hostAndPorts(String text) {
    return words(text).stream().flatMap(ValueSyntax::hostAndPort).toList();
  }

  private static Stream<String> hostAndPort(String word) {
    try {
      URI uri = new URI("http://" + word);
      boolean bare = uri.getHost() != null && uri.getRawUserInfo() == null;
      boolean whole = word.equals(uri.getRawAuthority()) && !word.endsWith(":");
      if (bare && whole && uri.getPort() != 0 && uri.getPort() <= 65535) {
        String host = uri.getHost().toLowerCase(Locale.ROOT);
        return uri.getPort() > 0
            ? Stream.of(host + ":" + uri.getPort())
            : Stream.of(host + ":80", host + ":443");
      }
    } catch (URISyntaxException e) {
      // Said below.
    }
    throw new IllegalArgumentException(
        "'" + word + "' is no host; allowed are host, host:port and [IPv6 address]:port");
  }

  /** A whole number of per cent, 100 at most; empty if it is none. */
  static Optional<Integer> percent(String text) {
    Matcher matcher = Pattern.compile("([0-9]{1,3})\\s*%").matcher(text.strip());
    return matcher.matches()
        ? Optional.of(Integer.parseInt(matcher.group(1))).filter(p -> p <= 100)
        : Optional.empty();
  }

  private static Duration required(String duration) {
    return parseDuration(duration).orElseThrow();
  }

  private static Optional<Duration> parseDuration(String text) {
    Matcher matcher = QUANTITY.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long seconds =
        switch (matcher.group(2)) {
          case "", "s" -> 1;
          case "m" -> 60;
          case "h" -> 3600;
          case "d" -> 86_400;
          default -> 0;
        };
    BigDecimal millis =
        new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(seconds * 1000));
    boolean fits = seconds > 0 && millis.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0;
    return fits
        ? Optional.of(Duration.ofMillis(millis.setScale(0, RoundingMode.HALF_UP).longValue()))
        : Optional.empty();
  }

  private static Optional<Long> parseSize(String text) {
    Matcher matcher = QUANTITY.matcher(text.strip().toLowerCase(Locale.ROOT));
    int power = matcher.matches() ? List.of("", "k", "m", "g", "t").indexOf(matcher.group(2)) : -1;
    if (power < 0) {
      return Optional.empty();
    }
    BigDecimal bytes =
        new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(1L << (10 * power)));
    return bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0
        ? Optional.of(bytes.longValue())
        : Optional.empty();
  }
}
