package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** aria2, which asks for a file by several ranges at once, and reads metalinks. */
@RequiresRpmTools
@RequiresPrograms({Program.NGINX, Program.ARIA2})
class Aria2IT {
  @AutoClose private final WorkDirectory work = WorkDirectory.create("aria2");
  @AutoClose private final MirroredRepository mirrored = MirroredRepository.overNginx();
  private final Path copy = work.path().resolve(SampleRpm.BIG.fileName());

  private CommandResult run(String... arguments) {
    List<String> options = List.of("--no-conf", "--quiet", "--dir=" + work.path());
    return Command.of(
            Program.ARIA2.path(), Stream.concat(options.stream(), Stream.of(arguments)).toList())
        .with("HOME", work.path().toString())
        .run();
  }

  @Test
  void aColdFileInFourPartsAtOnceIsWhole() {
    run("--split=4", "--max-connection-per-server=4", mirrored.url(SampleRpm.BIG)).succeeded();

    assertThat(copy).hasSameBinaryContentAs(mirrored.repository().file(SampleRpm.BIG));
  }

  @Test
  void anInterruptedDownloadIsResumed() throws IOException {
    byte[] whole = Files.readAllBytes(mirrored.repository().file(SampleRpm.BIG));
    Files.write(copy, Arrays.copyOf(whole, 1 << 20));

    run("--continue", mirrored.url(SampleRpm.BIG)).succeeded();

    assertThat(copy).hasBinaryContent(whole);
  }

  @Test
  void aMetalinkLeadsToTheVerifiedFile() {
    run(mirrored.mirror().url() + "metalink/" + MirroredRepository.REPO).succeeded();

    assertThat(work.path().resolve("repomd.xml"))
        .hasSameBinaryContentAs(mirrored.repository().file("repodata/repomd.xml"));
  }

  @Test
  void aMetalinkLeadsToUpstreamWhenTheMirrorHasStopped() {
    Path saved = work.path().resolve("saved.metalink");
    Curl.download(mirrored.mirror().url() + "metalink/" + MirroredRepository.REPO, saved)
        .succeeded();
    mirrored.mirror().stop();

    run("--max-tries=1", saved.toString()).succeeded();

    assertThat(work.path().resolve("repomd.xml"))
        .hasSameBinaryContentAs(mirrored.repository().file("repodata/repomd.xml"));
  }
}
