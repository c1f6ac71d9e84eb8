package org.instantmirror.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.hc.core5.http.ContentLengthStrategy;
import org.apache.hc.core5.http.HttpVersion;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http.message.BasicHttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9112 section 6.3, as table. */
class MessageFramingTest {

  @ParameterizedTest
  @CsvSource({
    "'', " + ContentLengthStrategy.UNDEFINED,
    "Content-Length=0, 0",
    "Content-Length=007, 7",
    "Content-Length=1125899906842624, 1125899906842624",
    "Content-Length=7|Content-Length=7, 7",
    "'Content-Length=7, 7', 7",
    "Transfer-Encoding=chunked, " + ContentLengthStrategy.CHUNKED,
    "Transfer-Encoding=Chunked, " + ContentLengthStrategy.CHUNKED,
  })
  void plainFramingIsUnderstood(String fields, long length) throws ProtocolException {
    assertThat(MessageFraming.INSTANCE.determineLength(message(fields))).isEqualTo(length);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length=7|Content-Length=9",
        "Content-Length=7, 9",
        "Content-Length=7|Content-Length=07",
        "Content-Length=-1",
        "Content-Length=+7",
        "Content-Length=",
        "Content-Length=,",
        "Content-Length=7,",
        "Content-Length=0x10",
        "Content-Length=7 9",
        "Content-Length=9000000000000000000",
        "Content-Length=99999999999999999999",
        "Content-Length=1125899906842625",
        "Content-Length=٣",
        "Transfer-Encoding=gzip",
        "Transfer-Encoding=gzip, chunked",
        "Transfer-Encoding=chunked, chunked",
        "Transfer-Encoding=chunked|Transfer-Encoding=chunked",
        "Transfer-Encoding=chunked;q=1",
        "Transfer-Encoding=identity",
        "Transfer-Encoding=",
        "Transfer-Encoding=chunked|Content-Length=7",
      })
  void ambiguousFramingIsRefused(String fields) {
    assertThatThrownBy(() -> MessageFraming.INSTANCE.determineLength(message(fields)))
        .isInstanceOf(ProtocolException.class);
  }

  @Test
  void transferEncodingInHttp10IsRefused() {
    BasicHttpResponse message = message("Transfer-Encoding=chunked");
    message.setVersion(HttpVersion.HTTP_1_0);

    assertThatThrownBy(() -> MessageFraming.INSTANCE.determineLength(message))
        .isInstanceOf(ProtocolException.class);
  }

  private static BasicHttpResponse message(String fields) {
    BasicHttpResponse message = new BasicHttpResponse(200);
    for (String field : fields.split("\\|", -1)) {
      int equals = field.indexOf('=');
      if (equals > 0) {
        message.addHeader(field.substring(0, equals), field.substring(equals + 1));
      }
    }
    return message;
  }
}
