package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.store.Store;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.LogLines;
import org.instantmirror.testing.MutableClock;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.PublishedRepository;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Generations of a process that isn't there any more, or is in the middle of its work. */
class GenerationRestartTest {

  private static final String REPOMD = "repodata/repomd.xml";
  private static final String SIGNATURE = "repodata/repomd.xml.asc";

  private final Path folder;
  private FakeUpstream upstream;
  private PublishedRepository repository;
  private MutableClock clock;
  private LogLines log;

  GenerationRestartTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @BeforeEach
  void start() {
    upstream = FakeUpstream.start();
    clock = new MutableClock(Instant.parse("2026-06-01T00:00:00Z"));
    log = new LogLines("org.instantmirror.mirror");
    repository = new PublishedRepository(upstream, "/");
  }

  @AfterEach
  void stop() {
    log.close();
    upstream.close();
  }

  private RunningMirror.Setup setup() {
    return RunningMirror.setup().repo(upstream).clock(clock).folder(folder);
  }

  private RawResponse ask(RunningMirror mirror, String path) {
    clock.advance(Duration.ofSeconds(12));
    return mirror.get(path, "Cache-Control: no-cache");
  }

  private void goLive(RunningMirror mirror, int number) {
    assertThat(ask(mirror, REPOMD).status()).isEqualTo(200);
    log.await("generation " + number + " is live");
  }

  @Test
  void generationsSurviveARestart() throws Exception {
    byte[] first = Packages.rpm(1000, 1);
    byte[] second = Packages.rpm(1000, 2);
    try (RunningMirror mirror = setup().start()) {
      repository.add("a-1.rpm", first).publish();
      goLive(mirror, 1);
      assertThat(mirror.get("a-1.rpm").status()).isEqualTo(200);
      mirror.awaitStored("a-1.rpm");
      repository.drop("a-1.rpm").add("a-2.rpm", second).publish();
      goLive(mirror, 2);
      assertThat(mirror.get("a-2.rpm").status()).isEqualTo(200);
      mirror.awaitStored("a-2.rpm");
    }
    clock.advance(Duration.ofHours(30));
    try (RunningMirror mirror = setup().start()) {
      // Both are known without a look at repomd.xml: nobody asks upstream for them.
      assertThat(mirror.get("a-1.rpm", "Cache-Control: no-cache").body()).isEqualTo(first);
      assertThat(mirror.get("a-2.rpm", "Cache-Control: no-cache").body()).isEqualTo(second);
      assertThat(upstream.requests("/a-1.rpm")).hasSize(1);
      assertThat(upstream.requests("/a-2.rpm")).hasSize(1);
      repository.add("a-3.rpm", first).publish();
      goLive(mirror, 3);
      assertThat(ask(mirror, REPOMD).body()).isEqualTo(repository.repomd());
    }
  }

  @Test
  void publicationThatWasInterruptedIsFinished() throws Exception {
    Path repodata = folder.resolve("cache/repo/repodata");
    byte[] first;
    byte[] signature;
    repository.sign();
    try (RunningMirror mirror = setup().start()) {
      repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
      assertThat(ask(mirror, SIGNATURE).status()).isEqualTo(200);
      goLive(mirror, 1);
      Files.copy(repodata.resolve("repomd.xml"), folder.resolve("first"));
      repository.add("b-1.rpm", Packages.rpm(1000, 2)).publish();
      goLive(mirror, 2);
      first = repository.repomd();
      signature = repository.signature();
    }
    // As it was before the last rename.
    Path staging = folder.resolve("cache/.instantmirror/staging/_staging_repo/repodata");
    Files.createDirectories(staging);
    Files.move(repodata.resolve("repomd.xml"), staging.resolve("repomd.xml"));
    Files.move(folder.resolve("first"), repodata.resolve("repomd.xml"));
    upstream.stop();
    try (RunningMirror mirror = setup().start()) {
      assertThat(mirror.get(REPOMD).body()).isEqualTo(first);
      assertThat(mirror.get(SIGNATURE).body()).isEqualTo(signature);
      assertThat(log.all()).anyMatch(line -> line.contains("generation 2 is live, as was begun"));
    }
    assertThat(staging).doesNotExist();
  }

  @Test
  void repomdThatSomebodyHasPutInPlaceMeanwhileIsRead() throws Exception {
    try (RunningMirror mirror = setup().start()) {
      repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
      goLive(mirror, 1);
    }
    repository.add("b-1.rpm", Packages.rpm(1000, 2)).publish();
    Files.write(folder.resolve("new"), repository.repomd());
    Files.move(
        folder.resolve("new"),
        folder.resolve("cache/repo/repodata/repomd.xml"),
        StandardCopyOption.REPLACE_EXISTING);
    try (RunningMirror mirror = setup().start()) {
      assertThat(ask(mirror, REPOMD).body()).isEqualTo(repository.repomd());
      log.await("is live");
      assertThat(ask(mirror, "b-1.rpm").status()).isEqualTo(200);
    }
  }

