package org.instantmirror.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RecordedRequest;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What of a passed-through request reaches upstream, and what of its answer the client. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PassThroughTest {

  private static final Instant LAST_YEAR = Instant.parse("2025-06-01T00:00:00Z");

  private final FakeUpstream upstream = FakeUpstream.start();
  private final RunningMirror mirror = RunningMirror.setup().repo(upstream).start();

  @AfterAll
  void stop() {
    mirror.close();
    upstream.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Range|bytes=2-3",
        "If-Range|\"1\"",
        "If-None-Match|\"2\", W/\"3\"",
        "If-Match|\"1\"",
        "If-Modified-Since|Sun, 01 Jun 2025 00:00:00 GMT",
        "If-Unmodified-Since|Sun, 01 Jun 2025 00:00:00 GMT",
      })
  void rangesAndConditionsReachUpstream(String name, String value) {
    String path = "forwarded/" + name + ".txt";
    upstream.file("/" + path, "0123456789".getBytes(UTF_8)).etag("\"1\"").lastModified(LAST_YEAR);
    mirror.get(path, name + ": " + value);
    assertThat(only(path).header(name)).contains(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Cookie: session=1",
        "Accept: application/metalink4+xml",
        "Accept-Encoding: gzip",
        "Accept-Language: de",
        "Authorization: Basic dTpw",
        "Proxy-Authorization: Basic dTpw",
        "Referer: http://elsewhere.example/",
        "X-ZYpp-AnonymousId: 4711",
        "X-Forwarded-For: 10.0.0.1",
        "Origin: http://elsewhere.example",
        "Expect: 100-continue",
        "TE: trailers",
        "Upgrade: h2c",
      })
  void nothingElseOfAClientDoes(String field) {
    String name = field.substring(0, field.indexOf(':'));
    String value = field.substring(field.indexOf(':') + 2);
    for (String path : List.of("dropped/" + name + ".txt", "dropped/" + name + ".rpm")) {
      upstream.file("/" + path, Packages.rpm(100, 1));
      mirror.get(path, field);
      upstream.awaitRequests("/" + path, 1);
      assertThat(upstream.requests("/" + path).get(0).headers())
          .noneMatch(sent -> sent.getKey().equalsIgnoreCase(name) && sent.getValue().equals(value));
    }
  }

  @Test
  void aClientsUserAgentIsNotPassedOffAsOurs() {
    upstream.file("/agent.txt", "x".getBytes(UTF_8));
    mirror.get("agent.txt", "User-Agent: libdnf (Fedora 40)");
    assertThat(only("agent.txt").header("User-Agent").orElse("")).startsWith("InstantMirror");
  }

  @Test
  void upstreamsStatusFieldsAndBodyReachTheClient() {
    upstream
        .file("/teapot.txt", new byte[0])
        .always(
            Behaviour.answer(418, "text/x-tea; charset=iso-8859-1", "short\n".getBytes(UTF_8))
                .header("X-Tea", "green")
                .header("Vary", "Accept")
                .header("ETag", "W/\"t\"")
                .header("Age", "7"));
    RawResponse answer = mirror.get("teapot.txt");
    assertThat(answer.status()).isEqualTo(418);
    assertThat(answer.text()).isEqualTo("short\n");
    assertThat(answer.header("Content-Type"))
        .isEqualToIgnoringCase("text/x-tea;charset=iso-8859-1");
    assertThat(answer.header("X-Tea")).isEqualTo("green");
    assertThat(answer.header("Vary")).isEqualTo("Accept");
    assertThat(answer.header("ETag")).isEqualTo("W/\"t\"");
    assertThat(answer.header("Age")).isEqualTo("7");
    assertThat(answer.header("Content-Length")).isEqualTo("6");
  }

  @Test
  void whatUpstreamCompressedStaysAsItIs() {
    byte[] gzip = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    upstream
        .file("/page.txt", new byte[0])
        .always(Behaviour.answer(200, "text/plain", gzip).header("Content-Encoding", "gzip"));
    RawResponse answer = mirror.get("page.txt");
    assertThat(answer.body()).isEqualTo(gzip);
    assertThat(answer.header("Content-Encoding")).isEqualTo("gzip");
  }

  @Test
  void aPartFromUpstreamStaysAPart() {
    upstream.file("/part.txt", "0123456789".getBytes(UTF_8)).etag("\"1\"");
    RawResponse answer = mirror.get("part.txt", "Range: bytes=2-4", "If-Range: \"1\"");
    assertThat(answer.status()).isEqualTo(206);
    assertThat(answer.text()).isEqualTo("234");
    assertThat(answer.header("Content-Range")).isEqualTo("bytes 2-4/10");
  }

  @Test
  void aNotModifiedFromUpstreamStaysOne() throws Exception {
    upstream.file("/same.txt", "0123456789".getBytes(UTF_8)).etag("\"1\"");
    RawResponse answer = mirror.get("same.txt", "If-None-Match: \"1\"");
    assertThat(answer.status()).isEqualTo(304);
    assertThat(answer.header("ETag")).isEqualTo("\"1\"");
  }

  @Test
  void aHeadIsAskedAsAHead() {
    upstream.file("/head.txt", "0123456789".getBytes(UTF_8)).lastModified(LAST_YEAR);
    RawResponse answer = mirror.request("HEAD", "/mirror/repo/head.txt");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Length")).isEqualTo("10");
    assertThat(answer.header("Last-Modified")).isEqualTo("Sun, 01 Jun 2025 00:00:00 GMT");
    assertThat(only("head.txt").method()).isEqualTo("HEAD");
  }

  @ParameterizedTest
  @CsvSource({
    "200, 'X-None: 1'",
    "206, 'Range: bytes=1-2'",
    "304, 'If-None-Match: \"1\"'",
    "412, 'If-Match: \"2\"'",
    "416, 'Range: bytes=99-'",
  })
  void whateverUpstreamAnswersCacheStatusSaysThatItWasPassedThrough(int status, String field) {
    upstream.file("/status.txt", "0123456789".getBytes(UTF_8)).etag("\"1\"");
    for (String method : List.of("GET", "HEAD")) {
      RawResponse answer = mirror.request(method, "/mirror/repo/status.txt", field);
      // A range is GET's alone.
      assertThat(answer.status()).isIn(status, method.equals("HEAD") ? 200 : status);
      assertThat(values(answer, "Cache-Status")).containsExactly("InstantMirror; fwd=bypass");
    }
  }

  @Test
  void whatCanNotBePassedThroughSaysSoToo() {
    try (FakeUpstream dead = FakeUpstream.start();
        RunningMirror cutOff = RunningMirror.setup().repo(dead).start()) {
      dead.stop();
      RawResponse answer = cutOff.get("page.txt");
      assertThat(answer.status()).isEqualTo(502);
      assertThat(values(answer, "Cache-Status")).containsExactly("InstantMirror; fwd=bypass");
      assertThat(values(mirror.get("none.txt"), "Cache-Status"))
          .containsExactly("InstantMirror; fwd=bypass");
    }
  }

  @Test
  void fieldsOfOneConnectionAreDropped() {
    upstream
        .file("/hops.txt", new byte[0])
        .always(
            Behaviour.status(200, "x")
                .closing()
                .header("Connection", "close, X-Hop")
                .header("X-Hop", "1")
                .header("Keep-Alive", "timeout=5")
                .header("Proxy-Authenticate", "Basic")
                .header("Upgrade", "h2c"));
    RawResponse answer = mirror.get("hops.txt");
    assertThat(answer.text()).isEqualTo("x");
    assertThat(answer.fields().stream().map(Map.Entry::getKey).map(String::toLowerCase))
        .doesNotContain("x-hop", "keep-alive", "proxy-authenticate", "upgrade", "connection");
  }

  @Test
  void aForeignPageIsLockedIntoASandbox() {
    upstream
        .file("/page/", "<script>".getBytes(UTF_8))
        .contentType("text/html")
        .header("Content-Security-Policy", "default-src *")
        .header("X-Content-Type-Options", "sniff")
        .header("Set-Cookie", "a=b")
        .header("Strict-Transport-Security", "max-age=1")
        .header("Clear-Site-Data", "\"*\"")
        .header("Alt-Svc", "h2=\":443\"");
    RawResponse answer = mirror.get("page/");
    assertThat(values(answer, "Content-Security-Policy")).containsExactly("sandbox");
    assertThat(values(answer, "X-Content-Type-Options")).containsExactly("nosniff");
    assertThat(answer.fields().stream().map(Map.Entry::getKey).map(String::toLowerCase))
        .doesNotContain("set-cookie", "strict-transport-security", "clear-site-data", "alt-svc");
  }

  @ParameterizedTest
  @CsvSource({
    "Packages, /Packages/, ./Packages/",
    "gcc-c++, /gcc-c++/, ./gcc-c++/",
    "gcc%2dc%2b%2b, /gcc-c++/, ./gcc%2dc%2b%2b/",
    "x%5Ey, /x%5ey/, ./x%5Ey/",
    "epoch:1, /epoch:1/, ./epoch:1/",
    "asked?C=M&O=A, /asked/?C=M&O=A, ./asked/?C=M&O=A",
  })
  void aRedirectToTheFolderIsOneForTheClientToo(String target, String location, String told) {
    String path = "/" + location.substring(1, location.indexOf('/', 1)).replace("%5e", "^");
    upstream.file(path, new byte[0]).always(Behaviour.redirect(301, upstream.origin() + location));
    upstream.file(path + "/", "index".getBytes(UTF_8)).contentType("text/html");
    RawResponse answer = mirror.get(target);
    assertThat(answer.status()).isEqualTo(301);
    assertThat(answer.header("Location")).isEqualTo(told);
    assertThat(answer.body()).isEmpty();
    assertThat(mirror.get(told.substring(2)).text()).isEqualTo("index");
  }

  @Test
  void anyOtherRedirectIsFollowedByTheMirror() {
    upstream.file("/moved.txt", new byte[0]).always(Behaviour.redirect(302, "/elsewhere.txt"));
    upstream.file("/elsewhere.txt", "here".getBytes(UTF_8));
    RawResponse answer = mirror.get("moved.txt");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo("here");
  }

  private RecordedRequest only(String path) {
    List<RecordedRequest> requests = upstream.requests("/" + path);
    assertThat(requests).hasSize(1);
    return requests.get(0);
  }

  private static List<String> values(RawResponse answer, String name) {
    return answer.fields().stream()
        .filter(field -> field.getKey().equalsIgnoreCase(name))
        .map(Map.Entry::getValue)
        .toList();
  }
}
