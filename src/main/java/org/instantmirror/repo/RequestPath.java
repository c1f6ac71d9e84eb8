package org.instantmirror.repo;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Judges and decodes the path of a request as the client wrote it. What {@link #decode} lets
 * through names the same file in each spelling, and lies inside the folder it is resolved against.
 * Stateless, so safe for all threads.
 */
public final class RequestPath {

  /** The longest file name that Linux file systems take, in bytes of UTF-8. */
  public static final int MAX_SEGMENT_BYTES = 255;

  /**
   * The longest path taken, in bytes of UTF-8: Linux allows 4096 ({@code PATH_MAX}) with the cache
   * directory in front. A deeper cache directory meets the limit of the file system first.
   */
  public static final int MAX_PATH_BYTES = 4000;

  private static final String OUR_FOLDER = ".instantmirror";

  private static final String BAD_ENCODING = "the path holds a bad percent-encoding";

  private static final char[] HEX = "0123456789ABCDEF".toCharArray();

  private RequestPath() {}

  /**
   * Decodes a raw path. A trailing slash is kept (it names a folder). An encoded semicolon is an
   * ordinary character of a name, and so is whatever {@code %25} makes look encoded: decoding
   * happens once.
   *
   * @param raw what stood in the request line, before any normalisation, without query; characters
   *     above 0x7F stand for single bytes (ISO-8859-1, as containers give them) and are read as
   *     UTF-8 together with the percent-encoded ones
   * @return the decoded path, beginning with {@code /}
   * @throws BadPathException if it doesn't begin with a slash, or holds {@code .} or {@code ..}
   *     segments in any spelling, a segment {@code .instantmirror} (our own folder), an encoded
   *     slash, backslash or NUL, path parameters ({@code ;} unencoded), a query or fragment, empty
   *     segments, control characters, bad percent-encoding, bytes that aren't UTF-8 (overlong forms
   *     included), a segment longer than {@link #MAX_SEGMENT_BYTES}, or more than {@link
   *     #MAX_PATH_BYTES}
   */
  public static String decode(String raw) throws BadPathException {
    if (raw.isEmpty() || raw.charAt(0) != '/') {
      throw new BadPathException("the path doesn't begin with a slash");
    }
    if (raw.length() == 1) {
      return raw;
    }
    String decoded = isPlain(raw) ? raw : decodeOctets(raw);
    int end = decoded.endsWith("/") ? decoded.length() - 1 : decoded.length();
    String fault = fault(decoded, 1, end);
    if (fault != null) {
      throw new BadPathException(fault);
    }
    return decoded;
  }

  /**
   * Percent-encodes all but unreserved characters (RFC 3986 section 2.3) and {@code /}, upper-case:
   * some object stores read a plain {@code +} as a space.
   */
  public static String encode(String decoded) {
    int plain = 0;
    while (plain < decoded.length() && isUnreservedOrSlash(decoded.charAt(plain))) {
      plain++;
    }
    if (plain == decoded.length()) {
      return decoded;
    }
    byte[] octets = decoded.getBytes(StandardCharsets.UTF_8);
    StringBuilder encoded = new StringBuilder(octets.length + 16);
    for (byte octet : octets) {
      char c = (char) (octet & 0xFF);
      if (isUnreservedOrSlash(c)) {
        encoded.append(c);
      } else {
        encoded.append('%').append(HEX[c >> 4]).append(HEX[c & 0xF]);
      }
    }
    return encoded.toString();
  }

  /**
   * Whether the decoded, relative path is that of a file and can't leave its folder: nothing that
   * {@link #decode} refuses, and no slash at the beginning or end.
   */
  public static boolean isSafe(String path) {
    return fault(path, 0, path.length()) == null;
  }

  /**
   * @throws IllegalArgumentException if the path isn't {@link #isSafe safe}
   */
  static void requireSafe(String path) {
    String fault = fault(path, 0, path.length());
    if (fault != null) {
      throw new IllegalArgumentException(fault);
    }
  }

  /** Whether the raw path stands for itself; nearly all do, and need no second copy. */
  private static boolean isPlain(String raw) {
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c <= ' ' || c >= 0x7F || c == '%' || c == ';' || c == '?' || c == '#') {
        return false;
      }
    }
    return true;
  }

  private static String decodeOctets(String raw) throws BadPathException {
    ByteBuffer octets = ByteBuffer.allocate(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c == '%') {
        octets.put(encodedOctet(raw, i));
        i += 2;
      } else if (c == ';') {
        throw new BadPathException("the path holds parameters (';')");
      } else if (c == '?' || c == '#') {
        throw new BadPathException("the path holds a query or a fragment");
      } else if (c > 0xFF) {
        throw new BadPathException("the path holds characters that are no bytes");
      } else {
        octets.put((byte) c);
      }
    }
    try {
      // A new decoder reports what String's constructor would silently replace: stray and overlong
      // bytes, encoded surrogates.
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(octets.flip())
          .toString();
    } catch (CharacterCodingException e) {
      throw new BadPathException("the path is not UTF-8");
    }
  }

  private static byte encodedOctet(String raw, int percent) throws BadPathException {
    if (percent + 2 >= raw.length()) {
      throw new BadPathException(BAD_ENCODING);
    }
    int high = hexDigit(raw.charAt(percent + 1));
    int low = hexDigit(raw.charAt(percent + 2));
    if (high < 0 || low < 0) {
      throw new BadPathException(BAD_ENCODING);
    }
    int octet = high << 4 | low;
    if (octet == '/') {
      throw new BadPathException("the path holds an encoded slash");
    }
    return (byte) octet;
  }

  /** Not {@link Character#digit}, which takes digits of other scripts too. */
  private static int hexDigit(char c) {
    if (c >= '0' && c <= '9') {
      return c - '0';
    }
    int lower = c | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  }

  private static boolean isUnreservedOrSlash(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '/'
        || c == '-'
        || c == '.'
        || c == '_'
        || c == '~';
  }

  /** What is wrong with the segments between the two positions; null if nothing. */
  private static @Nullable String fault(String path, int begin, int end) {
    int segment = begin;
    int segmentBytes = 0;
    int pathBytes = end - begin;
    for (int i = begin; i < end; i++) {
      char c = path.charAt(i);
      if (c == '/') {
        String fault = segmentFault(path, segment, i, segmentBytes);
        if (fault != null) {
          return fault;
        }
        segment = i + 1;
        segmentBytes = 0;
        continue;
      }
      if (c == '\\' || Character.isISOControl(c)) {
        return c == '\\' ? "the path holds a backslash" : "the path holds a control character";
      }
      if (Character.isSurrogate(c) && !isHalfOfPair(path, i)) {
        return "the path holds half a character";
      }
      int bytes = utf8Bytes(c);
      segmentBytes += bytes;
      pathBytes += bytes - 1;
    }
    if (pathBytes > MAX_PATH_BYTES) {
      return "the path is longer than " + MAX_PATH_BYTES + " bytes";
    }
    return segmentFault(path, segment, end, segmentBytes);
  }

  private static @Nullable String segmentFault(String path, int begin, int end, int bytes) {
    int length = end - begin;
    if (length == 0) {
      return "the path holds an empty segment";
    }
    if (bytes > MAX_SEGMENT_BYTES) {
      return "the path holds a name longer than " + MAX_SEGMENT_BYTES + " bytes";
    }
    if (path.charAt(begin) != '.') {
      return null;
    }
    if (length == 1 || (length == 2 && path.charAt(begin + 1) == '.')) {
      return "the path holds a '.' or '..' segment";
    }
    // Whatever the case, since some file systems take it for the same name.
    boolean ours =
        length == OUR_FOLDER.length() && path.regionMatches(true, begin, OUR_FOLDER, 0, length);
    return ours ? "the path names a folder of the mirror's own" : null;
  }

  private static boolean isHalfOfPair(String path, int i) {
    return Character.isHighSurrogate(path.charAt(i))
        ? i + 1 < path.length() && Character.isLowSurrogate(path.charAt(i + 1))
        : i > 0 && Character.isHighSurrogate(path.charAt(i - 1));
  }

  /** Bytes of UTF-8 for a char; each half of a surrogate pair counts for two of the four. */
  private static int utf8Bytes(char c) {
    if (c < 0x80) {
      return 1;
    }
    return c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
  }
}
