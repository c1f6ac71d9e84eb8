package org.instantmirror.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What an upstream was asked: its access log, one line a finished request, of tab-separated request
 * line, status, body bytes, {@code Range} and {@code If-Range}.
 */
final class AccessLog {
  /**
   * One request.
   *
   * @param target as it was sent, still percent-encoded
   * @param bytes of body handed to the kernel; more than were received where the client broke off
   * @param range the header, or {@code -}
   * @param ifRange the header, or {@code -}
   */
  record Entry(String method, String target, int status, long bytes, String range, String ifRange) {
    static Entry parse(String line) {
      String[] fields = line.split("\t", -1);
      String[] request = fields[0].split(" ", -1);
      if (fields.length != 5 || request.length != 3) {
        throw new IllegalArgumentException("not a line of the access log: " + line);
      }
      return new Entry(
          request[0],
          request[1],
          Integer.parseInt(fields[1]),
          Long.parseLong(fields[2]),
          orDash(fields[3]),
          orDash(fields[4]));
    }

    private static String orDash(String field) {
      return field.isEmpty() ? "-" : field;
    }

    /** Whether it asked for a file of that ending, whatever its spelling. */
    boolean isFor(String ending) {
      // URLDecoder is made for forms, where a plus is a space.
      String path = URLDecoder.decode(target.replace("+", "%2B"), StandardCharsets.UTF_8);
      return path.endsWith(ending);
    }
  }

  private final Path file;

  AccessLog(Path file) {
    this.file = file;
  }

  /** All requests so far, in the order in which they ended. */
  List<Entry> entries() {
    if (!Files.exists(file)) {
      return List.of();
    }
    try {
      return Files.readAllLines(file).stream().map(Entry::parse).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The requests for a file whose decoded path ends so. */
  List<Entry> entriesFor(String ending) {
    return entries().stream().filter(entry -> entry.isFor(ending)).toList();
  }

  /** The GET requests for packages. */
  List<Entry> packageGets() {
    return entriesFor(".rpm").stream().filter(entry -> entry.method().equals("GET")).toList();
  }
}
