package org.instantmirror.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import org.instantmirror.http.EntityTag;
import org.instantmirror.http.Via;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests and proper answers on one hop. */
class HttpUpstreamClientTest extends ClientFixture {

  @Test
  void answerIsPassedOnWithItsHead() throws Exception {
    file.etag("\"x\"")
        .lastModified(Instant.parse("2026-01-02T03:04:05Z"))
        .date(Instant.parse("2026-02-02T03:04:05Z"))
        .contentType("application/x-rpm")
        .header("X-Other", "one");

    UpstreamResponse response = get();

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.contentLength()).isEqualTo(CONTENT.length);
    assertThat(response.endIsCertain()).isTrue();
    assertThat(response.effectiveUri()).isEqualTo(upstream.uri("/a.rpm"));
    assertThat(response.header("x-other")).contains("one");
    assertThat(response.headers()).contains(Map.entry("X-Other", "one"));
    assertThat(response.head().etag()).isEqualTo(new EntityTag("x", false));
    assertThat(response.head().lastModified()).isEqualTo("2026-01-02T03:04:05Z");
    assertThat(response.head().date()).isEqualTo("2026-02-02T03:04:05Z");
    assertThat(response.head().contentType()).isEqualTo("application/x-rpm");
    assertThat(Bodies.readAll(response)).isEqualTo(CONTENT);
  }

  @Test
  void requestCarriesOurFieldsAndTheListedOnesOnly() throws Exception {
    Bodies.readAll(
        client.execute(
            repo.get(
                upstream.uri("/a.rpm"),
                "Range",
                "bytes=5-9",
                "Cookie",
                "a=b",
                "authorization",
                "Basic eDp5",
                "Accept-Encoding",
                "gzip")));

    RecordedRequest request = upstream.requests().get(0);
    assertThat(request.headers())
        .extracting(Map.Entry::getKey)
        .containsExactlyInAnyOrder(
            "Host", "User-Agent", "Accept-Encoding", "Via", "Range", "Connection");
    assertThat(request.header("Accept-Encoding")).contains("identity");
    assertThat(request.header("User-Agent").orElse("")).matches("InstantMirror/[0-9A-Za-z.-]+");
    assertThat(request.header("Via")).contains(Via.OWN);
    assertThat(request.header("Connection")).contains("keep-alive");
    assertThat(request.header("Host")).contains(upstream.hostPort());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/a%2Bb%5Ec~d.rpm",
        "/a+b.rpm",
        "/a//b",
        "//a/b",
        "/a%2Fb",
        "/",
        "/a/?q=%20x&y=a+b",
        "/%E2%82%AC.rpm",
        "/a;v=1",
        "/a:b@c"
      })
  void targetIsSentAsItIs(String target) throws Exception {
    client.execute(repo.get(upstream.uri(target))).close();

    assertThat(upstream.requests()).extracting(RecordedRequest::target).containsExactly(target);
  }

  @Test
  void emptyPathIsAskedAsSlash() throws Exception {
    client.execute(repo.get(URI.create(upstream.origin()))).close();

    assertThat(upstream.requests()).extracting(RecordedRequest::target).containsExactly("/");
  }

  @Test
  void headHasNoBodyAndTellsTheLength() throws Exception {
    UpstreamResponse response = client.execute(repo.request("HEAD", upstream.uri("/a.rpm")));

    assertThat(response.contentLength()).isEqualTo(CONTENT.length);
    assertThat(response.endIsCertain()).isTrue();
    assertThat(Bodies.readAll(response)).isEmpty();
    assertThat(upstream.requests().get(0).method()).isEqualTo("HEAD");
  }

  @Test
  void rangeIsAnsweredInPart() throws Exception {
    UpstreamResponse response =
        client.execute(repo.get(upstream.uri("/a.rpm"), "Range", "bytes=49990-"));

    assertThat(response.status()).isEqualTo(206);
    assertThat(response.header("Content-Range")).contains("bytes 49990-49999/50000");
    assertThat(Bodies.readAll(response)).hasSize(10);
  }

  @ParameterizedTest
  @ValueSource(ints = {204, 300, 304, 400, 401, 403, 404, 407, 410, 416, 429, 500, 503, 599})
  void otherStatusesAreAnswersAndNoFaults(int status) throws Exception {
    file.next(Behaviour.status(status));

    UpstreamResponse response = get();

    assertThat(response.status()).isEqualTo(status);
    assertThat(response.endIsCertain()).isTrue();
    assertThat(Bodies.readAll(response)).hasSize((int) response.contentLength());
  }

  @Test
  void gzipContentEncodingIsLeftAlone() throws Exception {
    file.header("Content-Encoding", "gzip");

    UpstreamResponse response = get();

    assertThat(response.header("Content-Encoding")).contains("gzip");
    assertThat(response.contentLength()).isEqualTo(CONTENT.length);
    assertThat(Bodies.readAll(response)).isEqualTo(CONTENT);
  }

  @Test
  void chunkedBodyHasACertainEndAndNoLength() throws Exception {
    file.next(Behaviour.proper().chunked());

    UpstreamResponse response = get();

    assertThat(response.contentLength()).isEqualTo(-1);
    assertThat(response.endIsCertain()).isTrue();
    assertThat(Bodies.readAll(response)).isEqualTo(CONTENT);
  }

  @Test
  void bodyThatEndsWithTheConnectionHasNoCertainEnd() throws Exception {
    file.next(Behaviour.proper().untilClose());

    UpstreamResponse response = get();

    assertThat(response.contentLength()).isEqualTo(-1);
    assertThat(response.endIsCertain()).isFalse();
    assertThat(Bodies.readAll(response)).isEqualTo(CONTENT);
  }

  @Test
  void equalContentLengthsAreOne() throws Exception {
    file.next(Behaviour.proper().contentLength("50000", "50000"));

    assertThat(Bodies.readAll(get())).isEqualTo(CONTENT);
  }

  @Test
  void bodyCanBeReadIntoADirectBuffer() throws Exception {
    try (UpstreamResponse response = get()) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(CONTENT.length);
      while (buffer.hasRemaining()) {
        assertThat(response.read(buffer)).isPositive();
      }
      assertThat(response.read(ByteBuffer.allocateDirect(1))).isEqualTo(-1);
      assertThat(buffer.flip()).isEqualTo(ByteBuffer.wrap(CONTENT));
    }
  }

  @Test
  void credentialsAreSentUnasked() throws Exception {
    repo.credentials("me", "sécret");

    Bodies.readAll(get());

    assertThat(upstream.requests().get(0).header("Authorization"))
        .contains("Basic bWU6c8OpY3JldA==");
  }

  @Test
  void answerOf401IsPassedOn() throws Exception {
    repo.credentials("me", "wrong");
    file.always(Behaviour.status(401).header("WWW-Authenticate", "Basic realm=\"x\""));

    assertThat(get().status()).isEqualTo(401);
    assertThat(upstream.requests()).hasSize(1);
  }

  @Test
  void cookiesAreNotKept() throws Exception {
    file.header("Set-Cookie", "a=b");

    Bodies.readAll(get());
    Bodies.readAll(get());

    assertThat(upstream.requests().get(1).header("Cookie")).isEmpty();
  }

  @Test
  void ipv6LiteralIsAskedWithBrackets() throws Exception {
    try (FakeUpstream six = FakeUpstream.startOn("::1")) {
      six.file("/a", CONTENT);

      assertThat(Bodies.readAll(client.execute(TestRepo.at(six.origin() + "/").get(six.uri("/a")))))
          .isEqualTo(CONTENT);
      assertThat(six.requests().get(0).header("Host")).contains("[::1]:" + six.port());
    }
  }
}
