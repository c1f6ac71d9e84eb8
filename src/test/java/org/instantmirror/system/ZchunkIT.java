package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** zckdl, which asks for hundreds of ranges in one request, in more than 4 kB of header. */
@RequiresPrograms({Program.ZCK, Program.ZCKDL, Program.NGINX})
class ZchunkIT {
  private static final int RECORDS = 2_000;
  private static final int EACH_CHANGED = 7;
  private static final int SLOWLY = 50_000; // bytes a second, of half a megabyte

  @AutoClose private final WorkDirectory work = WorkDirectory.create("zchunk");
  @AutoClose private final MirrorFiles files = MirrorFiles.create();
  private final Path old = compressed("old.xml", false);
  private final Path changed = compressed("repodata/new.xml", true);

  @Test
  void changedChunksAreFetchedByRangesFromNginxItself() {
    try (NginxUpstream upstream = NginxUpstream.serving(work.path())) {
      assertThat(download(upstream.url())).hasSameBinaryContentAs(changed);

      assertThat(upstream.accessLog().entriesFor("new.xml.zck"))
          .anySatisfy(entry -> assertThat(entry.range()).hasSizeGreaterThan(2_500));
    }
  }

  @Test
  void changedChunksAreFetchedByRangesThroughTheMirrorOfOneUpstreamGet() {
    try (NginxUpstream upstream = NginxUpstream.serving(work.path())) {
      files.repo("zchunk", upstream.url());
      try (MirrorProcess mirror = MirrorProcess.start(files)) {
        assertThat(download(mirror.repoUrl("zchunk"))).hasSameBinaryContentAs(changed);
        assertThat(download(mirror.repoUrl("zchunk"))).hasSameBinaryContentAs(changed);

        List<AccessLog.Entry> asked = upstream.accessLog().entriesFor("new.xml.zck");
        assertThat(asked).filteredOn(entry -> entry.method().equals("GET")).hasSize(1);
      }
    }
  }

  /** A download that takes seconds: what lies ahead of it is asked for beside it. */
  @Test
  void changedChunksComeFromAheadOfASlowDownload() {
    try (NginxUpstream upstream = NginxUpstream.serving(work.path())) {
      upstream.stop();
      upstream.limitRate(SLOWLY);
      upstream.start();
      files.repo("zchunk", upstream.url());
      try (MirrorProcess mirror = MirrorProcess.start(files)) {
        assertThat(download(mirror.repoUrl("zchunk"))).hasSameBinaryContentAs(changed);

        List<AccessLog.Entry> asked = upstream.accessLog().entriesFor("new.xml.zck");
        assertThat(asked)
            .anySatisfy(
                entry -> {
                  assertThat(entry.status()).isEqualTo(206);
                  assertThat(entry.range()).matches("bytes=\\d+-\\d+");
                  assertThat(entry.ifRange()).startsWith("\"");
                });
        awaitStored();
        assertThat(files.cacheDir().resolve("zchunk/repodata/new.xml.zck"))
            .hasSameBinaryContentAs(changed);

        int before = upstream.accessLog().entriesFor("new.xml.zck").size();
        assertThat(download(mirror.repoUrl("zchunk"))).hasSameBinaryContentAs(changed);
        assertThat(upstream.accessLog().entriesFor("new.xml.zck")).hasSize(before);
      }
    }
  }

  private void awaitStored() {
    Path stored = files.cacheDir().resolve("zchunk/repodata/new.xml.zck");
    await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(stored));
  }

  private Path download(String url) {
    try {
      Path folder = Files.createTempDirectory(work.path(), "download");
      // It gives up where a server doesn't answer with ranges, rather than fetch the whole.
      Command.of(
              Program.ZCKDL,
              "--fail-no-ranges",
              "--source=" + old,
              url + "repodata/" + changed.getFileName())
          .in(folder)
          .run()
          .succeeded();
      return folder.resolve(changed.getFileName());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file of records that don't compress, each a chunk of its own. */
  private Path compressed(String name, boolean withChanges) {
    Random random = new Random(3);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < RECORDS; i++) {
      text.append("<package>");
      for (int j = 0; j < 16; j++) {
        text.append(Long.toHexString(random.nextLong()));
      }
      text.append(withChanges && i % EACH_CHANGED == 0 ? "changed\n" : "\n");
    }
    Path plain = work.write(name, text.toString());
    Path compressed = plain.resolveSibling(plain.getFileName() + ".zck");
    Command.of(
            Program.ZCK,
            "--manual-chunk",
            "--split=<package>",
            "--output=" + compressed,
            "" + plain)
        .run()
        .succeeded();
    return compressed;
  }
}
