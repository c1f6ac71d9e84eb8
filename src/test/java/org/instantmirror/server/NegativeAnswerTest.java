package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instantmirror.server.Mirrored.FETCHED;
import static org.instantmirror.server.Mirrored.V1;
import static org.instantmirror.server.Mirrored.assertServed;
import static org.instantmirror.server.Mirrored.cacheStatus;

import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.MutableClock;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** 404 and 410 are passed on and remembered, long enough for a flood, short enough for news. */
class NegativeAnswerTest {

  private static final byte[] RPM = Packages.rpm(20_000, 1);
  private static final String REMEMBERED = "InstantMirror; hit; detail=negative-answer";

  @ParameterizedTest
  @ValueSource(ints = {404, 410})
  void aFloodOfRequestsForWhatIsNotThereAsksOnce(int status) {
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/a.rpm", RPM).always(Behaviour.status(status));
      RawResponse first = it.get("a.rpm");
      assertThat(first.status()).isEqualTo(404);
      assertThat(cacheStatus(first)).isEqualTo("InstantMirror; fwd=uri-miss; fwd-status=404");
      for (int i = 0; i < 50; i++) {
        RawResponse next = it.get("a.rpm");
        assertThat(next.status()).isEqualTo(404);
        assertThat(cacheStatus(next)).isEqualTo(REMEMBERED);
      }
      assertThat(it.head("a.rpm").status()).isEqualTo(404);
      assertThat(it.asked("a.rpm")).isEqualTo(1);
      assertThat(it.mirror.stored("a.rpm")).doesNotExist();
    }
  }

  @Test
  void aFileThatHasJustBeenPublishedAppearsAfterNegativeExpire() {
    try (Mirrored it = Mirrored.with("negative_expire = 5")) {
      assertThat(it.get("a.rpm").status()).isEqualTo(404);
      it.upstream.file("/a.rpm", RPM).lastModified(V1);
      it.pass(Duration.ofMillis(4_999));
      assertThat(it.get("a.rpm").status()).isEqualTo(404);
      it.pass(Duration.ofMillis(1));
      assertServed(it.fetch("a.rpm", RPM), RPM, FETCHED);
    }
  }

  @Test
  void noCacheShortensTheMemoryToASecond() {
    try (Mirrored it = Mirrored.with()) {
      assertThat(it.get("a.rpm").status()).isEqualTo(404);
      it.upstream.file("/a.rpm", RPM).lastModified(V1);
      assertThat(it.getNoCache("a.rpm").status()).isEqualTo(404);
      assertThat(it.asked("a.rpm")).isEqualTo(1);
      it.passSeconds(1);
      it.fetch("a.rpm", RPM, "Cache-Control: no-cache");
    }
  }

  @Test
  void negativeExpireOfZeroAsksEveryTime() {
    try (Mirrored it = Mirrored.with("negative_expire = 0")) {
      assertThat(it.get("a.rpm").status()).isEqualTo(404);
      it.upstream.file("/a.rpm", RPM).lastModified(V1);
      it.fetch("a.rpm", RPM);
    }
  }

  @Test
  void aHeadsAnswerIsRememberedToo() {
    try (Mirrored it = Mirrored.with()) {
      assertThat(it.head("a.rpm").status()).isEqualTo(404);
      assertThat(it.get("a.rpm").status()).isEqualTo(404);
      assertThat(it.asked("a.rpm")).isEqualTo(1);
    }
  }

  @Test
  void aFilePutThereByHandIsFoundAtOnce() throws Exception {
    try (Mirrored it = Mirrored.with()) {
      assertThat(it.get("a.rpm").status()).isEqualTo(404);
      Files.createDirectories(it.mirror.stored("a.rpm").getParent());
      Files.write(it.mirror.stored("a.rpm"), RPM);
      it.upstream.stop();
      assertServed(it.get("a.rpm"), RPM, Mirrored.UNREACHABLE);
    }
  }

  @Test
  void otherRefusalsAreNotRemembered() {
    try (Mirrored it = Mirrored.with("retries = 1")) {
      it.upstream
          .file("/a.rpm", RPM)
          .lastModified(V1)
          .next(Behaviour.status(403))
          .next(Behaviour.status(500));
      assertThat(it.get("a.rpm").status()).isEqualTo(502);
      assertThat(it.get("a.rpm").status()).isEqualTo(502);
      it.fetch("a.rpm", RPM);
    }
  }

  @Test
  void a404OfTheOnlyUpstreamThatCanBeReachedIsPassedOnAndRemembered() {
    try (FakeUpstream dead = FakeUpstream.start();
        FakeUpstream alive = FakeUpstream.start()) {
      dead.stop();
      try (RunningMirror mirror =
          RunningMirror.setup()
              .repo("repo", List.of(dead.origin() + "/", alive.origin() + "/"), "retries = 1")
              .clock(new MutableClock(Mirrored.START))
              .start()) {
        assertThat(mirror.get("a.rpm").status()).isEqualTo(404);
        assertThat(mirror.get("a.rpm").status()).isEqualTo(404);
        assertThat(alive.requests("/a.rpm")).hasSize(1);
      }
    }
  }
}
