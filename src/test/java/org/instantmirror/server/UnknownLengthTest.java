package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Files of ours whose length upstream doesn't say. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UnknownLengthTest {

  private static final byte[] CONTENT = Packages.rpm(100_000, 6);

  private final FakeUpstream upstream = FakeUpstream.start();
  private final RunningMirror mirror = RunningMirror.setup().repo(upstream, "retries = 1").start();

  @AfterAll
  void stop() {
    mirror.close();
    upstream.close();
  }

  @Test
  void aRangeOfAColdChunkedFileGetsTheWholeAndOneOfTheStoredFileThePart() {
    upstream.file("/chunked.rpm", CONTENT).etag("\"1\"").always(Behaviour.proper().chunked());
    RawResponse cold = mirror.get("chunked.rpm", "Range: bytes=5-9");
    assertThat(cold.status()).isEqualTo(200);
    assertThat(cold.complete()).isTrue();
    assertThat(cold.body()).isEqualTo(CONTENT);
    assertThat(Warm.file(mirror, "chunked.rpm").header("Content-Length")).isEqualTo("100000");
    RawResponse warm = mirror.get("chunked.rpm", "Range: bytes=5-9");
    assertThat(warm.status()).isEqualTo(206);
    assertThat(warm.body()).isEqualTo(Arrays.copyOfRange(CONTENT, 5, 10));
    assertThat(upstream.requests("/chunked.rpm")).hasSize(1);
  }

  /** Repeated: what breaks at once may have ended before its client's turn to read it comes. */
  @RepeatedTest(20)
  void aChunkedFileThatBreaksIsNeitherWholeNorKept() {
    upstream.file("/cut.rpm", CONTENT).always(Behaviour.proper().chunkedWithoutEnd());
    RawResponse answer = mirror.get("cut.rpm");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.complete()).isFalse();
    assertThat(mirror.stored("cut.rpm")).doesNotExist();
  }

  @Test
  void aFileThatOnlyClosingEndsIsPassedOnLikeThatAndNotKept() {
    upstream.file("/closed.rpm", CONTENT).etag("\"1\"").always(Behaviour.proper().untilClose());
    for (int i = 1; i <= 20; i++) {
      RawResponse answer = mirror.get("closed.rpm");
      assertThat(answer.body()).isEqualTo(CONTENT);
      assertThat(answer.endedByClosing()).isTrue();
    }
    assertThat(mirror.stored("closed.rpm")).doesNotExist();
  }
}