  @Test
  void generationsAreNotBelievedAnyMoreWhereRepodataIsNotTrustedNow() throws Exception {
    try (RunningMirror mirror = setup().start()) {
      repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
      goLive(mirror, 1);
      assertThat(mirror.get("a-1.rpm").status()).isEqualTo(200);
      mirror.awaitStored("a-1.rpm");
    }
    String[] lines = {"trust_repodata = no", "package_expire = 0"};
    try (RunningMirror mirror =
        RunningMirror.setup().repo(upstream, lines).clock(clock).folder(folder).start()) {
      assertThat(ask(mirror, REPOMD).status()).isEqualTo(200);
      assertThat(mirror.get("a-1.rpm").status()).isEqualTo(200);
      assertThat(mirror.get("a-1.rpm").status()).isEqualTo(200);
      assertThat(upstream.requests("/a-1.rpm")).hasSize(3);
    }
  }

  @Test
  void generationWhoseSignatureNobodyHasVerifiedIsNotBelievedWhereThatIsDemandedNow()
      throws Exception {
    try (RunningMirror mirror = setup().start()) {
      repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
      goLive(mirror, 1);
    }
    upstream.file("/key", "no key".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    String[] lines = {"repo_gpgcheck = 1", "gpgkey = " + upstream.origin() + "/key"};
    try (RunningMirror mirror =
        RunningMirror.setup().repo(upstream, lines).clock(clock).folder(folder).start()) {
      assertThat(ask(mirror, REPOMD).body()).isEqualTo(repository.repomd());
      assertThat(log.await("can't be verified by checksum yet")).contains("repomd.xml.asc");
    }
  }

  @Test
  void lostIndexIsMadeAgainAtTheFirstRequest() throws Exception {
    try (RunningMirror mirror = setup().start()) {
      repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
      goLive(mirror, 1);
    }
    for (String name : new String[] {"index.db", "index.db-wal", "index.db-shm"}) {
      Files.deleteIfExists(folder.resolve("cache/.instantmirror").resolve(name));
    }
    try (RunningMirror mirror = setup().start()) {
      assertThat(ask(mirror, REPOMD).status()).isEqualTo(200);
      assertThat(log.all()).filteredOn(line -> line.contains("is live")).isNotEmpty();
      assertThat(ask(mirror, "a-1.rpm").status()).isEqualTo(200);
    }
  }

  /** A store that takes its time for the last rename of a publication. */
  private static Store slow(Store store, CountDownLatch reached, CountDownLatch go) {
    return (Store)
        Proxy.newProxyInstance(
            Store.class.getClassLoader(),
            new Class<?>[] {Store.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("move")
                  && ((EntryKey) arguments[1]).path().equals(REPOMD)
                  && !((EntryKey) arguments[1]).repo().isArea()) {
                reached.countDown();
                if (!go.await(20, TimeUnit.SECONDS)) {
                  throw new IOException("nobody let it go on");
                }
              }
              try {
                return method.invoke(store, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void whoAsksDuringThePublicationGetsFilesOfOneGeneration() throws Exception {
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    repository.sign().add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    try (RunningMirror mirror =
        setup().store(settings -> slow(Store.open(settings), reached, go)).start()) {
      assertThat(ask(mirror, SIGNATURE).status()).isEqualTo(200);
      goLive(mirror, 1);
      byte[] first = repository.repomd();
      byte[] firstSignature = repository.signature();
      repository.add("b-1.rpm", Packages.rpm(1000, 2)).publish();
      // This client has the first one's repomd.xml.
      assertThat(ask(mirror, REPOMD).body()).isEqualTo(first);
      assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
      // The signature in the tree is the second one's already, repomd.xml still the first one's.
      assertThat(mirror.get(SIGNATURE).body()).isEqualTo(firstSignature);
      clock.advance(Duration.ofSeconds(12));
      assertThat(mirror.get(SIGNATURE).body()).isEqualTo(repository.signature());
      assertThat(mirror.get(REPOMD).body()).isEqualTo(repository.repomd());
      go.countDown();
      log.await("generation 2 is live");
      clock.advance(Duration.ofSeconds(12));
      assertThat(mirror.get(REPOMD).body()).isEqualTo(repository.repomd());
    } finally {
      go.countDown();
    }
  }
}
