package org.instantmirror.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.instantmirror.repo.Repo;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.OpenPgpKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys that several ask for at once. */
class KeyFilesTest {

  private final FakeUpstream server = FakeUpstream.start();
  private final HttpUpstreamClient client = new HttpUpstreamClient();
  private final Repo repo = TestRepo.at("http://up.example/").build();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  private FutureTask<KeyFiles.Found> found(KeyFiles keys) {
    List<URI> uris = List.of(server.uri("/key"));
    return new FutureTask<>(() -> keys.find(repo, uris, false));
  }

  @Test
  void whoWantsAKeyThatIsBeingFetchedWaitsForIt(@TempDir Path folder) throws Exception {
    KeyFiles keys = new KeyFiles(client, folder, Clock.systemUTC());
    Gate gate = new Gate();
    server.file("/key", OpenPgpKey.create().armored()).next(Behaviour.proper().headGated(gate));
    FutureTask<KeyFiles.Found> first = found(keys);
    FutureTask<KeyFiles.Found> second = found(keys);
    new Thread(first).start();
    gate.awaitRequest();
    Thread waiting = new Thread(second);
    waiting.start();
    await().until(() -> waiting.getState() == Thread.State.WAITING || second.isDone());
    assertThat(second).isNotDone();
    gate.releaseAll();
    assertThat(first.get().faults()).isEmpty();
    assertThat(second.get().faults()).isEmpty();
    assertThat(second.get().keys().ids()).isEqualTo(first.get().keys().ids());
    assertThat(server.requests("/key")).hasSize(1);
  }
}
