package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RunningMirror;
import org.instantmirror.testing.TailingClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the API tells of downloads, the queue and the limits; and a queue over a restart. */
class QueueTest {

  private static final byte[] RPM = Packages.rpm(20_000, 1);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final FakeUpstream upstream = FakeUpstream.start();
  private final Gate gate = new Gate();
  private final Path folder;

  QueueTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @AfterEach
  void stop() {
    gate.releaseAll();
    upstream.close();
  }

  private void files(String... names) {
    for (String name : names) {
      upstream
          .file("/" + name, RPM)
          .lastModified(Mirrored.V1)
          .always(Behaviour.proper().gated(gate));
    }
  }

  /** What was to be fetched ahead when the server stopped. */
  private void wishes(String... lines) throws Exception {
    Path own = Files.createDirectories(folder.resolve("cache/.instantmirror"));
    Files.writeString(
        own.resolve("ahead"), "instantmirror-ahead 1\n" + String.join("\n", lines) + "\n");
  }

  private static String wish(double saving, String path) {
    return saving + "\tPACKAGE\t-\t-\t" + path.replaceFirst("/", "\t");
  }

  private RunningMirror start(String... lines) {
    return RunningMirror.setup()
        .folder(folder)
        .repo(upstream, lines)
        .main("bandwidth = 1G")
        .start();
  }

  private static JsonTree json(RunningMirror mirror, String target) {
    return JsonTree.parse(mirror.request("GET", target).body());
  }

  private static List<JsonTree> waiting(RunningMirror mirror, String parameters) {
    return json(mirror, "/api/v1/queue" + parameters).objects("waiting");
  }

  private static List<String> paths(List<JsonTree> objects) {
    return objects.stream().map(object -> object.text("path")).toList();
  }

  @Test
  void whatRunsAndWhatWaitsIsTold() throws Exception {
    files("a.rpm", "b.rpm", "c.rpm", "d.rpm", "e.rpm");
    wishes(wish(3, "repo/a.rpm"), wish(1, "repo/b.rpm"), wish(2, "repo/c.rpm"), wish(9, "gone/x"));
    try (RunningMirror mirror = start("max_parallel_downloads = 1", "bandwidth = 512M")) {
      gate.awaitRequest();
      gate.release(1000);
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  json(mirror, "/api/v1/downloads").objects("downloads").stream()
                      .anyMatch(each -> "1000".equals(each.text("bytes"))));
      JsonTree running = json(mirror, "/api/v1/downloads").objects("downloads").get(0);
      assertThat(running.text("repo")).isEqualTo("repo");
      assertThat(running.text("path")).isEqualTo("a.rpm");
      assertThat(running.text("phase")).isEqualTo("streaming");
      assertThat(running.text("class")).isEqualTo("ahead");
      assertThat(running.text("length")).isEqualTo("20000");
      assertThat(running.text("clients")).isEqualTo("0");
      assertThat(running.text("source")).isEqualTo(upstream.uri("/a.rpm").toString());

      JsonTree queue = json(mirror, "/api/v1/queue?limit=1");
      assertThat(queue.text("ahead")).isEqualTo("2");
      assertThat(queue.text("interactive")).isEqualTo("0");
      assertThat(queue.text("next")).isEqualTo("2");
      assertThat(queue.objects("limits"))
          .extracting(limit -> limit.text("host") + " " + limit.text("bytesPerSecond"))
          .containsExactly("null 1073741824", "127.0.0.1 536870912");
      JsonTree first = queue.objects("waiting").get(0);
      assertThat(first.text("position")).isEqualTo("1");
      assertThat(first.text("path")).isEqualTo("c.rpm");
      assertThat(first.text("class")).isEqualTo("ahead");
      assertThat(first.text("saving")).isEqualTo("2");
      assertThat(paths(waiting(mirror, "?from=2"))).containsExactly("b.rpm");

      assertThat(mirror.request("DELETE", "/api/v1/queue/repo/c.rpm").status()).isEqualTo(200);
      assertThat(mirror.request("DELETE", "/api/v1/queue/repo/c.rpm").status()).isEqualTo(404);
      assertThat(mirror.request("DELETE", "/api/v1/queue/repo").status()).isEqualTo(400);
      assertThat(mirror.request("GET", "/api/v1/queue?from=0").status()).isEqualTo(400);
      assertThat(paths(waiting(mirror, ""))).containsExactly("b.rpm");
    }
  }

  @Test
  void aClientTakesThePlaceOfWhatNobodyWaitsFor() throws Exception {
    Gate ahead = new Gate();
    files("client.rpm", "b.rpm");
    upstream
        .file("/a.rpm", RPM)
        .lastModified(Mirrored.V1)
        .etag("\"1\"")
        .always(Behaviour.proper().gated(ahead));
    wishes(wish(3, "repo/a.rpm"), wish(1, "repo/b.rpm"));
    try (RunningMirror mirror = start("max_parallel_downloads = 1")) {
      ahead.awaitRequest();
      ahead.release(5000);
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  json(mirror, "/api/v1/downloads").objects("downloads").stream()
                      .anyMatch(each -> "5000".equals(each.text("bytes"))));
      try (TailingClient client = TailingClient.ask(mirror, "client.rpm")) {
        gate.awaitRequest();
        assertThat(paths(waiting(mirror, ""))).containsExactly("a.rpm", "b.rpm");
        ahead.releaseAll();
        gate.releaseAll();
        assertThat(client.head().status()).isEqualTo(200);
        client.readTo(RPM.length);
        assertThat(client.body()).isEqualTo(RPM);
      }
      assertThat(mirror.awaitStored("a.rpm")).isEqualTo(RPM);
      assertThat(mirror.awaitStored("b.rpm")).isEqualTo(RPM);
      assertThat(upstream.requests("/a.rpm"))
          .extracting(request -> request.header("Range").orElse(""))
          .containsExactly("", "bytes=5000-");
    }
  }

  @Test
  void othersAreToldOfWhatTheyMayReadOnly() throws Exception {
    files("a.rpm", "b.rpm");
    wishes(wish(3, "repo/a.rpm"), wish(1, "repo/b.rpm"));
    try (RunningMirror mirror =
        RunningMirror.setup()
            .folder(folder)
            .repo(upstream, "max_parallel_downloads = 1", "allow = 10.0.0.1")
            .main("admin_clients = none")
            .start()) {
      gate.awaitRequest();
      assertThat(json(mirror, "/api/v1/downloads").objects("downloads")).isEmpty();
      JsonTree queue = json(mirror, "/api/v1/queue");
      assertThat(queue.objects("waiting")).isEmpty();
      assertThat(mirror.request("GET", "/api/v1/queue").text()).doesNotContain("limits", "ahead");
      assertThat(mirror.request("DELETE", "/api/v1/queue/repo/b.rpm").status()).isEqualTo(403);
    }
  }

  @Test
  void whatIsServedFromTheCacheIsNotSlowed() throws Exception {
    files("a.rpm", "b.rpm");
    gate.releaseAll();
    try (RunningMirror mirror = start()) {
      assertThat(mirror.get("a.rpm").body()).isEqualTo(RPM);
      mirror.awaitStored("a.rpm");
    }
    try (RunningMirror mirror = start("bandwidth = 1")) {
      try (TailingClient slow = TailingClient.ask(mirror, "b.rpm")) {
        upstream.awaitRequests("/b.rpm", 1);
        for (int i = 0; i < 100; i++) {
          assertThat(mirror.get("a.rpm").body()).isEqualTo(RPM);
        }
        assertThat(slow.body()).isEmpty();
      }
    }
  }
}
