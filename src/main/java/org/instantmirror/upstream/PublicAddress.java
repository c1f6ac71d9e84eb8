package org.instantmirror.upstream;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Which addresses a redirect, or a client of the forward proxy, may lead to when the host isn't
 * configured (promise 10): those of the public Internet. Special addresses are those of RFC 6890
 * and RFC 4291 that lead back inside.
 */
public final class PublicAddress {

  /** Canonical dotted quad; resolvers differ on all other spellings of IPv4 by numbers. */
  private static final Pattern DOTTED_QUAD =
      Pattern.compile(
          "(?:(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)\\.){3}(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)");

  private static final Pattern NUMERIC_LAST_LABEL =
      Pattern.compile("(?:.*\\.)?(?:\\d+|0[xX][0-9a-fA-F]*)\\.?");

  private PublicAddress() {}

  /** Whether the address is none of loopback, private, link-local, multicast or reserved. */
  public static boolean isPublic(InetAddress address) {
    byte[] bytes = address.getAddress();
    return address instanceof Inet4Address
        ? isPublicV4(bytes)
        : address instanceof Inet6Address && isPublicV6(bytes);
  }

  private static boolean isPublicV4(byte[] bytes) {
    int first = bytes[0] & 0xff;
    int second = bytes[1] & 0xff;
    boolean special =
        first == 0 // this network
            || first == 10 // private
            || first == 127 // loopback
            || (first == 100 && second >= 64 && second <= 127) // carrier-grade NAT, RFC 6598
            || (first == 169 && second == 254) // link-local; clouds' metadata services
            || (first == 172 && second >= 16 && second <= 31) // private
            || (first == 192 && second == 168) // private
            || (first == 192 && second == 0 && bytes[2] == 0) // protocol assignments, RFC 6890
            || first >= 224; // multicast, reserved, broadcast
    return !special;
  }

  private static boolean isPublicV6(byte[] bytes) {
    int first = bytes[0] & 0xff;
    int second = bytes[1] & 0xff;
    if (startsWith(bytes, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)) {
      // Unspecified, loopback, IPv4-compatible, IPv4-mapped.
      boolean mapped = bytes[10] == (byte) 0xff && bytes[11] == (byte) 0xff;
      boolean compatible = bytes[10] == 0 && bytes[11] == 0;
      return (mapped || compatible) && isPublicV4(Arrays.copyOfRange(bytes, 12, 16));
    }
    if (startsWith(bytes, 0x20, 0x02)) { // 6to4, RFC 3056
      return isPublicV4(Arrays.copyOfRange(bytes, 2, 6));
    }
    if (startsWith(bytes, 0x00, 0x64, 0xff, 0x9b)) { // NAT64, RFC 6052; RFC 8215 is local
      boolean wellKnown = startsWith(bytes, 0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0);
      return wellKnown && isPublicV4(Arrays.copyOfRange(bytes, 12, 16));
    }
    boolean special =
        (first & 0xfe) == 0xfc // unique local, RFC 4193
            || (first == 0xfe && second >= 0x80) // link-local, site-local
            || first == 0xff // multicast
            || startsWith(bytes, 0x20, 0x01, 0, 0); // Teredo, which hides an IPv4 address
    return !special;
  }

  private static boolean startsWith(byte[] bytes, int... prefix) {
    for (int i = 0; i < prefix.length; i++) {
      if (bytes[i] != (byte) prefix[i]) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether a host is an IPv4 address in a spelling that programs read differently: a single
   * number, hexadecimal, octal, fewer than four parts, a trailing dot.
   */
  public static boolean isAmbiguousLiteral(String host) {
    return NUMERIC_LAST_LABEL.matcher(host).matches() && !DOTTED_QUAD.matcher(host).matches();
  }

  /** Whether a host is an address and no name, so that it can be judged without resolving. */
  public static boolean isLiteral(String host) {
    return host.contains(":") || DOTTED_QUAD.matcher(host).matches();
  }

  /** {@link #isPublic} for a literal; no name is resolved. */
  public static boolean isPublicLiteral(String literal) {
    try {
      // A colon or four numbers: the JDK takes it for an address or throws, and asks no resolver.
      InetAddress[] addresses = InetAddress.getAllByName(literal);
      return Arrays.stream(addresses).allMatch(PublicAddress::isPublic);
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /**
   * Whether a host is inside: it has addresses, and none of them is public. Names are resolved,
   * which may take a while.
   */
  static boolean isInside(String host) {
    if (isLocalName(host)) {
      return true;
    }
    try {
      return Arrays.stream(InetAddress.getAllByName(host)).noneMatch(PublicAddress::isPublic);
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /** Whether the name means this machine without any resolver's help (RFC 6761 section 6.3). */
  public static boolean isLocalName(String host) {
    String name = host.toLowerCase(Locale.ROOT).replaceFirst("\\.$", "");
    return name.equals("localhost") || name.endsWith(".localhost");
  }
}
