package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A real dnf, and an upstream on whose disk a bit has flipped, or that dies while it sends: length
 * and date of each file are right, and its repodata, too.
 */
@RequiresRpmTools
@RequiresPrograms({Program.DNF, Program.NGINX, Program.CURL, Program.ROOT_USER})
class CorruptUpstreamIT {
  private static final String REPO = "samples";
  private static final SampleRpm[] RPMS = {SampleRpm.HELLO, SampleRpm.TILDE, SampleRpm.BIG};

  @AutoClose private final WorkDirectory work = WorkDirectory.create("corrupt");
  private final RpmRepository repository = RpmRepository.create(work.path().resolve("first"), RPMS);
  private final RpmRepository copy = RpmRepository.create(work.path().resolve("second"), RPMS);
  @AutoClose private final NginxUpstream first = NginxUpstream.serving(repository.folder());
  @AutoClose private final NginxUpstream second = NginxUpstream.serving(copy.folder());
  @AutoClose private final MirrorFiles files = MirrorFiles.create();

  CorruptUpstreamIT() {
    sameRepodata();
  }

  /** The second upstream gets the first one's, signature included. */
  private void sameRepodata() {
    try (Stream<Path> files = Files.list(repository.file("repodata"))) {
      for (Path file : files.toList()) {
        Path to = copy.file("repodata/" + file.getFileName());
        Files.write(to, Files.readAllBytes(file));
        Files.setLastModifiedTime(to, Files.getLastModifiedTime(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void useBoth() {
    files.section(REPO, "baseurl=" + first.url() + " " + second.url());
  }

  /** The last bit but some: what comes before is right. */
  private static void flipABit(Path file) {
    try {
      FileTime date = Files.getLastModifiedTime(file);
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length - 20] ^= 1;
      Files.write(file, bytes);
      Files.setLastModifiedTime(file, date);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path primary() {
    try (Stream<Path> lists = Files.list(repository.file("repodata"))) {
      return lists
          .filter(file -> file.toString().contains("-primary.xml"))
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A small package, which is withheld as a whole, and one that streams. */
  @ParameterizedTest
  @EnumSource(names = {"TILDE", "BIG"})
  void corruptPackageIsNoErrorWhereAnotherUpstreamHasItRight(SampleRpm rpm) {
    flipABit(repository.file(rpm));
    useBoth();
    try (MirrorProcess mirror = MirrorProcess.start(files);
        Dnf dnf = Dnf.withBaseUrl(mirror.repoUrl(REPO))) {
      awaitGeneration(mirror, 1);

      dnf.run("install", rpm.packageName()).succeeded();

      assertThat(dnf.installedText(rpm)).isEqualTo(rpm.installedText());
      assertThat(first.accessLog().entriesFor(rpm.fileName())).isNotEmpty();
      await("it is stored")
          .untilAsserted(
              () ->
                  assertThat(files.cached(REPO, rpm.fileName()))
                      .hasSameBinaryContentAs(copy.file(rpm)));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"TILDE", "BIG"})
  void corruptPackageFailsClearlyWhereNobodyHasItRight(SampleRpm rpm) {
    flipABit(repository.file(rpm));
    files.repo(REPO, first.url(), "retries=1");
    try (MirrorProcess mirror = MirrorProcess.start(files);
        Dnf dnf = Dnf.withBaseUrl(mirror.repoUrl(REPO))) {
      awaitGeneration(mirror, 1);

      dnf.run("install", rpm.packageName()).failed();

      assertThat(dnf.installed(rpm)).doesNotExist();
      assertThat(files.cached(REPO, rpm.fileName())).doesNotExist();
      assertThat(mirror.settledLog())
          .containsPattern(rpm.packageName() + ".*not the one that repodata lists");
      dnf.run("install", "hello").succeeded();
    }
  }

  @Test
  void corruptListOfPackagesIsNoErrorWhereAnotherUpstreamHasItRight() {
    useBoth();
    try (MirrorProcess mirror = MirrorProcess.start(files);
        Dnf dnf = Dnf.withBaseUrl(mirror.repoUrl(REPO))) {
      awaitGeneration(mirror, 1);
      publishUpdate();
      flipABit(primary());

      awaitGeneration(mirror, 2);

      dnf.run("install", "hello").succeeded();
      assertThat(dnf.installedText(SampleRpm.HELLO_UPDATE))
          .isEqualTo(SampleRpm.HELLO_UPDATE.installedText());
    }
  }

  @Test
  void corruptListOfPackagesLeavesTheGenerationBeforeWhereNobodyHasItRight() {
    files.repo(REPO, first.url(), "retries=1");
    try (MirrorProcess mirror = MirrorProcess.start(files);
        Dnf dnf = Dnf.withBaseUrl(mirror.repoUrl(REPO))) {
      awaitGeneration(mirror, 1);
      // It also takes the signature, which upstream has no more when the next one is there.
      dnf.run("install", "tilde").succeeded();
      publishUpdate();
      flipABit(primary());

      News.awaitAt(mirror.repoUrl(REPO), mirror, "-primary.xml.gz can't be had");

      dnf.run("--refresh", "install", "hello").succeeded();
      assertThat(dnf.installedText(SampleRpm.HELLO)).isEqualTo(SampleRpm.HELLO.installedText());
    }
  }

  @Test
  void whenAMirrorDiesInMidFileAnotherOneGoesOnWhereItWas() throws Exception {
    first.limitRate(4 << 20);
    first.stop();
    first.start();
    useBoth();
    ExecutorService client = Executors.newSingleThreadExecutor();
    try (MirrorProcess mirror = MirrorProcess.start(files);
        Dnf dnf = Dnf.withBaseUrl(mirror.repoUrl(REPO))) {
      awaitGeneration(mirror, 1);
      Future<CommandResult> installing = client.submit(() -> dnf.run("install", "big"));
      await("half of the file is here")
          .atMost(Duration.ofSeconds(30))
          .pollInterval(Duration.ofMillis(20))
          .until(() -> files.partialBytes() > SampleRpm.BIG.incompressibleBytes() / 2);
      first.stop();

      installing.get(60, TimeUnit.SECONDS).succeeded();

      assertThat(dnf.installedText(SampleRpm.BIG)).isEqualTo(SampleRpm.BIG.installedText());
      assertThat(second.accessLog().entriesFor(SampleRpm.BIG.fileName()))
          .singleElement()
          .satisfies(entry -> assertThat(entry.range()).matches("bytes=[1-9]\\d+-.*"));
    } finally {
      client.shutdownNow();
    }
  }

  private void publishUpdate() {
    for (RpmRepository each : List.of(repository, copy)) {
      each.add(SampleRpm.HELLO_UPDATE);
    }
    repository.publish(Instant.now());
    sameRepodata();
  }

  private static void awaitGeneration(MirrorProcess mirror, int number) {
    News.awaitAt(mirror.repoUrl(REPO), mirror, "generation " + number + " is live");
  }
}
