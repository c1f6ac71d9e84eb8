package org.instantmirror.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The fake itself, through plain sockets: its lies must be the ones it was told to tell. */
@Timeout(30)
class FakeUpstreamTest {

  private static final Instant MODIFIED = Instant.parse("2026-01-02T03:04:05Z");
  private static final byte[] CONTENT = "0123456789".getBytes(US_ASCII);

  private final FakeUpstream upstream = FakeUpstream.start();
  private final FakeFile file =
      upstream.file("/a+b.rpm", CONTENT).lastModified(MODIFIED).etag("\"x\"");

  @AfterEach
  void stop() {
    upstream.close();
  }

  @Test
  void fileIsServedWithItsFields() throws IOException {
    String answer = ask("GET", "/a%2Bb.rpm?q=1");

    assertThat(answer)
        .startsWith("HTTP/1.1 200 ")
        .contains("\r\nETag: \"x\"\r\n")
        .contains("\r\nLast-Modified: Fri, 02 Jan 2026 03:04:05 GMT\r\n")
        .contains("\r\nContent-Length: 10\r\n")
        .contains("\r\nDate: ")
        .endsWith("\r\n\r\n0123456789");
    assertThat(upstream.requests("/a+b.rpm"))
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.method()).isEqualTo("GET");
              assertThat(request.target()).isEqualTo("/a%2Bb.rpm?q=1");
              assertThat(request.header("host")).contains("up");
            });
    assertThat(upstream.bytesSent("/a+b.rpm")).isEqualTo(10);
  }

  @Test
  void headSendsNoBody() throws IOException {
    assertThat(ask("HEAD", "/a+b.rpm")).contains("Content-Length: 10\r\n").endsWith("\r\n\r\n");
    assertThat(upstream.bytesSent("/a+b.rpm")).isZero();
  }

  @Test
  void unknownPathIs404() throws IOException {
    assertThat(ask("GET", "/none")).startsWith("HTTP/1.1 404 ");
  }

  @Test
  void omittedFieldsAreNotSent() throws IOException {
    file.withoutHeader("Date").withoutHeader("Last-Modified").withoutHeader("ETag");

    assertThat(ask("GET", "/a+b.rpm"))
        .doesNotContain("Date:")
        .doesNotContain("Last-Modified:")
        .doesNotContain("ETag:");
  }

  @ParameterizedTest
  @CsvSource({
    "Range: bytes=2-4, 206, bytes 2-4/10, 234",
    "Range: bytes=7-, 206, bytes 7-9/10, 789",
    "Range: bytes=-2, 206, bytes 8-9/10, 89",
    "Range: bytes=4-400, 206, bytes 4-9/10, 456789",
    "Range: bytes=10-, 416, bytes */10, ''",
    "Range: bytes=0-0|If-Range: \"x\", 206, bytes 0-0/10, 0",
    "Range: bytes=0-0|If-Range: \"y\", 200, '', 0123456789",
    "'Range: bytes=0-0|If-Range: Fri, 02 Jan 2026 03:04:05 GMT', 206, bytes 0-0/10, 0",
    "'Range: bytes=0-0|If-Range: Fri, 02 Jan 2026 03:04:06 GMT', 200, '', 0123456789",
    "If-None-Match: \"x\", 304, '', ''",
    "If-None-Match: W/\"x\", 304, '', ''",
    "If-None-Match: \"y\", 200, '', 0123456789",
    "'If-Modified-Since: Fri, 02 Jan 2026 03:04:05 GMT', 304, '', ''",
    "'If-Modified-Since: Fri, 02 Jan 2026 03:04:04 GMT', 200, '', 0123456789",
    "If-Match: \"y\", 412, '', ''",
    "'If-Unmodified-Since: Fri, 02 Jan 2026 03:04:04 GMT', 412, '', ''",
  })
  void conditionsAndRangesAreHonoured(String fields, int status, String contentRange, String body)
      throws IOException {
    String answer = ask("GET", "/a+b.rpm", fields.split("\\|", -1));

    assertThat(answer).startsWith("HTTP/1.1 " + status + " ").endsWith("\r\n\r\n" + body);
    if (contentRange.isEmpty()) {
      assertThat(answer).doesNotContain("Content-Range");
    } else {
      assertThat(answer).contains("Content-Range: " + contentRange + "\r\n");
    }
  }

  @Test
  void oneShotBehavioursComeInOrderAndThenTheUsualOne() throws IOException {
    file.next(Behaviour.status(503)).next(Behaviour.noAnswer()).always(Behaviour.html());

    assertThat(ask("GET", "/a+b.rpm")).startsWith("HTTP/1.1 503 ");
    assertThat(ask("GET", "/a+b.rpm")).isEmpty();
    assertThat(ask("GET", "/a+b.rpm")).contains("text/html").contains("<!DOCTYPE html>");
    assertThat(ask("GET", "/a+b.rpm")).contains("text/html");
  }

  @Test
  void liesOfFramingAreToldAsTheyAre() throws IOException {
    file.next(Behaviour.proper().contentLength("7", "9"))
        .next(Behaviour.proper().chunked())
        .next(Behaviour.proper().chunkedWithoutEnd())
        .next(Behaviour.proper().untilClose())
        .next(Behaviour.proper().header("X-Bad", "a\0b\rc"));

    assertThat(ask("GET", "/a+b.rpm"))
        .contains("Content-Length: 7\r\nContent-Length: 9\r\n")
        .endsWith("0123456789");
    assertThat(ask("GET", "/a+b.rpm"))
        .contains("Transfer-Encoding: chunked")
        .doesNotContain("Content-Length")
        .endsWith("\r\n\r\na\r\n0123456789\r\n0\r\n\r\n");
    assertThat(ask("GET", "/a+b.rpm")).endsWith("\r\n\r\na\r\n0123456789\r\n");
    assertThat(ask("GET", "/a+b.rpm"))
        .doesNotContain("Content-Length")
        .doesNotContain("Transfer-Encoding");
    assertThat(ask("GET", "/a+b.rpm")).contains("X-Bad: a\0b\rc\r\n");
  }

  @Test
  void unsolicitedPartialIsSentWhateverWasAsked() throws IOException {
    file.next(Behaviour.partial(CONTENT, 3, 5));

    assertThat(ask("GET", "/a+b.rpm"))
        .startsWith("HTTP/1.1 206 ")
        .contains("Content-Range: bytes 3-5/10")
        .endsWith("\r\n\r\n345");
  }

  @Test
  void bodyIsCutAfterThatManyBytes() throws IOException {
    file.next(Behaviour.proper().cutAfter(4));

    assertThat(ask("GET", "/a+b.rpm")).contains("Content-Length: 10").endsWith("\r\n\r\n0123");
    assertThat(upstream.bytesSent("/a+b.rpm")).isEqualTo(4);
  }

  @Test
  void connectionIsResetAfterThatManyBytes() {
    file.next(Behaviour.proper().resetAfter(4));

    assertThatThrownBy(() -> ask("GET", "/a+b.rpm")).isInstanceOf(SocketException.class);
  }

  @Test
  void gateReleasesByteByByte() throws IOException {
    Gate gate = new Gate();
    file.next(Behaviour.proper().gated(gate));
    try (Socket socket = send("GET", "/a+b.rpm")) {
      gate.awaitRequest();
      InputStream in = socket.getInputStream();
      String head = readUntilBlankLine(in);
      gate.release(3);
      byte[] three = in.readNBytes(3);
      int moreAfterThree = in.available();
      gate.releaseAll();

      assertThat(head).contains("Content-Length: 10");
      assertThat(three).isEqualTo("012".getBytes(US_ASCII));
      assertThat(moreAfterThree).isZero();
      assertThat(in.readAllBytes()).isEqualTo("3456789".getBytes(US_ASCII));
    }
  }

  @Test
  void stalledAnswerEndsWhenTheClientLeaves() throws IOException {
    file.next(Behaviour.proper().stallAfter(2));
    try (Socket socket = send("GET", "/a+b.rpm")) {
      readUntilBlankLine(socket.getInputStream());
      assertThat(socket.getInputStream().readNBytes(2)).isEqualTo("01".getBytes(US_ASCII));
    }
    upstream.awaitOpenConnections(0);
  }

  @Test
  void hangingUpstreamRecordsAndNeverAnswers() throws IOException {
    upstream.hang();
    try (Socket socket = send("GET", "/a+b.rpm")) {
      upstream.awaitRequests("/a+b.rpm", 1);
      assertThat(socket.getInputStream().available()).isZero();
      upstream.stopHanging();
    }
    assertThat(ask("GET", "/a+b.rpm")).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void stoppedUpstreamRefusesConnectionsAndComesBackOnTheSamePort() throws IOException {
    int port = upstream.port();
    ask("GET", "/a+b.rpm");
    upstream.stop();

    assertThatThrownBy(() -> ask("GET", "/a+b.rpm")).isInstanceOf(ConnectException.class);

    upstream.restart();
    assertThat(upstream.port()).isEqualTo(port);
    assertThat(ask("GET", "/a+b.rpm")).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void connectionIsKeptForAnotherRequest() throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), upstream.port())) {
      for (int i = 0; i < 2; i++) {
        socket
            .getOutputStream()
            .write("GET /a+b.rpm HTTP/1.1\r\nHost: up\r\n\r\n".getBytes(US_ASCII));
        readUntilBlankLine(socket.getInputStream());
        assertThat(socket.getInputStream().readNBytes(10)).isEqualTo(CONTENT);
      }
    }
    assertThat(upstream.connectionsAccepted()).isEqualTo(1);
  }

  /** The whole answer, up to the closing of the connection, as ISO 8859-1. */
  private String ask(String method, String target, String... fields) throws IOException {
    try (Socket socket = send(method, target, fields)) {
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }

  private Socket send(String method, String target, String... fields) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), upstream.port());
    StringBuilder request = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: up\r\n");
    for (String field : fields) {
      request.append(field).append("\r\n");
    }
    request.append("Connection: close\r\n\r\n");
    socket.getOutputStream().write(request.toString().getBytes(ISO_8859_1));
    return socket;
  }

  private static String readUntilBlankLine(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
      head.write(in.read());
    }
    return head.toString(ISO_8859_1);
  }
}
