package org.instantmirror.upstream;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.hc.core5.http.ContentLengthStrategy;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpMessage;
import org.apache.hc.core5.http.HttpVersion;
import org.apache.hc.core5.http.MessageHeaders;
import org.apache.hc.core5.http.ProtocolException;

/**
 * The length of an answer's body by its framing (RFC 9112 section 6.3), refusing whatever two
 * readers could read differently: a body that ends early and a body that is another message's
 * beginning both look complete to the one who guessed wrong. Stateless.
 */
final class MessageFraming implements ContentLengthStrategy {

  static final MessageFraming INSTANCE = new MessageFraming();

  /** A petabyte. A longer body is a mistake or a trick with overflows. */
  static final long MAX_LENGTH = 1L << 50;

  private MessageFraming() {}

  /**
   * @return the length, {@link #CHUNKED}, or {@link #UNDEFINED} for a body that ends with the
   *     connection
   * @throws ProtocolException if the framing is ambiguous, negative, absurd or unknown
   */
  @Override
  public long determineLength(HttpMessage message) throws ProtocolException {
    List<String> lengths = values(message, HttpHeaders.CONTENT_LENGTH);
    if (message.containsHeader(HttpHeaders.TRANSFER_ENCODING)) {
      List<String> codings = values(message, HttpHeaders.TRANSFER_ENCODING);
      if (codings.size() != 1 || !codings.get(0).toLowerCase(Locale.ROOT).equals("chunked")) {
        throw new ProtocolException("unknown Transfer-Encoding");
      }
      if (message.containsHeader(HttpHeaders.CONTENT_LENGTH)) {
        throw new ProtocolException("both Content-Length and Transfer-Encoding");
      }
      if (message.getVersion() != null && message.getVersion().lessEquals(HttpVersion.HTTP_1_0)) {
        throw new ProtocolException("Transfer-Encoding in an HTTP/1.0 answer");
      }
      return CHUNKED;
    }
    return message.containsHeader(HttpHeaders.CONTENT_LENGTH) ? oneLength(lengths) : UNDEFINED;
  }

  /** Repeated equal lengths may be taken as one (RFC 9110 section 8.6). */
  private static long oneLength(List<String> lengths) throws ProtocolException {
    if (lengths.stream().distinct().count() != 1) {
      throw new ProtocolException("Content-Lengths that differ");
    }
    String digits = lengths.get(0);
    if (!digits.matches("[0-9]{1,18}") || Long.parseLong(digits) > MAX_LENGTH) {
      throw new ProtocolException("an impossible Content-Length");
    }
    return Long.parseLong(digits);
  }

  /** The members of a list field over all its lines; empty members count, as errors. */
  private static List<String> values(MessageHeaders message, String name) {
    List<String> values = new ArrayList<>();
    for (Header field : message.getHeaders(name)) {
      for (String value : String.valueOf(field.getValue()).split(",", -1)) {
        values.add(value.strip());
      }
    }
    return values;
  }
}
