package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawClient;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several requests on one connection: each answer ends where it says, or the connection does. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConnectionReuseTest {

  private static final byte[] SMALL = Packages.rpm(500, 1);
  private static final byte[] BIG = Packages.rpm(200_000, 2);

  private final FakeUpstream upstream = FakeUpstream.start();
  private final RunningMirror mirror = RunningMirror.setup().repo(upstream, "retries = 1").start();

  ConnectionReuseTest() {
    Instant lastYear = Instant.parse("2025-06-01T00:00:00Z");
    upstream.file("/small.rpm", SMALL).etag("\"s\"").lastModified(lastYear);
    upstream.file("/big.rpm", BIG).etag("\"b\"").lastModified(lastYear);
    upstream.file("/page.txt", SMALL);
    upstream.file("/chunked.txt", SMALL).always(Behaviour.proper().chunked());
    Warm.file(mirror, "small.rpm");
    Warm.file(mirror, "big.rpm");
  }

  @AfterAll
  void stop() {
    mirror.close();
    upstream.close();
  }

  private static final List<String> ALL =
      List.of("small.rpm", "big.rpm", "page.txt", "chunked.txt", "missing.rpm", "big.rpm");

  private static void assertAnswer(String file, RawResponse answer) {
    assertThat(answer.complete()).isTrue();
    if (file.equals("missing.rpm")) {
      assertThat(answer.status()).isEqualTo(404);
    } else {
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo(file.equals("big.rpm") ? BIG : SMALL);
    }
  }

  @Test
  void oneConnectionServesManyRequests() throws Exception {
    try (RawClient client = new RawClient(mirror.port())) {
      for (int i = 0; i < 5; i++) {
        for (String file : ALL) {
          client.send("GET", "/mirror/repo/" + file);
          assertAnswer(file, client.receive("GET"));
        }
      }
    }
  }

  @Test
  void requestsSentTogetherAreAnsweredInOrder() throws Exception {
    try (RawClient client = new RawClient(mirror.port())) {
      StringBuilder requests = new StringBuilder();
      for (String file : ALL) {
        requests.append("GET /mirror/repo/").append(file).append(" HTTP/1.1\r\nHost: m\r\n\r\n");
      }
      client.sendRaw(requests.toString());
      for (String file : ALL) {
        assertAnswer(file, client.receive("GET"));
      }
    }
  }

  @Test
  void headsAndRefusalsLeaveTheConnectionUsable() throws Exception {
    try (RawClient client = new RawClient(mirror.port())) {
      for (String method : List.of("HEAD", "OPTIONS", "PUT", "HEAD")) {
        client.send(method, "/mirror/repo/big.rpm");
        client.receive(method);
      }
      client.send("GET", "/mirror/nosuch/a.rpm");
      assertThat(client.receive("GET").status()).isEqualTo(404);
      client.send("GET", "/mirror/repo/big.rpm", "Range: bytes=999999999-");
      assertThat(client.receive("GET").status()).isEqualTo(416);
      client.send("GET", "/mirror/repo/small.rpm");
      assertAnswer("small.rpm", client.receive("GET"));
    }
  }

  @Test
  void aClientThatAsksForTheConnectionsEndGetsIt() throws Exception {
    try (RawClient client = new RawClient(mirror.port())) {
      client.send("GET", "/mirror/repo/big.rpm", "Connection: close");
      assertAnswer("big.rpm", client.receive("GET"));
      assertThat(client.isClosedByServer()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cut.rpm", "cut.txt", "cut-chunked.rpm", "cut-chunked.txt"})
  void afterABrokenTransferNothingMoreIsReadFromTheConnection(String file) throws Exception {
    Behaviour cut = Behaviour.proper().cutAfter(100_000);
    upstream.file("/" + file, BIG).always(file.contains("chunked") ? cut.chunked() : cut);
    try (RawClient client = new RawClient(mirror.port())) {
      // A second request waits behind the first, as a pipelining proxy's would.
      client.sendRaw(
          "GET /mirror/repo/"
              + file
              + " HTTP/1.1\r\nHost: m\r\n\r\nGET /mirror/repo/small.rpm HTTP/1.1\r\nHost: m\r\n\r\n");
      RawResponse broken = client.receive("GET");
      assertThat(broken.status()).isEqualTo(200);
      assertThat(broken.complete()).isFalse();
      assertThat(BIG).startsWith(broken.body());
      assertThat(client.isClosedByServer()).isTrue();
    }
    assertThat(mirror.stored(file)).doesNotExist();
  }

  @Test
  void aRangeOfABreakingDownloadBreaksToo() throws Exception {
    upstream.file("/cut-range.rpm", BIG).always(Behaviour.proper().cutAfter(100_000));
    try (RawClient client = new RawClient(mirror.port())) {
      client.send("GET", "/mirror/repo/cut-range.rpm", "Range: bytes=50000-150000");
      RawResponse broken = client.receive("GET");
      assertThat(broken.status()).isEqualTo(206);
      assertThat(broken.complete()).isFalse();
      assertThat(client.isClosedByServer()).isTrue();
    }
  }
}
