package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that are malformed or can be read in two ways, through a raw socket. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MalformedRequestTest {

  private static final String GET = "GET /mirror/repo/a.rpm HTTP/1.1\r\nHost: m\r\n";
  private static final String HIDDEN = "GET /mirror/repo/hidden.rpm HTTP/1.1\r\nHost: m\r\n\r\n";
  private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.1 (\\d{3})");

  private final FakeUpstream upstream = FakeUpstream.start();
  private final RunningMirror mirror = RunningMirror.setup().repo(upstream).start();

  MalformedRequestTest() {
    upstream.file("/a.rpm", Packages.rpm(100, 1)).etag("\"1\"");
    upstream.file("/hidden.rpm", Packages.rpm(100, 2)).etag("\"2\"");
    Warm.file(mirror, "a.rpm");
  }

  @AfterAll
  void stop() {
    mirror.close();
    upstream.close();
  }

  /** All that comes until the server closes the connection, which ours stays open for. */
  private String converse(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), mirror.port())) {
      socket.setSoTimeout(20_000);
      ByteArrayOutputStream received = new ByteArrayOutputStream();
      try {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
      } catch (SocketException closedAlready) {
        // It may answer and close before it has read all.
      }
      InputStream in = socket.getInputStream();
      try {
        in.transferTo(received);
      } catch (SocketException reset) {
        // Closed with some of the request unread.
      }
      return received.toString(StandardCharsets.ISO_8859_1);
    }
  }

  private static List<String> statuses(String conversation) {
    return STATUS_LINE.matcher(conversation).results().map(found -> found.group(1)).toList();
  }

  private static Stream<Arguments> malformed() {
    return Stream.of(
            new String[] {"no method", "/mirror/repo/a.rpm HTTP/1.1\r\nHost: m\r\n\r\n"},
            new String[] {"bad version", "GET /mirror/repo/a.rpm HTTP/9.9\r\nHost: m\r\n\r\n"},
            new String[] {"no host", "GET /mirror/repo/a.rpm HTTP/1.1\r\n\r\n"},
            new String[] {"two hosts", GET + "Host: n\r\n\r\n"},
            new String[] {"bad host", "GET /mirror/repo/a.rpm HTTP/1.1\r\nHost: <m>\r\n\r\n"},
            new String[] {
              "NUL in the line", "GET /mirror/repo/a\0.rpm HTTP/1.1\r\nHost: m\r\n\r\n"
            },
            new String[] {"NUL in a field", GET + "X: a\0b\r\n\r\n"},
            new String[] {"NUL in a name", GET + "X\0: a\r\n\r\n"},
            new String[] {"space before the colon", GET + "X : a\r\n\r\n"},
            new String[] {"field without a colon", GET + "nonsense\r\n\r\n"},
            new String[] {"two lengths", GET + "Content-Length: 0\r\nContent-Length: 5\r\n\r\n"},
            new String[] {"negative length", GET + "Content-Length: -1\r\n\r\n"},
            new String[] {"length no number", GET + "Content-Length: 5x\r\n\r\n"},
            new String[] {"enormous length", GET + "Content-Length: 99999999999999999999\r\n\r\n"},
            new String[] {"unknown coding", GET + "Transfer-Encoding: zip\r\n\r\n"},
            new String[] {
              "target with a space", "GET /mirror/repo/a b HTTP/1.1\r\nHost: m\r\n\r\n"
            },
            new String[] {"binary", "\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n\r\n"})
        .map(pair -> Arguments.of(pair[0], pair[1]));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformed")
  void aMalformedRequestIsRefusedAndTheConnectionClosed(String what, String request)
      throws Exception {
    String conversation = converse(request + HIDDEN);
    assertThat(statuses(conversation)).as(what).hasSize(1);
    assertThat(statuses(conversation).get(0)).isIn("400", "404", "501", "505");
    assertThat(upstream.requests("/hidden.rpm")).isEmpty();
    assertClean(conversation);
  }

  /** What the container reads leniently; whatever its reading, the rest is no second request. */
  @ParameterizedTest(name = "{index}")
  @ValueSource(
      strings = {
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 400\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: xchunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      })
  void anAmbiguousLengthNeverMakesTwoRequestsOfOne(String fields) throws Exception {
    String conversation = converse(GET + fields + HIDDEN);
    assertThat(statuses(conversation)).hasSize(1);
    assertThat(upstream.requests("/hidden.rpm")).isEmpty();
  }

  @ParameterizedTest(name = "{index}")
  @ValueSource(
      strings = {
        // A bare LF ends a line for the container; a lone CR, or a folded line, must not.
        "X: a\rGET /mirror/repo/hidden.rpm HTTP/1.1\rHost: m\r\r",
        "X: a\r\n GET /mirror/repo/hidden.rpm HTTP/1.1\r\n Host: m\r\n",
        "X: a\nY: b\n",
      })
  void oddLineEndsNeverMakeTwoRequestsOfOne(String fields) throws Exception {
    String conversation = converse(GET + "Connection: close\r\n" + fields + "\r\n");
    assertThat(statuses(conversation)).hasSize(1);
    assertThat(upstream.requests("/hidden.rpm")).isEmpty();
  }

  @Test
  void aRequestWithoutAVersionGetsNoSecondAnswer() throws Exception {
    String conversation = converse("GET /mirror/repo/nothing.txt\r\n\r\n" + HIDDEN);
    assertThat(statuses(conversation)).hasSizeLessThanOrEqualTo(1);
    assertThat(upstream.requests("/hidden.rpm")).isEmpty();
  }

  @Test
  void twentyThousandFieldsAreRefusedAndOthersStillServed() throws Exception {
    StringBuilder request = new StringBuilder(GET);
    for (int i = 0; i < 20_000; i++) {
      request.append("X").append(i).append(": y\r\n");
    }
    String conversation = converse(request.append("\r\n") + HIDDEN);
    // A reset may overtake the answer; a second answer it must not hide.
    assertThat(statuses(conversation)).hasSizeLessThanOrEqualTo(1).isSubsetOf("400");
    assertThat(upstream.requests("/hidden.rpm")).isEmpty();
    assertThat(mirror.get("a.rpm").status()).isEqualTo(200);
  }

  @Test
  void aHeaderUpToFifteenKilobytesIsTakenAndOneOfTwentyRefused() throws Exception {
    String close = "Connection: close\r\n";
    assertThat(statuses(converse(GET + close + "X: " + "y".repeat(15_000) + "\r\n\r\n")))
        .containsExactly("200");
    assertThat(statuses(converse(GET + close + "X: " + "y".repeat(20_000) + "\r\n\r\n")))
        .isSubsetOf("400");
  }

  @ParameterizedTest(name = "{index}")
  @ValueSource(
      strings = {
        "GET http://elsewhere.example/secret.rpm HTTP/1.1\r\nHost: elsewhere.example\r\n",
        "GET http://elsewhere.example/ HTTP/1.1\r\nHost: m\r\n",
        "GET file:///etc/passwd HTTP/1.1\r\nHost: m\r\n",
        "GET http://127.0.0.1:9/mirror/repo/../a.rpm HTTP/1.1\r\nHost: 127.0.0.1:9\r\n",
        "CONNECT elsewhere.example:443 HTTP/1.1\r\nHost: elsewhere.example:443\r\n",
      })
  void anAbsoluteTargetLeadsNowhere(String request) throws Exception {
    int asked = upstream.requests().size();
    String conversation = converse(request + "Connection: close\r\n\r\n");
    assertThat(statuses(conversation)).hasSize(1);
    assertThat(statuses(conversation).get(0)).isIn("400", "404", "405", "501");
    assertThat(upstream.requests()).hasSize(asked);
    assertClean(conversation);
  }

  @ParameterizedTest
  @ValueSource(strings = {"m", "elsewhere.example", "127.0.0.1:1", "localhost", "repo", "[::1]"})
  void theHostFieldSelectsNothing(String host) throws Exception {
    String conversation =
        converse(
            "GET /mirror/repo/a.rpm HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
    assertThat(statuses(conversation)).containsExactly("200");
    assertThat(upstream.requests("/a.rpm")).hasSize(1);
  }

  /** No trace, path or version, in the container's own answers either. */
  private static void assertClean(String conversation) {
    assertThat(conversation.toLowerCase(Locale.ROOT))
        .doesNotContain(
            "exception",
            "apache",
            "tomcat",
            "coyote",
            "java",
            "\tat ",
            "org.",
            "/tmp",
            "11.0",
            "server:");
  }
}
