package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeFile;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawClient;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RecordedRequest;
import org.instantmirror.testing.RunningMirror;
import org.instantmirror.testing.TailingClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stopping, and starting again on the same cache directory. */
class RestartTest {

  private static final int SIZE = 400_000;
  private static final int THERE = 150_000;
  private static final byte[] RPM = Packages.rpm(SIZE, 61);

  private Path folder;
  private FakeUpstream upstream;
  private FakeFile file;
  private Gate gate;

  @BeforeEach
  void start(@TempDir Path empty) {
    folder = empty;
    upstream = FakeUpstream.start();
    gate = new Gate();
    file =
        upstream
            .file("/a.rpm", RPM)
            .lastModified(Instant.parse("2026-01-01T00:00:00Z"))
            .etag("\"1\"")
            .next(Behaviour.proper().gated(gate));
  }

  @AfterEach
  void stop() {
    gate.releaseAll();
    upstream.close();
  }

  private RunningMirror mirror(String... main) {
    RunningMirror.Setup setup = RunningMirror.setup().folder(folder).repo(upstream, "timeout = 5");
    for (String line : main) {
      setup.main(line);
    }
    return setup.start();
  }

  /** A client that has the first {@link #THERE} bytes; no more have come from upstream. */
  private TailingClient attach(RunningMirror mirror) throws IOException {
    TailingClient client = TailingClient.ask(mirror, "a.rpm");
    gate.awaitRequest();
    gate.release(THERE);
    assertThat(client.head().status()).isEqualTo(200);
    client.readTo(THERE);
    return client;
  }

  private void breakOff() throws IOException {
    RunningMirror first = mirror();
    try (TailingClient client = attach(first)) {
      first.close();
      client.readTo(SIZE);
      assertThat(client.body()).hasSize(THERE);
    }
    assertThat(first.stored("a.rpm")).doesNotExist();
  }

  @Test
  void downloadGoesOnWhereItWas() throws Exception {
    breakOff();
    try (RunningMirror second = mirror()) {
      RawResponse response = second.get("a.rpm");
      assertThat(response.complete()).isTrue();
      assertThat(response.body()).isEqualTo(RPM);
      RecordedRequest resumed = upstream.requests("/a.rpm").get(1);
      assertThat(resumed.header("Range")).contains("bytes=" + THERE + "-");
      assertThat(resumed.header("If-Range")).contains("\"1\"");
      assertThat(second.awaitStored("a.rpm")).isEqualTo(RPM);
    }
  }

  @Test
  void fileThatHasChangedMeanwhileIsFetchedAnew() throws Exception {
    breakOff();
    byte[] changed = Packages.rpm(SIZE, 62);
    file.content(changed).etag("\"2\"").lastModified(Instant.parse("2026-01-02T00:00:00Z"));
    try (RunningMirror second = mirror()) {
      RawResponse response = second.get("a.rpm");
      assertThat(response.complete()).isTrue();
      assertThat(response.body()).isEqualTo(changed);
      assertThat(second.awaitStored("a.rpm")).isEqualTo(changed);
    }
  }

  @Test
  void partialFileIsNeverServedWithoutUpstream() throws Exception {
    breakOff();
    upstream.stop();
    try (RunningMirror second = mirror("queue_timeout = 2")) {
      assertThat(second.get("a.rpm").status()).isIn(502, 504);
    }
  }

  @Test
  void secondMirrorOnTheSameDirectoryIsRefused() {
    try (RunningMirror first = mirror()) {
      assertThatThrownBy(this::mirror)
          .hasMessageContaining("in use")
          .hasMessageContaining(first.cacheDir().toString());
      assertThat(first.request("GET", "/health/live").status()).isEqualTo(200);
    }
    mirror().close();
  }

  @Test
  void runningTransferMayEndWhileNewRequestsAreRefused() throws Exception {
    RunningMirror mirror = mirror("shutdown_timeout = 30");
    int port = mirror.port();
    try (TailingClient client = attach(mirror)) {
      CompletableFuture<Void> closing = CompletableFuture.runAsync(mirror::close);
      await().until(() -> isRefused(port));
      assertThat(closing).isNotDone();
      gate.releaseAll();
      client.readTo(SIZE);
      assertThat(client.body()).isEqualTo(RPM);
      closing.get(20, TimeUnit.SECONDS);
    }
    assertThat(mirror.stored("a.rpm")).hasBinaryContent(RPM);
  }

  private static boolean isRefused(int port) {
    try (RawClient client = new RawClient(port)) {
      return false;
    } catch (IOException refused) {
      return true;
    }
  }

  @Test
  void hangingUpstreamDoesNotKeepTheServerFromStopping() throws Exception {
    upstream.hang();
    RunningMirror mirror = mirror();
    try (TailingClient client = TailingClient.ask(mirror, "a.rpm")) {
      upstream.awaitRequests("/a.rpm", 1);
      CompletableFuture.runAsync(mirror::close).get(15, TimeUnit.SECONDS);
    }
  }
}
