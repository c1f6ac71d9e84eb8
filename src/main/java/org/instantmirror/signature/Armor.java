package org.instantmirror.signature;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/**
 * Takes the ASCII armor off (RFC 9580, section 6.2). A file may hold several blocks, and text
 * around them, as old {@code RPM-GPG-KEY} files do. A block's checksum is not looked at: the
 * standard forbids to refuse one for it, and what matters is verified otherwise.
 */
final class Armor {

  private static final String BEGIN = "-----BEGIN PGP ";
  private static final String END = "-----END PGP ";
  private static final String DASHES = "-----";

  private Armor() {}

  /**
   * The packets of all blocks of a kind, or the file itself if it isn't armored.
   *
   * @param kind {@code SIGNATURE} or {@code PUBLIC KEY BLOCK}
   * @throws OpenPgpException if there is none of that kind, or it is damaged
   */
  static List<byte[]> open(byte[] file, String kind) throws OpenPgpException {
    // A packet's first byte has its highest bit set, which no text in UTF-8 begins with.
    if (file.length > 0 && file[0] < 0 && !beginsWithMark(file)) {
      return List.of(file);
    }
    List<byte[]> blocks = new ArrayList<>();
    StringBuilder block = null;
    for (String line : lines(file)) {
      if (block == null) {
        block = line.equals(BEGIN + kind + DASHES) ? new StringBuilder() : null;
      } else if (line.startsWith(END)) {
        blocks.add(decode(block.toString()));
        block = null;
      } else {
        block.append(line).append('\n');
      }
    }
    if (block != null) {
      throw new OpenPgpException("the armor has no end");
    }
    if (blocks.isEmpty()) {
      throw new OpenPgpException("there is no PGP " + kind.toLowerCase(Locale.ROOT) + " in it");
    }
    return blocks;
  }

  private static boolean beginsWithMark(byte[] file) {
    return file.length > 2
        && file[0] == (byte) 0xEF
        && file[1] == (byte) 0xBB
        && file[2] == (byte) 0xBF;
  }

  private static List<String> lines(byte[] file) {
    String text = new String(file, StandardCharsets.ISO_8859_1);
    String bare = beginsWithMark(file) ? text.substring(3) : text;
    return bare.lines().map(String::stripTrailing).toList();
  }

  /** Headers, an empty line, base64, and perhaps a checksum. */
  private static byte[] decode(String block) throws OpenPgpException {
    StringBuilder base64 = new StringBuilder();
    boolean head = true;
    for (String line : block.lines().toList()) {
      if (head && (line.isEmpty() || line.contains(": ") || line.endsWith(":"))) {
        head = !line.isEmpty();
        continue;
      }
      head = false;
      if (line.startsWith("=")) {
        break;
      }
      base64.append(line);
    }
    try {
      return Base64.getDecoder().decode(base64.toString());
    } catch (IllegalArgumentException damaged) {
      throw new OpenPgpException("the armor is damaged", damaged);
    }
  }
}
