package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.instantmirror.testing.LogLines;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/**
 * Upstream publishes updates with createrepo_c: what clients are known to have is here before a
 * real dnf asks for it, and what nobody has is never fetched. The mirror runs in this process, to
 * be told what clients have.
 */
@RequiresRpmTools
@RequiresPrograms({Program.DNF, Program.NGINX, Program.CURL, Program.ROOT_USER})
class PrefetchIT {
  @AutoClose private final WorkDirectory work = WorkDirectory.create("prefetch");

  private final RpmRepository repository =
      RpmRepository.create(work.path().resolve("repo"), SampleRpm.HELLO, SampleRpm.TILDE);

  @AutoClose private final Upstream upstream = NginxUpstream.serving(repository.folder());
  @AutoClose private final LogLines log = new LogLines("org.instantmirror.mirror");

  @AutoClose
  private final RunningMirror mirror =
      RunningMirror.setup()
          .repo("repo", List.of(upstream.url()), "prefetch_min_demand = 20")
          .demand((repo, name, arch, now) -> name.equals("hello") ? 3000 : 0)
          .start();

  /** A client of another address than dnf's asks until that generation is live. */
  private void awaitGeneration(int number) {
    await("generation " + number)
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              RawResponse response =
                  mirror.getAs(9, "repodata/repomd.xml", "Cache-Control: no-cache");
              assertThat(response.status()).isEqualTo(200);
              return log.all().stream().anyMatch(line -> line.contains(number + " is live"));
            });
  }

  @Test
  void whatClientsHaveIsFetchedBeforeTheyAskAndWhatNobodyHasIsNot() throws Exception {
    String url = "http://127.0.0.1:" + mirror.port() + "/mirror/repo/";
    try (Dnf dnf = Dnf.withBaseUrl(url)) {
      dnf.run("install", "hello").succeeded();
      awaitGeneration(1);
      repository.add(SampleRpm.HELLO_UPDATE, SampleRpm.UNASKED);
      repository.publish(Instant.now());
      awaitGeneration(2);

      assertThat(mirror.awaitStored(SampleRpm.HELLO_UPDATE.fileName()))
          .isEqualTo(Files.readAllBytes(repository.file(SampleRpm.HELLO_UPDATE)));
      long gets = upstream.accessLog().packageGets().size();
      assertThat(mirror.stored(SampleRpm.UNASKED.fileName())).doesNotExist();

      // The first client that asks. By another address: its own sticks to the generation before.
      try (ClientAddress another = ClientAddress.towards(url)) {
        dnf.useBaseUrl(another.url());
        dnf.run("--refresh", "upgrade").succeeded();
      }
      assertThat(dnf.installedText(SampleRpm.HELLO_UPDATE))
          .isEqualTo(SampleRpm.HELLO_UPDATE.installedText());
      assertThat(upstream.accessLog().packageGets()).hasSize((int) gets);
      assertThat(mirror.get(SampleRpm.HELLO_UPDATE.fileName()).header("Cache-Status"))
          .contains("InstantMirror; hit");
      String status =
          new String(mirror.request("GET", "/api/v1/prefetch").body(), StandardCharsets.UTF_8);
      assertThat(status)
          .contains("\"path\":\"" + SampleRpm.HELLO_UPDATE.fileName() + "\"")
          .contains("\"state\":\"fetched\"")
          .contains("\"decision\":\"nobody\"");
    }
  }
}
