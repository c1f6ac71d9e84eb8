package org.instantmirror.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;

/** Takes a {@code multipart/byteranges} body apart by its boundary and the parts' own fields. */
public final class MultipartParts {

  private MultipartParts() {}

  /**
   * Compares an answer, byte by byte.
   *
   * @param ranges the parts in their order, each {@code first-last}
   * @throws AssertionError if it isn't a whole 206 with exactly these parts of {@code content}
   */
  public static void assertParts(RawResponse answer, byte[] content, List<String> ranges) {
    assertThat(answer.status()).isEqualTo(206);
    assertThat(answer.complete()).isTrue();
    assertThat(answer.header("Content-Range")).isNull();
    String type = String.valueOf(answer.header("Content-Type"));
    assertThat(type).startsWith("multipart/byteranges;");
    String delimiter = "--" + type.replaceFirst(".*boundary=\"?([^\";]+)\"?.*", "$1");
    String text = new String(answer.body(), ISO_8859_1);
    int at = text.indexOf(delimiter);
    for (String range : ranges) {
      int body = text.indexOf("\r\n\r\n", at) + 4;
      assertThat(text.substring(at, body))
          .containsIgnoringCase(
              "\r\nContent-Range: bytes " + range + "/" + content.length + "\r\n");
      byte[] expected = part(content, range);
      assertThat(Arrays.copyOfRange(answer.body(), body, body + expected.length))
          .isEqualTo(expected);
      at = text.indexOf("\r\n" + delimiter, body + expected.length) + 2;
      assertThat(at).isEqualTo(body + expected.length + 2);
    }
    assertThat(text.substring(at)).startsWith(delimiter + "--");
  }

  private static byte[] part(byte[] content, String range) {
    int dash = range.indexOf('-');
    return Arrays.copyOfRange(
        content,
        Integer.parseInt(range.substring(0, dash)),
        Integer.parseInt(range.substring(dash + 1)) + 1);
  }
}
