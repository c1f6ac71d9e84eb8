package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawClient;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An upstream that stalls holds up only those who wait for it, and those not for ever. */
class StalledUpstreamTest {

  private static final int STALLED = 250;
  private static final Duration PROMPT = Duration.ofSeconds(5);
  private static final byte[] RPM = Packages.rpm(100_000, 71);

  private FakeUpstream stalling;
  private FakeUpstream sound;
  private final List<RawClient> waiting = new ArrayList<>();

  @BeforeEach
  void start() {
    stalling = FakeUpstream.start();
    sound = FakeUpstream.start();
    stalling.file("/hit.rpm", RPM);
    sound.file("/hit.rpm", RPM);
    sound.file("/cold.rpm", RPM);
  }

  @AfterEach
  void stop() throws Exception {
    for (RawClient client : waiting) {
      client.close();
    }
    stalling.close();
    sound.close();
  }

  private RunningMirror mirror(String main, String timeout) {
    return RunningMirror.setup()
        .main(main)
        .repo("repo", List.of(stalling.origin() + "/"), "timeout = " + timeout, "retries = 1")
        .repo("other", List.of(sound.origin() + "/"))
        .start();
  }

  private void askForStalledFiles(RunningMirror mirror) throws Exception {
    stalling.hang();
    for (int i = 0; i < STALLED; i++) {
      RawClient client = new RawClient(mirror.port());
      waiting.add(client);
      client.send("GET", "/mirror/repo/stalled-" + i + ".rpm");
    }
    // As many as one repository may have at once.
    await().until(() -> stalling.requests().size() >= 8);
  }

  private static void assertPrompt(RunningMirror mirror, String target) {
    RawResponse response = assertTimeout(PROMPT, () -> mirror.request("GET", target));
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.body()).isEqualTo(RPM);
  }

  @Test
  void stalledFetchesLeaveHitsAndOtherRepositoriesPrompt() throws Exception {
    try (RunningMirror mirror = mirror("queue_timeout = 30", "20")) {
      mirror.request("GET", "/mirror/repo/hit.rpm");
      mirror.request("GET", "/mirror/other/hit.rpm");
      askForStalledFiles(mirror);
      assertPrompt(mirror, "/mirror/repo/hit.rpm");
      assertPrompt(mirror, "/mirror/other/hit.rpm");
      assertPrompt(mirror, "/mirror/other/cold.rpm");
    }
  }

  @Test
  void everyStalledRequestIsAnswered() throws Exception {
    try (RunningMirror mirror = mirror("queue_timeout = 1", "0.5")) {
      askForStalledFiles(mirror);
      for (RawClient client : waiting) {
        assertThat(client.receiveHead().status()).isIn(502, 503, 504);
      }
    }
  }

  @Test
  void transferThatStallsInItsMiddleIsBrokenOffAfterTheTimeOut() throws Exception {
    stalling.file("/a.rpm", RPM).etag("\"1\"").always(Behaviour.proper().stallAfter(10_000));
    try (RunningMirror mirror = mirror("queue_timeout = 30", "0.5")) {
      RawResponse response = mirror.get("a.rpm");
      assertThat(response.complete()).isFalse();
      assertThat(mirror.stored("a.rpm")).doesNotExist();
    }
  }
}
