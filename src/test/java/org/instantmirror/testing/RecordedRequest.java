package org.instantmirror.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request as a fake received it.
 *
 * @param method as sent
 * @param target as it stood in the request line
 * @param headers names and values in order, names as sent
 */
public record RecordedRequest(
    String method, String target, List<Map.Entry<String, String>> headers) {

  /** Copies the list. */
  public RecordedRequest {
    headers = List.copyOf(headers);
  }

  /** The first field of that name, case-insensitive. */
  public Optional<String> header(String name) {
    return headers.stream()
        .filter(field -> field.getKey().equalsIgnoreCase(name))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /** The decoded path: the target without authority and query. */
  public String path() {
    String raw = target.replaceFirst("^https?://[^/]*", "").replaceFirst("\\?.*", "");
    return URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** Reads one request's head; empty if the client has closed. */
  static Optional<RecordedRequest> read(BufferedInputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int lineFeeds = 0;
    while (lineFeeds < 2) {
      int next = in.read();
      if (next < 0) {
        return Optional.empty();
      }
      head.write(next);
      lineFeeds = next == '\n' ? lineFeeds + 1 : next == '\r' ? lineFeeds : 0;
    }
    String[] lines = head.toString(StandardCharsets.ISO_8859_1).split("\r?\n", -1);
    String[] first = lines[0].split(" ", 3);
    if (first.length < 2) {
      throw new IOException("not a request line: " + lines[0]);
    }
    List<Map.Entry<String, String>> headers = new ArrayList<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      if (colon > 0) {
        headers.add(Map.entry(lines[i].substring(0, colon), lines[i].substring(colon + 1).strip()));
      }
    }
    return Optional.of(new RecordedRequest(first[0], first[1], headers));
  }
}
