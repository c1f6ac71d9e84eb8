package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instantmirror.server.Mirrored.HIT;
import static org.instantmirror.server.Mirrored.METADATA_EXPIRE;
import static org.instantmirror.server.Mirrored.PACKAGE_EXPIRE;
import static org.instantmirror.server.Mirrored.UNREACHABLE;
import static org.instantmirror.server.Mirrored.V1;
import static org.instantmirror.server.Mirrored.VALIDATED;
import static org.instantmirror.server.Mirrored.assertServed;
import static org.instantmirror.server.Mirrored.text;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.EndedDownloads;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.MutableClock;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A check that came to nothing is remembered for a second, file by file. */
class FailedCheckTest {

  private static final byte[] RPM = Packages.rpm(20_000, 1);
  private static final byte[] OTHER = Packages.rpm(20_000, 2);
  private static final byte[] REPOMD = text("<repomd>1</repomd>\n");
  private static final String METADATA = "repodata/repomd.xml";
  private static final Duration NEARLY_A_SECOND = Duration.ofMillis(999);
  private static final Duration THE_REST = Duration.ofMillis(1);

  private static Mirrored filled(String... lines) {
    Mirrored it = Mirrored.with(lines);
    it.upstream.file("/a.rpm", RPM).lastModified(V1);
    it.upstream.file("/b.rpm", OTHER).lastModified(V1);
    it.upstream.file("/" + METADATA, REPOMD).lastModified(V1);
    it.fetch("a.rpm", RPM);
    it.fetch("b.rpm", OTHER);
    it.fetch(METADATA, REPOMD);
    return it;
  }

