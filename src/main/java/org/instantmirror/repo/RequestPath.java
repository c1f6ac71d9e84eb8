package org.instantmirror.repo;

/** Judges and decodes the path of a request as the client wrote it. */
public final class RequestPath {

  /** The longest file name that Linux file systems take, in bytes of UTF-8. */
  public static final int MAX_SEGMENT_BYTES = 255;

  private RequestPath() {}

  /**
   * Decodes a raw path. A trailing slash is kept (it names a folder).
   *
   * @param raw what stood in the request line, before any normalisation, without query
   * @return the decoded path, beginning with {@code /}
   * @throws BadPathException if it holds {@code .} or {@code ..} segments in any spelling, an
   *     encoded slash, backslash or NUL, path parameters ({@code ;} unencoded), empty segments,
   *     control characters, bad percent-encoding, bytes that aren't UTF-8 (overlong forms
   *     included), or a segment longer than {@link #MAX_SEGMENT_BYTES}
   */
  public static String decode(String raw) throws BadPathException {
    throw new UnsupportedOperationException(raw);
  }

  /**
   * Percent-encodes all but unreserved characters (RFC 3986 section 2.3) and {@code /}, upper-case:
   * some object stores read a plain {@code +} as a space.
   */
  public static String encode(String decoded) {
    throw new UnsupportedOperationException(decoded);
  }

  /**
   * @throws IllegalArgumentException if the decoded, relative path could leave its folder or can't
   *     be a file's name
   */
  static void requireSafe(String path) {
    throw new UnsupportedOperationException(path);
  }
}
