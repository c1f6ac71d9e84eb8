package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.MutableClock;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawClient;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Complete files arrive byte by byte as they are, also while another version replaces them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServedBytesTest {

  private static final Instant LAST_YEAR = Instant.parse("2025-06-01T00:00:00Z");

  private static final String CHANGING = "/mirror/asking/changing.rpm";

  private final FakeUpstream upstream = FakeUpstream.start();
  private final MutableClock clock = new MutableClock(Instant.now());
  private final RunningMirror mirror =
      RunningMirror.setup()
          .clock(clock)
          .repo(upstream)
          .repo("asking", List.of(upstream.origin() + "/"), "package_expire = 0")
          .start();

  @AfterAll
  void stop() {
    mirror.close();
    upstream.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4096, 8191, 8192, 8193, 32_768, 65_537, 3_000_000})
  void aFileOfAnySizeIsTheSameColdAndWarm(int size) {
    String name = "repodata/size-" + size + ".xml.gz";
    byte[] content = new byte[size];
    new Random(size).nextBytes(content);
    upstream.file("/" + name, content).etag("\"" + size + "\"");
    RawResponse cold = mirror.get(name);
    assertThat(cold.complete()).isTrue();
    assertThat(cold.body()).isEqualTo(content);
    RawResponse warm = Warm.file(mirror, name);
    assertThat(warm.complete()).isTrue();
    assertThat(warm.header("Content-Length")).isEqualTo(Integer.toString(size));
    assertThat(warm.body()).isEqualTo(content);
    assertThat(upstream.requests("/" + name)).hasSize(1);
  }

  @Test
  void aClientGetsTheVersionItBeganWithAlthoughTheFileIsReplacedMeanwhile() throws Exception {
    byte[] old = Packages.rpm(20_000_000, 1);
    byte[] young = Packages.rpm(20_000_000, 2);
    upstream.file("/replaced.rpm", old).etag("\"old\"").lastModified(LAST_YEAR);
    Warm.file(mirror, "replaced.rpm");
    try (RawClient slow = new RawClient(mirror.port(), 4096);
        RawClient part = new RawClient(mirror.port(), 4096)) {
      slow.send("GET", "/mirror/repo/replaced.rpm");
      part.send("GET", "/mirror/repo/replaced.rpm", "Range: bytes=1-19999998");
      assertThat(slow.receiveHead().field("etag")).isEqualTo("\"old\"");
      assertThat(part.receiveHead().field("etag")).isEqualTo("\"old\"");
      clock.advance(Duration.ofSeconds(10));
      upstream
          .file("/replaced.rpm", young)
          .etag("\"young\"")
          .lastModified(LAST_YEAR.plusSeconds(60));
      RawResponse other = mirror.get("replaced.rpm", "Cache-Control: no-cache");
      assertThat(other.header("ETag")).isEqualTo("\"young\"");
      assertThat(other.body()).isEqualTo(young);
      assertThat(slow.readBody(old.length)).isEqualTo(old);
      assertThat(part.readBody(old.length - 2))
          .isEqualTo(Arrays.copyOfRange(old, 1, old.length - 1));
    }
  }

  @Test
  void underConstantReplacementEachBodyIsThatOfItsTag() throws Exception {
    int versions = 8;
    byte[][] bodies =
        IntStream.range(0, versions)
            .mapToObj(i -> Packages.rpm(50_000 + i, i))
            .toArray(byte[][]::new);
    publish(bodies, 0);
    ExecutorService clients = Executors.newFixedThreadPool(2);
    try {
      AtomicBoolean done = new AtomicBoolean();
      Runnable client =
          () -> {
            do {
              RawResponse answer = mirror.request("GET", CHANGING);
              assertThat(answer.status()).isEqualTo(200);
              String etag = String.valueOf(answer.header("ETag")).replace("\"", "");
              assertThat(answer.complete()).isTrue();
              assertThat(answer.body()).isEqualTo(bodies[Integer.parseInt(etag)]);
            } while (!done.get());
          };
      Future<?> first = clients.submit(client);
      Future<?> second = clients.submit(client);
      for (int i = 1; i < versions; i++) {
        publish(bodies, i);
        int version = i;
        await()
            .atMost(Duration.ofSeconds(20))
            .until(
                () -> mirror.request("GET", CHANGING).header("ETag"),
                etag -> ("\"" + version + "\"").equals(etag));
      }
      done.set(true);
      first.get();
      second.get();
    } finally {
      clients.shutdownNow();
    }
  }

  private void publish(byte[][] bodies, int version) {
    upstream
        .file("/changing.rpm", bodies[version])
        .etag("\"" + version + "\"")
        .lastModified(LAST_YEAR.plusSeconds(version));
  }
}
