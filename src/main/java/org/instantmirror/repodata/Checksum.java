package org.instantmirror.repodata;

import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * What a file must hash to.
 *
 * @param type how it is computed
 * @param hex the checksum in lower-case hexadecimal digits, two for each of {@link
 *     ChecksumType#length} bytes
 */
public record Checksum(ChecksumType type, String hex) {

  private static final HexFormat HEX = HexFormat.of();

  /**
   * @throws IllegalArgumentException if {@code hex} isn't as described
   */
  public Checksum {
    if (!isHex(type, hex)) {
      throw new IllegalArgumentException("no " + type + " checksum: '" + hex + "'");
    }
  }

  /**
   * The checksum as repodata gives it.
   *
   * @param typeName such as {@code sha256}, or the old {@code sha}
   * @param hex hexadecimal digits of either case, spaces around them allowed
   * @return empty if the type is unknown or the digits aren't such a checksum: then there is none
   *     that could be used
   */
  public static Optional<Checksum> parse(String typeName, String hex) {
    String digits = hex.strip().toLowerCase(Locale.ROOT);
    return ChecksumType.named(typeName)
        .filter(type -> isHex(type, digits))
        .map(type -> new Checksum(type, digits));
  }

  /**
   * What a digest has come to.
   *
   * @throws IllegalArgumentException if {@code bytes} are not {@link ChecksumType#length} many
   */
  public static Checksum of(ChecksumType type, byte[] bytes) {
    return new Checksum(type, HEX.formatHex(bytes));
  }

  /** A copy. */
  public byte[] bytes() {
    return HEX.parseHex(hex);
  }

  /** Whether the file whose bytes {@code digest} has seen is the right one; resets the digest. */
  public boolean matches(MessageDigest digest) {
    return MessageDigest.isEqual(bytes(), digest.digest());
  }

  private static boolean isHex(ChecksumType type, String digits) {
    if (digits.length() != 2 * type.length()) {
      return false;
    }
    for (int i = 0; i < digits.length(); i++) {
      char c = digits.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return type + ":" + hex;
  }
}