  /** None of them says that the upstream as a whole is in trouble. */
  static Stream<Arguments> answersThatAreNoUse() {
    return Stream.of(
        Arguments.of("500", Behaviour.status(500)),
        Arguments.of("403", Behaviour.status(403)),
        Arguments.of("web page", Behaviour.html()),
        Arguments.of("nothing", Behaviour.empty()),
        Arguments.of("cut", Behaviour.proper().ignoringConditions().cutAfter(0)),
        Arguments.of("stall", Behaviour.proper().ignoringConditions().stallAfter(0)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("answersThatAreNoUse")
  void expiredCopyWhoseCheckFailsIsCheckedOnceASecond(String name, Behaviour behaviour) {
    try (Mirrored it = filled("timeout = 0.5")) {
      it.pass(METADATA_EXPIRE);
      it.upstream.file("/" + METADATA, REPOMD).lastModified(Mirrored.V2).always(behaviour);
      assertServed(it.get(METADATA), REPOMD, UNREACHABLE);
      assertServed(it.get(METADATA), REPOMD, UNREACHABLE);
      assertServed(it.getNoCache(METADATA), REPOMD, UNREACHABLE);
      it.pass(NEARLY_A_SECOND);
      assertServed(it.get(METADATA), REPOMD, UNREACHABLE);
      assertThat(it.asked(METADATA)).isEqualTo(2);
      it.pass(THE_REST);
      assertServed(it.get(METADATA), REPOMD, UNREACHABLE);
      assertServed(it.get(METADATA), REPOMD, UNREACHABLE);
      assertThat(it.asked(METADATA)).isEqualTo(3);
    }
  }

  @Test
  void aClientsNoCacheForcesAFailingCheckOnceASecondToo() {
    try (Mirrored it = filled()) {
      it.upstream.file("/a.rpm", RPM).always(Behaviour.status(500));
      it.passSeconds(1);
      assertServed(it.getNoCache("a.rpm"), RPM, UNREACHABLE);
      assertServed(it.getNoCache("a.rpm"), RPM, UNREACHABLE);
      assertServed(it.get("a.rpm"), RPM, HIT);
      it.pass(NEARLY_A_SECOND);
      assertServed(it.getNoCache("a.rpm"), RPM, UNREACHABLE);
      assertThat(it.asked("a.rpm")).isEqualTo(2);
      it.pass(THE_REST);
      assertServed(it.getNoCache("a.rpm"), RPM, UNREACHABLE);
      assertThat(it.asked("a.rpm")).isEqualTo(3);
    }
  }

  @Test
  void otherFilesAreCheckedAllTheSame() {
    try (Mirrored it = filled()) {
      it.pass(PACKAGE_EXPIRE);
      it.upstream.file("/a.rpm", RPM).always(Behaviour.status(500));
      assertServed(it.get("a.rpm"), RPM, UNREACHABLE);
      assertServed(it.get("b.rpm"), OTHER, VALIDATED);
    }
  }

  @Test
  void aCheckThatSucceedsEndsTheMatter() {
    try (Mirrored it = filled("package_expire = 0")) {
      it.upstream.file("/a.rpm", RPM).lastModified(V1).next(Behaviour.status(500));
      assertServed(it.get("a.rpm"), RPM, UNREACHABLE);
      it.passSeconds(1);
      assertServed(it.get("a.rpm"), RPM, VALIDATED);
      it.pass(Duration.ofMillis(-500));
      assertServed(it.get("a.rpm"), RPM, VALIDATED);
    }
  }

  @Test
  void aFailureThatLiesInTheFutureCountsForNothing() {
    try (Mirrored it = filled()) {
      it.pass(PACKAGE_EXPIRE);
      it.upstream.file("/a.rpm", RPM).lastModified(V1).next(Behaviour.status(500));
      assertServed(it.get("a.rpm"), RPM, UNREACHABLE);
      it.pass(Duration.ofDays(-365));
      assertServed(it.get("a.rpm"), RPM, VALIDATED);
    }
  }

  @Test
  void aRestingUpstreamThatWasNotAskedIsNoFailedCheck() {
    try (Mirrored it = filled()) {
      it.pass(PACKAGE_EXPIRE);
      it.upstream.stop();
      // Its rests grow: half a second, one, two.
      assertServed(it.get("a.rpm"), RPM, UNREACHABLE);
      it.passSeconds(1);
      assertServed(it.get("a.rpm"), RPM, UNREACHABLE);
      it.passSeconds(1);
      assertServed(it.get("a.rpm"), RPM, UNREACHABLE);
      it.upstream.restart();
      it.pass(Duration.ofMillis(1500));
      assertServed(it.get("a.rpm"), RPM, UNREACHABLE);
      assertThat(it.asked("a.rpm")).as("it rests").isEqualTo(1);
      it.pass(Duration.ofMillis(500));
      assertServed(it.get("a.rpm"), RPM, VALIDATED);
    }
  }

  @Test
  void a404BesideAnUpstreamThatRestsIsAskedForOnceASecond() {
    try (FakeUpstream second = FakeUpstream.start();
        FakeUpstream first = FakeUpstream.start();
        EndedDownloads ended = new EndedDownloads()) {
      first.file("/a.rpm", RPM).lastModified(V1);
      MutableClock clock = new MutableClock(Mirrored.START);
      try (RunningMirror mirror =
          RunningMirror.setup()
              .repo("repo", List.of(first.origin() + "/", second.origin() + "/"))
              .clock(clock)
              .start()) {
        Mirrored.assertWhole(mirror.get("a.rpm"), RPM);
        ended.await("repo/a.rpm", 1);
        clock.advance(PACKAGE_EXPIRE);
        first.remove("/a.rpm");
        second.stop();
        assertServed(mirror.get("a.rpm"), RPM, UNREACHABLE);
        clock.advance(Duration.ofSeconds(1));
        assertServed(mirror.get("a.rpm"), RPM, UNREACHABLE);
        clock.advance(Duration.ofSeconds(1));
        assertServed(mirror.get("a.rpm"), RPM, UNREACHABLE);
        // The second rests for two seconds now.
        clock.advance(Duration.ofMillis(1500));
        assertServed(mirror.get("a.rpm"), RPM, UNREACHABLE);
        assertServed(mirror.get("a.rpm"), RPM, UNREACHABLE);
        assertThat(first.requests("/a.rpm")).hasSize(5);
      }
    }
  }

  @Test
  void fileThatWasPutThereByHandIsCheckedOnceASecondToo() throws Exception {
    try (Mirrored it = filled()) {
      it.upstream.file("/c.rpm", RPM).always(Behaviour.status(500));
      Files.write(it.mirror.stored("c.rpm"), RPM);
      assertServed(it.get("c.rpm"), RPM, UNREACHABLE);
      int asked = it.asked("c.rpm");
      assertServed(it.get("c.rpm"), RPM, UNREACHABLE);
      assertThat(it.asked("c.rpm")).isEqualTo(asked);
      it.passSeconds(1);
      assertServed(it.get("c.rpm"), RPM, UNREACHABLE);
      assertThat(it.asked("c.rpm")).isGreaterThan(asked);
    }
  }

  @Test
  void aCopyThatWasChangedAfterAFailedCheckIsNotServedForThat() throws Exception {
    try (Mirrored it = filled()) {
      it.pass(PACKAGE_EXPIRE);
      it.upstream.file("/a.rpm", RPM).always(Behaviour.status(500));
      assertServed(it.get("a.rpm"), RPM, UNREACHABLE);
      Path file = it.mirror.stored("a.rpm");
      Files.write(file, OTHER);
      assertThat(it.get("a.rpm").status()).isEqualTo(502);
      assertThat(it.get("a.rpm").status()).isEqualTo(502);
    }
  }
}
