package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.MutableClock;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawClient;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Complete files arrive byte by byte as they are, also while another version replaces them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServedBytesTest {

  private static final Instant LAST_YEAR = Instant.parse("2025-06-01T00:00:00Z");

  private final FakeUpstream upstream = FakeUpstream.start();
  private final MutableClock clock = new MutableClock(Instant.now());
  private final RunningMirror mirror = RunningMirror.setup().clock(clock).repo(upstream).start();

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

  /** The container opens the file after we have chosen it, and may open another version by then. */
  @Test
  void underConstantReplacementEachBodyIsThatOfItsTag() throws Exception {
    int versions = 60;
    publish(0);
    Warm.file(mirror, "changing.rpm");
    ExecutorService clients = Executors.newFixedThreadPool(3);
    AtomicBoolean done = new AtomicBoolean();
    try {
      List<Future<Void>> running =
          Stream.generate(() -> clients.submit(() -> readWhole(done))).limit(3).toList();
      for (int i = 1; i < versions; i++) {
        publish(i);
        clock.advance(Duration.ofSeconds(2));
        RawResponse forced = mirror.get("changing.rpm", "Cache-Control: no-cache");
        assertThat(forced.body()).isEqualTo(version(forced));
      }
      done.set(true);
      for (Future<Void> client : running) {
        client.get();
      }
    } finally {
      done.set(true);
      clients.shutdownNow();
    }
  }

  private @Nullable Void readWhole(AtomicBoolean done) throws IOException {
    try (RawClient client = new RawClient(mirror.port())) {
      do {
        client.send("GET", "/mirror/repo/changing.rpm");
        RawResponse answer = client.receive("GET");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.complete()).isTrue();
        assertThat(answer.body()).isEqualTo(version(answer));
      } while (!done.get());
    }
    return null;
  }

  /** The content of the version that an answer says it is; all have the same length. */
  private static byte[] version(RawResponse answer) {
    String etag = String.valueOf(answer.header("ETag")).replace("\"", "");
    return Packages.rpm(10_000, Integer.parseInt(etag));
  }

  private void publish(int version) {
    upstream
        .file("/changing.rpm", Packages.rpm(10_000, version))
        .etag("\"" + version + "\"")
        .lastModified(LAST_YEAR.plusSeconds(version));
  }
}
