package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code kill -9} at the worst moment, and two mirrors on one cache directory. */
@RequiresRpmTools
@RequiresPrograms({Program.NGINX, Program.CURL})
class KillIT {
  private static final String REPO = "samples";
  private static final int BYTES_PER_SECOND = 4 << 20;

  private final WorkDirectory work = WorkDirectory.create("kill");
  private final RpmRepository repository =
      RpmRepository.create(work.path().resolve("repo"), SampleRpm.HELLO, SampleRpm.BIG);
  private final NginxUpstream upstream = NginxUpstream.serving(repository.folder());
  private final MirrorFiles files = MirrorFiles.create().repo(REPO, upstream.url(), "retries=1");
  private final Path copy = work.path().resolve("copy.rpm");

  @AfterEach
  void stopEverything() {
    upstream.close();
    files.close();
    work.close();
  }

  @Test
  void killedDownloadIsResumedWhereItWas() throws Exception {
    killInMidDownload();
    upstream.limitRate(0);
    restartUpstream();

    try (MirrorProcess mirror = MirrorProcess.start(files)) {
      Curl.download(mirror.repoUrl(REPO) + SampleRpm.BIG.fileName(), copy).succeeded();
      awaitStored();
    }

    assertThat(copy).hasSameBinaryContentAs(repository.file(SampleRpm.BIG));
    assertThat(cachedBig()).hasSameBinaryContentAs(repository.file(SampleRpm.BIG));
    // nginx may have been stopped before it logged the request that was broken off.
    List<AccessLog.Entry> asked = upstream.accessLog().packageGets();
    assertThat(asked).filteredOn(entry -> entry.status() != 206).hasSizeLessThanOrEqualTo(1);
    assertThat(asked).filteredOn(entry -> entry.status() == 206).hasSize(1);
    AccessLog.Entry resumed = asked.get(asked.size() - 1);
    assertThat(resumed.range()).matches("bytes=[1-9][0-9]*-[0-9]*");
    assertThat(resumed.ifRange()).isNotEqualTo("-");
    long offset = Long.parseLong(resumed.range().replaceAll("bytes=(\\d+)-.*", "$1"));
    assertThat(offset + resumed.bytes()).isEqualTo(Files.size(repository.file(SampleRpm.BIG)));
  }

  @Test
  void killedDownloadIsNeverServedAsAWholeFile() throws Exception {
    killInMidDownload();
    upstream.stop();

    try (MirrorProcess mirror = MirrorProcess.start(files)) {
      Curl.download(mirror.repoUrl(REPO) + SampleRpm.BIG.fileName(), copy, "--max-time", "60")
          .failed();
    }

    assertThat(cachedBig()).doesNotExist();
  }

  /** A client has the last bytes a moment before the file has its name. */
  private void awaitStored() {
    await("the file is complete on disk")
        .atMost(Duration.ofSeconds(30))
        .until(() -> Files.exists(cachedBig()));
  }

  @Test
  void fileThatChangedUpstreamSinceTheKillIsFetchedAnew() throws Exception {
    killInMidDownload();
    Path changed = repository.file(SampleRpm.BIG);
    byte[] bytes = Files.readAllBytes(changed);
    bytes[1 << 20] ^= 1;
    Files.write(changed, bytes);
    upstream.limitRate(0);
    restartUpstream();

    try (MirrorProcess mirror = MirrorProcess.start(files)) {
      Curl.download(mirror.repoUrl(REPO) + SampleRpm.BIG.fileName(), copy).succeeded();
      awaitStored();
    }

    assertThat(copy).hasSameBinaryContentAs(changed);
    assertThat(cachedBig()).hasSameBinaryContentAs(changed);
  }

  @Test
  void completeFilesAreThereAfterAKill() {
    try (MirrorProcess mirror = MirrorProcess.start(files)) {
      Curl.download(mirror.repoUrl(REPO) + SampleRpm.BIG.fileName(), copy).succeeded();
      awaitStored();
      mirror.kill();
    }
    upstream.stop();

    try (MirrorProcess mirror = MirrorProcess.start(files)) {
      Curl.download(mirror.repoUrl(REPO) + SampleRpm.BIG.fileName(), copy).succeeded();
    }

    assertThat(copy).hasSameBinaryContentAs(repository.file(SampleRpm.BIG));
  }

  @Test
  void secondMirrorOnTheSameCacheDirectorySaysSoAndStops() {
    try (MirrorProcess first = MirrorProcess.start(files)) {
      CommandResult second = MirrorProcess.runToItsEnd(files).failed();

      assertThat(second.output()).contains(files.cacheDir().toString());
      assertThat(second.output()).doesNotContain("InstantMirror ready");
      Curl.download(first.repoUrl(REPO) + SampleRpm.HELLO.fileName(), copy).succeeded();
    }
  }

  /**
   * Leaves a cache directory with a part of {@link SampleRpm#BIG}, and nothing running but nginx.
   */
  private void killInMidDownload() throws IOException {
    upstream.limitRate(BYTES_PER_SECOND);
    restartUpstream();
    try (MirrorProcess mirror = MirrorProcess.start(files)) {
      Process curl =
          Command.of(
                  Program.CURL,
                  "--silent",
                  "--output",
                  copy.toString(),
                  mirror.repoUrl(REPO) + SampleRpm.BIG.fileName())
              .start(work.path().resolve("curl.log"));
      try {
        await("half of the file is on disk")
            .atMost(Duration.ofSeconds(30))
            .pollInterval(Duration.ofMillis(20))
            .until(() -> files.partialBytes() > SampleRpm.BIG.incompressibleBytes() / 2);
      } finally {
        mirror.kill();
        curl.destroyForcibly();
      }
    }
    assertThat(cachedBig()).doesNotExist();
  }

  private void restartUpstream() {
    upstream.stop();
    upstream.start();
  }

  private Path cachedBig() {
    return files.cached(REPO, SampleRpm.BIG.fileName());
  }
}
