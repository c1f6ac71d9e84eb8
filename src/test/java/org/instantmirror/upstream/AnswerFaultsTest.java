package org.instantmirror.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.upstream.UpstreamException.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each way in which an upstream can fail to answer properly. */
class AnswerFaultsTest extends ClientFixture {

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
    DnsResolver nothingKnown =
        new DnsResolver() {
          @Override
          public InetAddress[] resolve(String host) throws UnknownHostException {
            throw new UnknownHostException(host);
          }

          @Override
          public String resolveCanonicalHostname(String host) {
            return host;
          }
        };
    try (HttpUpstreamClient lost = new HttpUpstreamClient(nothingKnown, System::nanoTime)) {
      assertFault(
          () -> lost.execute(TestRepo.at("http://h.example/").get(URI.create("http://h.example/"))),
          Kind.UNREACHABLE,
          "unknown host");
    }
  }

  @Test
  void hangingUpstreamTimesOut() {
    upstream.hang();
    repo.timeout(SHORT);

    assertFault(this::get, Kind.TIMEOUT, "no byte within 500 ms");
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

  /** A clock on which each block of bytes takes six seconds, in however many reads it comes. */
  private static final class BlockClock {
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger looksUntilItMoves = new AtomicInteger();

    /** Looked at before a read and after. */
    long look() {
      if (looksUntilItMoves.decrementAndGet() == 0) {
        nanos.addAndGet(Duration.ofSeconds(6).toNanos());
      }
      return nanos.get();
    }

    void block() {
      looksUntilItMoves.set(2);
    }
  }

  @ParameterizedTest
  @CsvSource({"1000, true", "50, false"})
  void bodySlowerThanTheMinimumRateTimesOut(long minRate, boolean tooSlow) {
    // 1000 bytes in six seconds are 167 a second; where a window begins within a block, 83 at
    // least.
    BlockClock clock = new BlockClock();
    repo.minRate(minRate);
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    ThrowingCallable reading =
        () -> {
          try (HttpUpstreamClient slow =
                  new HttpUpstreamClient(SystemDefaultDnsResolver.INSTANCE, clock::look);
              UpstreamResponse response = slow.execute(request())) {
            for (int read = 0; read < CONTENT.length; read += 1000) {
              clock.block();
              body.write(Bodies.read(response, 1000));
            }
          }
        };
    if (tooSlow) {
      assertFault(reading, Kind.TIMEOUT, "slower than 1000 bytes");
      assertThat(body.size()).as("after a window, and no sooner").isEqualTo(1000);
      upstream.awaitOpenConnections(0);
    } else {
      assertThatCode(reading).doesNotThrowAnyException();
      assertThat(body.toByteArray()).isEqualTo(CONTENT);
    }
  }

  @Test
  void firstHopOutsideTheBaseUrlsMustBePublic() {
    assertFault(
        () -> client.execute(TestRepo.at("http://up.example/").get(upstream.uri("/a.rpm"))),
        Kind.REDIRECT,
        "private address");
    assertThat(upstream.requests()).isEmpty();
  }
}
