package org.instantmirror.bench;

import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * The part of a response's head that a load client judges by.
 *
 * @param status the status code
 * @param contentLength in bytes, or -1 where the response has none (a chunked one, for instance)
 * @param closes whether the server announces that it will close the connection
 */
record ResponseHead(int status, long contentLength, boolean closes) {

  private static final int LONGEST = 16 * 1024;

  /**
   * Moves bytes from {@code input} to {@code collected} up to and including the empty line that
   * ends a head; what follows stays in {@code input}.
   *
   * @return whether the head is now complete
   * @throws IllegalStateException if a head is longer than 16 KiB
   */
  static boolean collect(ByteBuffer input, StringBuilder collected) {
    while (input.hasRemaining()) {
      collected.append((char) (input.get() & 0xff));
      int end = collected.length();
      if (end >= 4
          && collected.charAt(end - 1) == '\n'
          && collected.indexOf("\r\n\r\n", end - 4) > 0) {
        return true;
      }
      if (end > LONGEST) {
        throw new IllegalStateException("response head longer than " + LONGEST + " bytes");
      }
    }
    return false;
  }

  /** Reads a complete head; a header that cannot be read throws a RuntimeException. */
  static ResponseHead parse(CharSequence head) {
    String[] lines = head.toString().split("\r\n");
    int status = Integer.parseInt(lines[0].split(" ")[1]);
    long contentLength = -1;
    boolean closes = false;
    for (String line : lines) {
      String lower = line.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        contentLength = Long.parseLong(lower.substring("content-length:".length()).strip());
      } else if (lower.startsWith("connection:")) {
        closes = lower.contains("close");
      }
    }
    return new ResponseHead(status, contentLength, closes);
  }
}
