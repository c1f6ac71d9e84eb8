package org.instantmirror.testing;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a client received, byte by byte.
 *
 * @param status of the status line
 * @param fields in order
 * @param content the body, without its framing, as far as it came
 * @param complete whether the framing says that the body is whole: the length was reached, or the
 *     last chunk came; a body that is ended by closing is never known to be
 * @param endedByClosing whether only the connection's end ended the body, as the head announced
 */
public record RawResponse(
    int status,
    List<Map.Entry<String, String>> fields,
    Content content,
    boolean complete,
    boolean endedByClosing) {

  /** Bytes with a value's equality. */
  public static final class Content {
    private final byte[] bytes;

    Content(byte[] bytes) {
      this.bytes = bytes;
    }

    /** Them. */
    public byte[] bytes() {
      return bytes;
    }
  }

  /** The body. */
  public byte[] body() {
    return content.bytes();
  }

  /** The body as text. */
  public String text() {
    return new String(body(), StandardCharsets.UTF_8);
  }

  /** The first field of that name; null if there is none. */
  public @Nullable String header(String name) {
    return fields.stream()
        .filter(field -> field.getKey().equalsIgnoreCase(name))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(null);
  }
}
