package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import org.instantmirror.testing.Metalinks;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A real dnf, and two real servers that a list names. */
@RequiresRpmTools
@RequiresPrograms({Program.DNF, Program.NGINX, Program.ROOT_USER})
class MirrorListIT {
  private static final String REPO = "samples";

  @AutoClose private final WorkDirectory work = WorkDirectory.create("mirrors");
  private final RpmRepository behind =
      RpmRepository.create(work.path().resolve("behind"), SampleRpm.HELLO, SampleRpm.TILDE);
  private final RpmRepository current =
      RpmRepository.create(work.path().resolve("current"), SampleRpm.HELLO, SampleRpm.TILDE);
  @AutoClose private final NginxUpstream lists = NginxUpstream.serving(work.folder("lists"));
  @AutoClose private final NginxUpstream first = NginxUpstream.serving(behind.folder());
  @AutoClose private final NginxUpstream second = NginxUpstream.serving(current.folder());
  @AutoClose private final MirrorFiles files = MirrorFiles.create();

  @Test
  void aMirrorBehindItsMetalinkIsAskedForPackagesOnly() throws IOException {
    current.add(SampleRpm.HELLO_UPDATE);
    current.publish(RpmRepository.PACKAGE_TIME.plusSeconds(7200));
    Files.write(
        work.folder("lists").resolve("metalink"),
        Metalinks.of(
            RpmRepository.PACKAGE_TIME.plusSeconds(7200),
            Files.readAllBytes(current.file("repodata/repomd.xml")),
            List.of(),
            List.of(first.url(), second.url())));
    files.section(REPO, "metalink=" + lists.url() + "metalink");

    try (MirrorProcess mirror = MirrorProcess.start(files);
        Dnf dnf = Dnf.withBaseUrl(mirror.repoUrl(REPO))) {
      assertThat(lists.accessLog().entries()).as("before a client asks").isEmpty();
      dnf.run("install", "hello").succeeded();
      assertThat(dnf.installedText(SampleRpm.HELLO_UPDATE))
          .isEqualTo(SampleRpm.HELLO_UPDATE.installedText());
      assertThat(first.accessLog().entriesFor("repomd.xml")).hasSizeLessThanOrEqualTo(1);
      assertThat(first.accessLog().entries())
          .filteredOn(entry -> entry.target().contains("repodata/") && entry.status() == 200)
          .hasSizeLessThanOrEqualTo(1);

      second.stop();
      dnf.run("install", "tilde").succeeded();
      assertThat(first.accessLog().packageGets()).isNotEmpty();
    }
  }

  @Test
  void whenTheFirstMirrorOfAListDiesTheSecondIsAsked() throws IOException {
    Files.writeString(
        work.folder("lists").resolve("mirrorlist"),
        first.url() + "\n" + second.url() + "\n",
        StandardCharsets.UTF_8);
    files.section(REPO, "mirrorlist=" + lists.url() + "mirrorlist");

    try (MirrorProcess mirror = MirrorProcess.start(files);
        Dnf dnf = Dnf.withBaseUrl(mirror.repoUrl(REPO))) {
      dnf.run("install", "hello").succeeded();
      assertThat(first.accessLog().packageGets()).hasSize(1);
      first.stop();
      lists.stop();

      dnf.run("install", "tilde").succeeded();

      assertThat(dnf.installedText(SampleRpm.TILDE)).isEqualTo(SampleRpm.TILDE.installedText());
      assertThat(second.accessLog().packageGets()).hasSize(1);
    }
  }
}
