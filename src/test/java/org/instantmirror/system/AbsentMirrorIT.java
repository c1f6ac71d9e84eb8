package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A real dnf that goes by this mirror's lists, and upstream when the mirror is away. */
@RequiresRpmTools
@RequiresPrograms({Program.DNF, Program.NGINX, Program.CURL, Program.ROOT_USER})
class AbsentMirrorIT {
  private static final String REPO = "samples";

  @AutoClose private final WorkDirectory work = WorkDirectory.create("absent");
  private final RpmRepository repository =
      RpmRepository.create(
          work.path().resolve("repo"), SampleRpm.HELLO, SampleRpm.TILDE, SampleRpm.UNASKED);
  @AutoClose private final NginxUpstream upstream = NginxUpstream.serving(repository.folder());

  @AutoClose
  private final MirrorFiles files =
      MirrorFiles.create()
          .repo(
              REPO,
              upstream.url(),
              "gpgcheck=1",
              "repo_gpgcheck=1",
              "gpgkey=file://" + repository.file(RpmRepository.KEY_FILE));

  @AutoClose private final MirrorProcess mirror = MirrorProcess.start(files);
  @AutoClose private final Dnf dnf = Dnf.withBaseUrl(mirror.repoUrl(REPO));

  @Test
  void withAMetalinkOfOursDnfInstallsFromUpstreamWhenTheMirrorHasStopped() {
    dnf.useRepoFile(text("repos/metalink/samples.repo"));
    installsFromUsThenFromUpstream();
  }

  @Test
  void withAMirrorlistOfOursDnfInstallsFromUpstreamWhenTheMirrorHasStopped() {
    dnf.useRepoFile(text("repos/mirrorlist/samples.repo"));
    installsFromUsThenFromUpstream();
  }

  @Test
  void withASavedMirrorlistDnfInstallsFromUpstreamWhenTheMirrorHasStopped() {
    String saved = work.write("mirrors", text("mirrorlist/samples")).toUri().getPath();
    dnf.useRepoFile(
        text("repos/samples.repo").replaceAll("baseurl=.*", "mirrorlist=file://" + saved));
    installsFromUsThenFromUpstream();
  }

  private void installsFromUsThenFromUpstream() {
    dnf.run("install", "hello").succeeded();
    assertThat(dnf.installed(SampleRpm.HELLO)).exists();
    mirror.awaitLog("GET /mirror/samples/" + SampleRpm.HELLO.fileName());
    assertThat(upstream.accessLog().packageGets()).as("by the mirror").hasSize(1);
    mirror.stop();

    dnf.run("install", "tilde").succeeded();
    assertThat(dnf.installed(SampleRpm.TILDE)).exists();

    dnf.run("--refresh", "install", "unasked").succeeded();
    assertThat(dnf.installed(SampleRpm.UNASKED)).exists();
  }

  @Test
  void dnfTakesOurMetalinkAsProofThatItsCopyHolds() {
    dnf.useRepoFile(
        text("repos/metalink/samples.repo").replace("repo_gpgcheck=1", "repo_gpgcheck=0"));
    dnf.run("makecache").succeeded();
    long before = repomdRequests();
    assertThat(before).isPositive();

    dnf.run("--refresh", "makecache").succeeded();
    assertThat(repomdRequests()).isEqualTo(before);

    repository.add(SampleRpm.HELLO_UPDATE);
    repository.publish(RpmRepository.PACKAGE_TIME.plusSeconds(7200));
    // dnf's no-cache makes the mirror look; what is new goes live a moment later.
    await("the new generation")
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertThat(dnf.run("--refresh", "repoquery", "hello").succeeded().output())
                    .contains("hello-0:2.0-1"));
  }

  private long repomdRequests() {
    return mirror
        .settledLog()
        .lines()
        .filter(line -> line.contains("repodata/repomd.xml "))
        .count();
  }

  private String text(String path) {
    return Curl.run(List.of(mirror.url() + path)).succeeded().output();
  }
}
