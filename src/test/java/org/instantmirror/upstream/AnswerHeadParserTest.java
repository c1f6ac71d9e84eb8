package org.instantmirror.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.SessionInputBufferImpl;
import org.apache.hc.core5.http.io.HttpMessageParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Heads byte by byte, on a clock that a test turns. */
class AnswerHeadParserTest {

  private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag : \"x\"\r\n\r\n";

  private final AtomicLong nanos = new AtomicLong();
  private final HttpMessageParser<ClassicHttpResponse> parser =
      AnswerHeadParser.factory(Http1Config.DEFAULT, Duration.ofSeconds(10), nanos::get).create();

  @Test
  void headThatComesByteByByteWithinTheTimeOutIsRead() throws Exception {
    ClassicHttpResponse head = parse(HEAD, Duration.ofSeconds(10).dividedBy(HEAD.length()));

    assertThat(head.getCode()).isEqualTo(200);
    assertThat(head.getFirstHeader("ETag").getValue()).isEqualTo("\"x\"");
  }

  @Test
  void headThatComesByteByByteForLongerTimesOut() {
    assertThatThrownBy(() -> parse(HEAD, Duration.ofSeconds(1)))
        .isInstanceOf(SocketTimeoutException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 9, 15, 17, 20, 35, 36, 37, 40})
  void headThatBreaksOffAnywhereIsNoAnswer(int length) {
    assertThatThrownBy(() -> parse(HEAD.substring(0, length), Duration.ZERO))
        .isInstanceOf(ConnectionClosedException.class);
  }

  private ClassicHttpResponse parse(String head, Duration pauseBetweenBytes) throws Exception {
    InputStream slow =
        new ByteArrayInputStream(head.getBytes(ISO_8859_1)) {
          @Override
          public synchronized int read(byte[] bytes, int offset, int length) {
            nanos.addAndGet(pauseBetweenBytes.toNanos());
            return super.read(bytes, offset, Math.min(1, length));
          }
        };
    return parser.parse(new SessionInputBufferImpl(8192), slow);
  }
}
