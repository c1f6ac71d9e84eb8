package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.instantmirror.http.ByteRanges;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code kill -9} at the worst moment, and two mirrors on one cache directory. */
@RequiresRpmTools
@RequiresPrograms({Program.NGINX, Program.CURL})
class KillIT {
  private static final String REPO = "samples";
  private static final int BYTES_PER_SECOND = 4 << 20;
  private static final Pattern RANGES = Pattern.compile("\nranges=([^\n]*)\n");

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
  void killedInMidSegmentItGoesOnWithWhatWasForcedOfEachSegment() throws Exception {
    try (NginxUpstream second = NginxUpstream.serving(repository.folder())) {
      MirrorFiles two = MirrorFiles.create();
      two.repo(REPO, upstream.url() + " " + second.url(), "retries=1", "segment_min=1M");
      for (NginxUpstream each : List.of(upstream, second)) {
        restart(each, BYTES_PER_SECOND / 4);
      }
      long forced;
      try (two) {
        try (MirrorProcess mirror = MirrorProcess.start(two)) {
          forced = killInMidSegment(mirror, two);
        }
        for (NginxUpstream each : List.of(upstream, second)) {
          restart(each, 0);
        }
        int before =
            upstream.accessLog().packageGets().size() + second.accessLog().packageGets().size();
        try (MirrorProcess mirror = MirrorProcess.start(two)) {
          know(mirror);
          Curl.download(mirror.repoUrl(REPO) + SampleRpm.BIG.fileName(), copy).succeeded();
          Curl.awaitHit(mirror.repoUrl(REPO) + SampleRpm.BIG.fileName());
        }
        List<AccessLog.Entry> asked = new ArrayList<>(upstream.accessLog().packageGets());
        asked.addAll(second.accessLog().packageGets());
        assertThat(asked).allMatch(entry -> entry.status() == 206);
        assertThat(asked).hasSizeGreaterThan(before);
        assertThat(copy).hasSameBinaryContentAs(repository.file(SampleRpm.BIG));
        assertThat(two.cached(REPO, SampleRpm.BIG.fileName()))
            .hasSameBinaryContentAs(repository.file(SampleRpm.BIG));
      }
      assertThat(forced).isGreaterThan(0);
    }
  }

  /** Until then nobody knows that it is listed. */
  private void know(MirrorProcess mirror) {
    Curl.download(mirror.repoUrl(REPO) + "repodata/repomd.xml", copy).succeeded();
    String explain = mirror.url() + "api/v1/explain?url=/mirror/" + REPO + "/";
    await("the generation is live")
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                Curl.run(List.of(explain + SampleRpm.BIG.fileName()))
                    .output()
                    .contains("\"listed\":{"));
  }

  /**
   * Kills it when it has noted down that something ahead of a gap is safe.
   *
   * @return how many bytes are
   */
  private long killInMidSegment(MirrorProcess mirror, MirrorFiles two) throws IOException {
    know(mirror);
    Process curl =
        Command.of(
                Program.CURL,
                "--silent",
                "--output",
                copy.toString(),
                mirror.repoUrl(REPO) + SampleRpm.BIG.fileName())
            .start(work.path().resolve("curl.log"));
    try {
      await("ranges are noted down")
          .atMost(Duration.ofSeconds(30))
          .pollInterval(Duration.ofMillis(20))
          .until(() -> forcedAhead(two) > 0);
    } finally {
      mirror.kill();
      curl.destroyForcibly();
    }
    return forcedAhead(two);
  }

  /** As the record beside the bytes says. */
  private static long forcedAhead(MirrorFiles two) throws IOException {
    Path partials = two.cacheDir().resolve(".instantmirror/partial");
    long bytes = 0;
    try (Stream<Path> files = Files.isDirectory(partials) ? Files.list(partials) : Stream.empty()) {
      for (Path file : files.toList()) {
        String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        Matcher ranges = RANGES.matcher(text.startsWith("instantmirror partial") ? text : "");
        if (ranges.find()) {
          bytes += ByteRanges.parse(ranges.group(1).replace("%2C", ",")).size();
        }
      }
    } catch (NoSuchFileException replaced) {
      return 0;
    }
    return bytes;
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

  private static void restart(NginxUpstream upstream, int bytesPerSecond) {
    upstream.limitRate(bytesPerSecond);
    upstream.stop();
    upstream.start();
  }

  private Path cachedBig() {
    return files.cached(REPO, SampleRpm.BIG.fileName());
  }
}
