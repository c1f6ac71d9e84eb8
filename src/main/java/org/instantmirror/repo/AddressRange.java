package org.instantmirror.repo;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A range of IP addresses: one address, or all that share its first bits (CIDR). An IPv4 address
 * that is written as an IPv6 one ({@code ::ffff:10.0.0.1}) is that IPv4 address. A value.
 *
 * @param first its first address
 * @param bits how many of them count
 */
public record AddressRange(InetAddress first, int bits) {

  private static final Pattern V4 =
      Pattern.compile("(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?:\\.(?!$)|$)){4}");

  private static final Pattern V6 = Pattern.compile("(?=[0-9A-Fa-f:])[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*");

  /**
   * The range that is written like that.
   *
   * @throws IllegalArgumentException if it is none, or has bits set behind those that count
   */
  public static AddressRange parse(String text) {
    int slash = text.indexOf('/');
    String written = slash < 0 ? text : text.substring(0, slash);
    InetAddress first = address(written).orElseThrow(() -> malformed(text));
    byte[] address = first.getAddress();
    int all = address.length * 8;
    int bits = slash < 0 ? all : count(text, slash);
    // As it was written: ::ffff:10.0.0.0/104 are 8 bits of the IPv4 address.
    bits -= slash >= 0 && all == 32 && written.indexOf(':') >= 0 ? 96 : 0;
    if (bits < 0 || bits > all) {
      throw malformed(text);
    }
    for (int bit = bits; bit < all; bit++) {
      if ((address[bit / 8] & 0x80 >> bit % 8) != 0) {
        throw new IllegalArgumentException(
            "'" + text + "' has bits set behind the first " + bits + "; write the range's first");
      }
    }
    return new AddressRange(first, bits);
  }

  private static int count(String text, int slash) {
    String count = text.substring(slash + 1);
    if (!count.matches("[0-9]{1,3}")) {
      throw malformed(text);
    }
    return Integer.parseInt(count);
  }

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException(
        "'" + text + "' is no address; allowed are such as 10.0.0.5, 10.0.0.0/8, ::1, fd00::/8");
  }

  /**
   * Whether the range holds an address.
   *
   * @param text as a container gives it, perhaps with a zone ({@code fe80::1%eth0}); what is no
   *     address is held by none
   */
  public boolean contains(String text) {
    return address(text).filter(this::contains).isPresent();
  }

  private boolean contains(InetAddress other) {
    byte[] mine = first.getAddress();
    byte[] its = other.getAddress();
    if (mine.length != its.length) {
      return false;
    }
    for (int bit = 0; bit < bits; bit++) {
      if (((its[bit / 8] ^ mine[bit / 8]) & 0x80 >> bit % 8) != 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whose address it is, as far as it tells: itself, or of an IPv6 address its first 64 bits, since
   * one machine has all addresses that begin like that (RFC 4291, section 2.5.4).
   *
   * @param text as a container gives it; what is no address stands for itself
   */
  public static String holder(String text) {
    return address(text)
        .filter(address -> address.getAddress().length > Integer.BYTES)
        .map(address -> HexFormat.of().formatHex(address.getAddress(), 0, Long.BYTES))
        .orElse(text);
  }

  /** Whether it is written as an address, which nobody else has had a chance to resolve. */
  public static boolean isAddress(String text) {
    return address(text).isPresent();
  }

  /** Whether it is an address of this machine's own. */
  public static boolean isLoopback(String text) {
    return address(text).filter(InetAddress::isLoopbackAddress).isPresent();
  }

  /** Never by asking a name server. */
  private static Optional<InetAddress> address(String text) {
    int zone = text.indexOf('%');
    String bare = zone < 0 ? text : text.substring(0, zone);
    if (!V4.matcher(bare).matches() && !V6.matcher(bare).matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.getByName(bare));
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return first.getHostAddress() + "/" + bits;
  }
}
