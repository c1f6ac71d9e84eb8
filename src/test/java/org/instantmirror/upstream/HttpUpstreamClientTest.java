package org.instantmirror.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.instantmirror.http.EntityTag;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeFile;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.RecordedRequest;
import org.instantmirror.upstream.UpstreamException.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests and answers on one hop, and each way in which an answer can go wrong. */
@Timeout(30)
class HttpUpstreamClientTest {

  private static final byte[] CONTENT = Bodies.bytes(50_000);
  private static final Duration SHORT = Duration.ofMillis(200);

  private final FakeUpstream upstream = FakeUpstream.start();
  private final FakeFile file = upstream.file("/a.rpm", CONTENT);
  private final TestRepo repo = TestRepo.at(upstream.origin() + "/");
  private final HttpUpstreamClient client = new HttpUpstreamClient();

  @AfterEach
  void stop() {
    client.close();
    upstream.close();
  }

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
    assertThat(request.header("Via")).contains("1.1 InstantMirror");
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
    Bodies.readAll(response);
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

  static Stream<Arguments> headsThatBreakHttp() {
    return Stream.of(
        Arguments.of("two Content-Lengths", Behaviour.proper().contentLength("50000", "49999")),
        Arguments.of("negative", Behaviour.proper().contentLength("-1")),
        Arguments.of("absurd", Behaviour.proper().contentLength("9000000000000000000")),
        Arguments.of("no number", Behaviour.proper().contentLength("many")),
        Arguments.of("unknown coding", Behaviour.proper().header("Transfer-Encoding", "x-zip")),
        Arguments.of("both", Behaviour.proper().chunked().header("Content-Length", "50000")),
        Arguments.of("NUL", Behaviour.proper().header("X-Bad", "a\0b")),
        Arguments.of("CR", Behaviour.proper().header("X-Bad", "a\rSet-Cookie: b")),
        Arguments.of("bad status", Behaviour.status(999)),
        Arguments.of("no HTTP", Behaviour.raw("SSH-2.0-OpenSSH_9.2p1\r\n\r\n")),
        Arguments.of("HTTP/2", Behaviour.raw("HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n")),
        Arguments.of(
            "old coding",
            Behaviour.raw("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")),
        Arguments.of(
            "field without colon",
            Behaviour.raw("HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 0\r\n\r\n")),
        Arguments.of("huge field", Behaviour.proper().header("X-Big", "x".repeat(100_000))),
        Arguments.of(
            "endless interim", Behaviour.raw("HTTP/1.1 100 Continue\r\n\r\n".repeat(1000))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void headsThatBreakHttp(String name, Behaviour behaviour) {
    file.always(behaviour);

    assertFault(this::get, Kind.PROTOCOL, "not proper HTTP");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "9000000000000000000"})
  void unfitLengthIsRefusedOnHeadToo(String length) {
    file.next(Behaviour.proper().contentLength(length));

    assertFault(
        () -> client.execute(repo.request("HEAD", upstream.uri("/a.rpm"))),
        Kind.PROTOCOL,
        "Length");
  }

  @Test
  void tooManyFieldsAreRefused() {
    Behaviour behaviour = Behaviour.proper();
    for (int i = 0; i < 300; i++) {
      behaviour = behaviour.addHeader("X-" + i, "y");
    }
    file.next(behaviour);

    assertFault(this::get, Kind.PROTOCOL, "not proper HTTP");
  }

  @Test
  void brokenChunksAreRefused() throws Exception {
    file.next(
        Behaviour.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n"));
    UpstreamResponse response = get();

    assertFault(() -> Bodies.readAll(response), Kind.PROTOCOL, "not proper HTTP");
  }

  static Stream<Arguments> bodiesThatBreakOff() {
    return Stream.of(
        Arguments.of("cut", Behaviour.proper().cutAfter(1000)),
        Arguments.of("cut before the last byte", Behaviour.proper().cutAfter(49_999)),
        Arguments.of("reset", Behaviour.proper().resetAfter(1000)),
        Arguments.of("Content-Length too long", Behaviour.proper().contentLength("50001")),
        Arguments.of("cut chunks", Behaviour.proper().chunked().cutAfter(1000)),
        Arguments.of("no last chunk", Behaviour.proper().chunkedWithoutEnd()),
        Arguments.of("reset without length", Behaviour.proper().untilClose().resetAfter(1000)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void bodiesThatBreakOff(String name, Behaviour behaviour) {
    file.next(behaviour);

    assertFault(() -> Bodies.readAll(get()), Kind.BROKEN, "connection");
  }

  @Test
  void bytesBeforeABreakAreDelivered() throws Exception {
    file.next(Behaviour.proper().cutAfter(1000));
    try (UpstreamResponse response = get()) {
      assertThat(Bodies.read(response, 1000)).isEqualTo(Arrays.copyOf(CONTENT, 1000));
      assertFault(() -> response.read(ByteBuffer.allocate(1)), Kind.BROKEN, "within the answer");
    }
  }

  @Test
  void bytesBeyondTheContentLengthAreNotTakenForAnAnswer() throws Exception {
    file.next(Behaviour.proper().contentLength("100"));

    assertThat(Bodies.readAll(get())).hasSize(100);
    assertThat(Bodies.readAll(get())).isEqualTo(CONTENT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 404 Not Found\r\nContent-Le",
        "HTTP/1.1 404 Not Found\r\n",
        "HTTP/1.1 404",
        "HT"
      })
  void headThatBreaksOffIsNoAnswer(String head) {
    file.next(Behaviour.raw(head));

    assertFault(this::get, Kind.BROKEN, "closed within");
  }

  @Test
  void closedWithoutAnAnswer() {
    file.next(Behaviour.noAnswer());

    assertFault(this::get, Kind.BROKEN, "closed without an answer");
    assertThat(upstream.requests("/a.rpm")).as("not retried on a new connection").hasSize(1);
  }

  @Test
  void refusedConnection() {
    upstream.stop();

    assertFault(this::get, Kind.UNREACHABLE, "connection refused");
  }

  @Test
  void unknownHost() {
    TestRepo nowhere = TestRepo.at("http://nowhere.invalid/");

    assertFault(
        () -> client.execute(nowhere.get(URI.create("http://nowhere.invalid/a"))),
        Kind.UNREACHABLE,
        "unknown host");
  }

  @Test
  void hangingUpstreamTimesOut() {
    upstream.hang();
    repo.timeout(SHORT);

    assertFault(this::get, Kind.TIMEOUT, "no byte within 200 ms");
  }

  @Test
  void stalledBodyTimesOut() throws Exception {
    file.next(Behaviour.proper().stallAfter(1000));
    repo.timeout(SHORT);
    try (UpstreamResponse response = get()) {
      Bodies.read(response, 1000);
      assertFault(() -> response.read(ByteBuffer.allocate(1)), Kind.TIMEOUT, "no byte within");
    }
    upstream.awaitOpenConnections(0);
  }

  @ParameterizedTest
  @CsvSource({"1000, true", "100, false"})
  void bodySlowerThanTheMinimumRateTimesOut(long minRate, boolean tooSlow) throws Exception {
    // Each look at the clock is 6 s after the one before, and each read brings 1000 bytes at most.
    AtomicLong nanos = new AtomicLong();
    repo.minRate(minRate);
    try (HttpUpstreamClient slow =
            new HttpUpstreamClient(
                SystemDefaultDnsResolver.INSTANCE,
                () -> nanos.getAndAdd(Duration.ofSeconds(6).toNanos()));
        UpstreamResponse response = slow.execute(repo.get(upstream.uri("/a.rpm")))) {
      if (tooSlow) {
        assertFault(() -> Bodies.readAll(response), Kind.TIMEOUT, "slower than 1000 bytes");
        upstream.awaitOpenConnections(0);
      } else {
        assertThat(Bodies.readAll(response)).isEqualTo(CONTENT);
      }
    }
  }

  @Test
  void busyConnectionsTimeOutWithTheirLimitNamed() throws Exception {
    repo.maxConnections(1).timeout(SHORT);
    Gate gate = new Gate();
    file.next(Behaviour.proper().gated(gate));
    try (UpstreamResponse first = get()) {
      assertThat(first.status()).isEqualTo(200);
      assertFault(this::get, Kind.TIMEOUT, "all 1 connections");
    }
  }

  @Test
  void connectionIsUsedAgainAfterTheEndOfABody() throws Exception {
    Bodies.readAll(get());
    Bodies.readAll(get());

    assertThat(upstream.connectionsAccepted()).isEqualTo(1);
  }

  @Test
  void closingEarlyGivesTheConnectionUpWithoutDraining() throws Exception {
    file.next(Behaviour.proper().stallAfter(1000));
    UpstreamResponse response = get();
    Bodies.read(response, 10);

    response.close();

    upstream.awaitOpenConnections(0);
    assertThat(Bodies.readAll(get())).isEqualTo(CONTENT);
  }

  @Test
  void abortFailsABlockedRead() throws Exception {
    file.next(Behaviour.proper().stallAfter(1000));
    UpstreamResponse response = get();
    Bodies.read(response, 1000);
    CompletableFuture<Integer> blocked =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return response.read(ByteBuffer.allocate(1));
              } catch (UpstreamException e) {
                throw new IllegalStateException(e);
              }
            });

    response.abort();

    assertThatThrownBy(() -> blocked.get(10, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseInstanceOf(java.io.IOException.class);
    upstream.awaitOpenConnections(0);
  }

  @Test
  void abortAfterTheEndHarmsNobody() throws Exception {
    UpstreamResponse response = get();
    Bodies.readAll(response);
    response.abort();

    Bodies.readAll(get());
    assertThat(upstream.connectionsAccepted()).isEqualTo(1);
  }

  @Test
  void idleConnectionThatTheServerClosesInThatMomentIsNoFault() throws Exception {
    Bodies.readAll(get());
    file.next(Behaviour.noAnswer());

    assertThat(Bodies.readAll(get())).isEqualTo(CONTENT);
    assertThat(upstream.requests("/a.rpm")).hasSize(3);
    assertThat(upstream.connectionsAccepted()).isEqualTo(2);
  }

  @Test
  void restartedUpstreamIsNoFault() throws Exception {
    Bodies.readAll(get());
    upstream.stop();
    upstream.restart();

    assertThat(Bodies.readAll(get())).isEqualTo(CONTENT);
  }

  @Test
  void onlyOneRetryOnAnIdleConnection() throws Exception {
    Bodies.readAll(get());
    file.always(Behaviour.noAnswer());

    assertFault(this::get, Kind.BROKEN, "without an answer");
    assertThat(upstream.requests("/a.rpm")).hasSize(3);
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
  void firstHopOutsideTheBaseUrlsMustBePublic() {
    assertFault(
        () -> client.execute(TestRepo.at("http://up.example/").get(upstream.uri("/a.rpm"))),
        Kind.REDIRECT,
        "private address");
    assertThat(upstream.requests()).isEmpty();
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

  private UpstreamResponse get() throws UpstreamException {
    return client.execute(repo.get(upstream.uri("/a.rpm")));
  }

  private void assertFault(ThrowingCallable call, Kind kind, String words) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            UpstreamException.class, e -> assertThat(e.kind()).as("%s", e).isEqualTo(kind))
        .hasMessageStartingWith("http://")
        .hasMessageContaining(words);
  }
}
