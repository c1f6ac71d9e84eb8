package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.instantmirror.server.Mirrored.V1;

import java.time.Duration;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.Test;

/** What a monitoring system reads. */
class MetricsTest {

  private static final byte[] RPM = Packages.rpm(100_000, 1);

  private static String metrics(RunningMirror mirror) {
    RawResponse answer = mirror.request("GET", "/metrics");
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.header("content-type")).startsWith("text/plain;version=0.0.4");
    return answer.text();
  }

  @Test
  void requestsAreCountedByWhatTheCacheDid() throws Exception {
    try (FakeUpstream upstream = FakeUpstream.start();
        RunningMirror mirror = RunningMirror.setup().repo(upstream).start()) {
      upstream.file("/a-1-1.noarch.rpm", RPM).lastModified(V1);
      mirror.get("a-1-1.noarch.rpm");
      mirror.awaitStored("a-1-1.noarch.rpm");
      mirror.get("a-1-1.noarch.rpm");
      mirror.get("a-1-1.noarch.rpm");
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(
              () ->
                  assertThat(metrics(mirror))
                      .contains(
                          "instantmirror_requests_total{cache=\"hit\",status=\"2xx\"} 2.0",
                          "instantmirror_requests_total{cache=\"miss\",status=\"2xx\"} 1.0",
                          "instantmirror_sent_bytes_total{cache=\"hit\",status=\"2xx\"} 200000.0",
                          "instantmirror_upstream_bytes_total 100000.0",
                          "instantmirror_upstream_requests_total 1.0",
                          "instantmirror_repositories 1.0",
                          "instantmirror_downloads 0.0",
                          "instantmirror_store_fault 0.0",
                          "instantmirror_usage_packages 1.0",
                          "instantmirror_saved_bytes 200000.0",
                          "instantmirror_queue{class=\"interactive\"} 0.0",
                          "instantmirror_queue{class=\"ahead\"} 0.0",
                          "instantmirror_prefetch_packages{decision=\"nobody\"} 0.0",
                          "instantmirror_prefetch_package_bytes{decision=\"fetch\"} 0.0",
                          "instantmirror_prefetched_bytes_total 0.0",
                          "instantmirror_prefetched_used_bytes_total 0.0",
                          "instantmirror_prefetch_failures_total 0.0",
                          "instantmirror_cache_bytes 102400.0",
                          "instantmirror_repository_bytes{repo=\"repo\"} 102400.0",
                          "instantmirror_repository_files{repo=\"repo\"} 1.0",
                          "instantmirror_cache_files 1.0",
                          "instantmirror_cache_limit_bytes +Inf",
                          "instantmirror_disk_free_bytes ",
                          "instantmirror_evicted_files_total 0.0",
                          "instantmirror_evicted_bytes_total 0.0",
                          "jvm_memory_used_bytes",
                          "jvm_gc_seconds_total",
                          "process_uptime_seconds"));
    }
  }

  @Test
  void savingsAreWhatClientsGotLessWhatCameForThem() throws Exception {
    try (FakeUpstream upstream = FakeUpstream.start();
        RunningMirror mirror = RunningMirror.setup().repo(upstream).start()) {
      upstream.file("/a-1-1.noarch.rpm", RPM).lastModified(V1);
      mirror.get("a-1-1.noarch.rpm");
      mirror.awaitStored("a-1-1.noarch.rpm");
      mirror.get("a-1-1.noarch.rpm");
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(
              () ->
                  assertThat(mirror.request("GET", "/api/v1/savings").text())
                      .contains(
                          "\"hit\":{\"requests\":1,\"bytes\":100000}",
                          "\"miss\":{\"requests\":1,\"bytes\":100000}",
                          "\"sentBytes\":200000,\"fetchedBytes\":100000,\"savedBytes\":100000")
                      .doesNotContain("none"));
    }
    try (FakeUpstream upstream = FakeUpstream.start();
        RunningMirror mirror =
            RunningMirror.setup().repo(upstream).main("admin_clients = 192.0.2.1").start()) {
      assertThat(mirror.request("GET", "/api/v1/savings").status()).isEqualTo(403);
    }
  }

  @Test
  void onlyMetricsClientsMayRead() {
    try (FakeUpstream upstream = FakeUpstream.start();
        RunningMirror mirror =
            RunningMirror.setup().repo(upstream).main("metrics_clients = 192.0.2.1").start()) {
      RawResponse answer = mirror.request("GET", "/metrics");
      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.text()).contains("metrics_clients");
    }
  }
}
