package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.LogLines;
import org.instantmirror.testing.MutableClock;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.PublishedRepository;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A repository is published anew while clients use it. */
class GenerationTest {

  private static final String REPOMD = "repodata/repomd.xml";
  private static final String SIGNATURE = "repodata/repomd.xml.asc";
  private static final Duration STICKY = Duration.ofSeconds(10);

  private FakeUpstream upstream;
  private PublishedRepository repository;
  private MutableClock clock;
  private LogLines log;
  private RunningMirror mirror;

  @BeforeEach
  void start() {
    upstream = FakeUpstream.start();
    clock = new MutableClock(Instant.parse("2026-06-01T00:00:00Z"));
    log = new LogLines("org.instantmirror.mirror");
    repository = new PublishedRepository(upstream, "/os/");
    mirror = RunningMirror.setup().repo(upstream).clock(clock).start();
  }

  @AfterEach
  void stop() {
    mirror.close();
    log.close();
    upstream.close();
  }

  /** As dnf asks for repomd.xml; time has passed since. */
  private RawResponse ask(String path) {
    clock.advance(Duration.ofSeconds(2));
    return mirror.get("os/" + path, "Cache-Control: no-cache");
  }

  private void assertServes(String path, byte[] expected) {
    RawResponse response = ask(path);
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.complete()).isTrue();
    assertThat(response.body()).isEqualTo(expected);
  }

  private void goLive(int number) {
    assertThat(ask(REPOMD).status()).isEqualTo(200);
    log.await("generation " + number + " is live");
    clock.advance(STICKY);
  }

  @Test
  void previousGenerationIsServedUntilTheNextOneIsHere() throws Exception {
    repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    goLive(1);
    byte[] first = repository.repomd();
    repository.add("b-1.rpm", Packages.rpm(1000, 2));
    Gate gate = new Gate();
    String primary = repository.primaryPath();
    repository.publishPrimary(Behaviour.proper().gated(gate)).publishRepomd();
    byte[] second = repository.repomd();

    assertServes(REPOMD, first);
    gate.awaitRequest();
    assertServes(REPOMD, first);
    assertThat(mirror.stored("os/" + REPOMD)).hasBinaryContent(first);

    gate.releaseAll();
    log.await("generation 2 is live");
    clock.advance(STICKY);
    assertServes(REPOMD, second);
    assertThat(mirror.stored("os/" + REPOMD)).hasBinaryContent(second);
    RawResponse list = mirror.get("os/" + primary);
    assertThat(list.header("Cache-Status")).contains("InstantMirror; hit");
  }

  @Test
  void listThatAClientFetchedBeforeItsChecksumWasKnownIsVerifiedThen() throws Exception {
    Gate gate = new Gate();
    repository.add("a-1.rpm", Packages.rpm(1000, 1));
    repository.publishPrimary(Behaviour.proper().gated(gate)).publishRepomd();
    String primary = "os/" + repository.primaryPath();
    CompletableFuture<RawResponse> client =
        CompletableFuture.supplyAsync(() -> mirror.get(primary));
    gate.awaitRequest();
    assertThat(ask(REPOMD).status()).isEqualTo(200);
    // The generation that is being assembled waits for the client's download.
    await()
        .until(
            () -> mirror.request("GET", "/api/v1/downloads").text(),
            running -> running.contains("\"clients\":2"));
    gate.releaseAll();
    assertThat(client.join().status()).isEqualTo(200);
    log.await("generation 1 is live");
    assertThat(log.troubles()).isEmpty();
    assertThat(upstream.requests("/" + primary)).hasSize(1);
  }

  @Test
  void clientThatHasBegunWithAGenerationGetsItsOtherFiles() {
    repository.sign().add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    assertThat(ask(SIGNATURE).status()).isEqualTo(200);
    goLive(1);
    byte[] first = repository.repomd();
    byte[] firstSignature = repository.signature();
    repository.add("b-1.rpm", Packages.rpm(1000, 2)).publish();

    // This request finds the new one; the client has the old one's repomd.xml now.
    assertServes(REPOMD, first);
    log.await("generation 2 is live");
    assertServes(SIGNATURE, firstSignature);
    assertServes(REPOMD, first);

    clock.advance(STICKY);
    assertServes(SIGNATURE, repository.signature());
    assertServes(REPOMD, repository.repomd());
  }

  @Test
  void clientThatHasBegunGetsItsOtherFilesWhateverGoesLiveMeanwhile() {
    repository.sign().add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    assertThat(ask(SIGNATURE).status()).isEqualTo(200);
    goLive(1);
    byte[] first = repository.repomd();
    byte[] firstSignature = repository.signature();
    assertServes(REPOMD, first);
    for (int number = 2; number <= 4; number++) {
      repository.add(number + "-1.rpm", Packages.rpm(1000, number)).publish();
      clock.advance(Duration.ofSeconds(2));
      // One client each: it sticks to what it takes.
      mirror.getAs(number, "os/" + REPOMD, "Cache-Control: no-cache");
      log.await("generation " + number + " is live");
    }

    assertServes(SIGNATURE, firstSignature);
  }

  @Test
  void incompleteGenerationDoesNotGoLiveBeforeItIsComplete() {
    repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    goLive(1);
    byte[] first = repository.repomd();
    repository.add("b-1.rpm", Packages.rpm(1000, 2)).publishRepomd();
    assertServes(REPOMD, first);
    String complaint = log.await("is not complete, generation 1 stays");
    assertThat(complaint).contains("os/repodata/").contains("-primary.xml.gz");
    assertServes(REPOMD, first);

    repository.publishPrimary();
    clock.advance(STICKY);
    goLive(2);
    assertServes(REPOMD, repository.repomd());
  }

  @Test
  void generationThatUpstreamTakesBackNeverGoesLive() throws Exception {
    repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    goLive(1);
    byte[] first = repository.repomd();
    repository.add("b-1.rpm", Packages.rpm(1000, 2)).publishRepomd();
    assertServes(REPOMD, first);
    log.await("is not complete, generation 1 stays");
    repository.publishPrimary().takeBack(first);
    assertServes(REPOMD, first);
    assertServes(REPOMD, first);
    assertThat(log.all()).noneMatch(line -> line.contains("generation 2 is live"));
    assertThat(mirror.cacheDir().resolve(".instantmirror/staging/_staging_repo/os/" + REPOMD))
        .doesNotExist();
  }

  @Test
  void upstreamThatChangesDuringTheAssemblyNeverMakesAMixture() throws Exception {
    repository.sign().add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    assertThat(ask(SIGNATURE).status()).isEqualTo(200);
    goLive(1);
    byte[] first = repository.repomd();
    repository.add("b-1.rpm", Packages.rpm(1000, 2));
    Gate gate = new Gate();
    repository
        .publishPrimary(Behaviour.proper().gated(gate))
        .publishRepomd()
        .publishSignature()
        .next();
    assertServes(REPOMD, first);
    gate.awaitRequest();
    // Upstream is at its third generation now, and a client's check brings that as well.
    repository.add("c-1.rpm", Packages.rpm(1000, 3)).publish();
    assertServes(REPOMD, first);
    gate.releaseAll();
    log.await("is live");
    log.await("upstream has changed again meanwhile");
    goLiveAt(repository.repomd());
    assertServes(SIGNATURE, repository.signature());
    assertServes(REPOMD, repository.repomd());
  }

  /** Asks until that is what is live: each request may bring it. */
  private void goLiveAt(byte[] expected) {
    await()
        .until(
            () -> {
              clock.advance(STICKY);
              return java.util.Arrays.equals(ask(REPOMD).body(), expected);
            });
  }

  @Test
  void whoAsksForTheFirstGenerationsSignatureLateDoesNotReplaceItsRepomd() throws Exception {
    repository.sign().add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    goLive(1);
    byte[] first = repository.repomd();
    repository.add("b-1.rpm", Packages.rpm(1000, 2)).publishRepomd().publishSignature();
    assertThat(ask(SIGNATURE).status()).isEqualTo(200);
    log.await("generation 1 stays");
    assertThat(mirror.stored("os/" + REPOMD)).hasBinaryContent(first);

    repository.publishPrimary();
    goLive(2);
    assertServes(REPOMD, repository.repomd());
    assertServes(SIGNATURE, repository.signature());
  }

  /** As zypper asks for it at each refresh. */
  @Test
  void whoAsksForAKeyThatIsNotThereDoesNotReplaceTheLiveRepomd() throws Exception {
    repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    goLive(1);
    byte[] first = repository.repomd();
    repository.add("b-1.rpm", Packages.rpm(1000, 2)).publishRepomd();
    assertThat(ask("repodata/repomd.xml.key").status()).isEqualTo(404);
    log.await("generation 1 stays");
    assertThat(mirror.stored("os/" + REPOMD)).hasBinaryContent(first);
    assertServes(REPOMD, first);
  }

  @Test
  void upstreamWithoutValidatorsGetsItsNextGenerationOnce() {
    repository.withoutValidators().add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    goLive(1);
    repository.add("b-1.rpm", Packages.rpm(1000, 2)).publish();
    goLive(2);
    assertServes(REPOMD, repository.repomd());
    // The same comes again at each check.
    assertServes(REPOMD, repository.repomd());
    assertServes(REPOMD, repository.repomd());
    repository.add("c-1.rpm", Packages.rpm(1000, 3)).publish();
    // A request may join the check before, whose answer is still coming.
    goLiveAt(repository.repomd());
    assertThat(log.all()).filteredOn(line -> line.contains("is live")).hasSize(3);
  }

  @Test
  void firstGenerationThatNamesAFileThatNeverExistedIsServed() {
    repository.other("other", new byte[] {1}).add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    upstream.remove("/os/" + repository.otherPath("other"));
    goLive(1);
    assertServes(REPOMD, repository.repomd());
    assertThat(ask(repository.otherPath("other")).status()).isEqualTo(404);
    assertThat(ask("a-1.rpm").status()).isEqualTo(200);
  }

  @Test
  void clientThatComesBackGetsTheLivePairAsAWhole() {
    repository.sign().add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    assertThat(ask(SIGNATURE).status()).isEqualTo(200);
    goLive(1);
    byte[] first = repository.repomd();
    repository.add("b-1.rpm", Packages.rpm(1000, 2)).publish();
    assertServes(REPOMD, first);
    log.await("generation 2 is live");
    // Nine seconds later its next run begins; the first one's time would end in the middle of it.
    clock.advance(Duration.ofSeconds(7));
    assertServes(REPOMD, repository.repomd());
    assertServes(SIGNATURE, repository.signature());
  }

  @Test
  void signatureThatLagsBehindKeepsTheOldPair() {
    repository.sign().add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    assertThat(ask(SIGNATURE).status()).isEqualTo(200);
    goLive(1);
    byte[] first = repository.repomd();
    byte[] firstSignature = repository.signature();
    repository.add("b-1.rpm", Packages.rpm(1000, 2)).publishPrimary().publishRepomd();
    assertServes(REPOMD, first);
    log.await("hasn't changed with repomd.xml");
    clock.advance(STICKY);
    assertServes(SIGNATURE, firstSignature);

    repository.publishSignature();
    goLive(2);
    assertServes(SIGNATURE, repository.signature());
    assertServes(REPOMD, repository.repomd());
  }

  @Test
  void signatureOfAGenerationThatWasMissedIsNotTakenForThisOnes() {
    repository.sign().add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    assertThat(ask(SIGNATURE).status()).isEqualTo(200);
    goLive(1);
    byte[] first = repository.repomd();
    // Nobody asked while this one was upstream; its signature is still there.
    repository.add("b-1.rpm", Packages.rpm(1000, 2)).publish();
    repository.add("c-1.rpm", Packages.rpm(1000, 3)).publishPrimary().publishRepomd();
    assertServes(REPOMD, first);
    log.await("is the signature of another repomd.xml");
    assertThat(log.all()).noneMatch(line -> line.contains("generation 2 is live"));

    repository.publishSignature();
    goLive(2);
    clock.advance(STICKY);
    assertServes(SIGNATURE, repository.signature());
    assertServes(REPOMD, repository.repomd());
  }

  @Test
  void filesOfEarlierGenerationsStayServableWhenUpstreamDropsThem() throws Exception {
    byte[] old = Packages.rpm(1000, 1);
    repository.add("a-1.rpm", old);
    String firstPrimary = repository.primaryPath();
    repository.publish();
    goLive(1);
    byte[] firstList = ask(firstPrimary).body();
    assertServes("a-1.rpm", old);
    mirror.awaitStored("os/a-1.rpm");
    repository.drop("a-1.rpm").add("a-2.rpm", Packages.rpm(1000, 2)).publish();
    upstream.remove("/os/" + firstPrimary);
    goLive(2);

    clock.advance(Duration.ofHours(47));
    assertServes(firstPrimary, firstList);
    assertServes("a-1.rpm", old);
    assertThat(upstream.requests("/os/a-1.rpm")).hasSize(1);
  }

  @Test
  void filesThatNoKeptGenerationListsGoWithUpstream() throws Exception {
    mirror.close();
    mirror = RunningMirror.setup().repo(upstream, "keep_generations = 2").clock(clock).start();
    repository.add("a-1.rpm", Packages.rpm(1000, 1));
    String firstPrimary = repository.primaryPath();
    repository.publish();
    goLive(1);
    assertThat(ask("a-1.rpm").status()).isEqualTo(200);
    mirror.awaitStored("os/a-1.rpm");
    repository.drop("a-1.rpm").add("a-2.rpm", Packages.rpm(1000, 2)).publish();
    upstream.remove("/os/" + firstPrimary);
    goLive(2);
    repository.add("a-3.rpm", Packages.rpm(1000, 3)).publish();
    goLive(3);
    // Of the last two it is none any more, but of the last 48 hours.
    clock.advance(Duration.ofHours(47));
    assertThat(ask("a-1.rpm").status()).isEqualTo(200);

    clock.advance(Duration.ofHours(2));
    repository.add("a-4.rpm", Packages.rpm(1000, 4)).publish();
    goLive(4);
    assertThat(ask("a-1.rpm").status()).isEqualTo(404);
    assertThat(mirror.stored("os/a-1.rpm")).doesNotExist();
    assertThat(ask("a-2.rpm").status()).isEqualTo(200);
  }

  @Test
  void listsOfAKindThatNobodyHasTakenAreNotFetched() {
    repository
        .other("filelists", new byte[] {1})
        .other("other", new byte[] {2})
        .add("a-1.rpm", Packages.rpm(1000, 1))
        .publish();
    goLive(1);
    assertThat(ask(repository.otherPath("filelists")).status()).isEqualTo(200);
    repository
        .other("filelists", new byte[] {3})
        .other("other", new byte[] {4})
        .add("b-1.rpm", Packages.rpm(1000, 2))
        .publish();
    goLive(2);
    assertThat(upstream.requests("/os/" + repository.otherPath("filelists"))).hasSize(1);
    assertThat(upstream.requests("/os/" + repository.otherPath("other"))).isEmpty();
  }

  @Test
  void incompleteGenerationIsComplainedAboutOnce() {
    repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    goLive(1);
    repository.add("b-1.rpm", Packages.rpm(1000, 2)).publishRepomd();
    for (int i = 1; i <= 3; i++) {
      assertThat(ask(REPOMD).status()).isEqualTo(200);
      int asked = i;
      await().until(() -> upstream.requests("/os/" + repository.primaryPath()).size() >= 3 * asked);
    }
    repository.publishPrimary();
    goLive(2);
    assertThat(log.all()).filteredOn(line -> line.contains("generation 1 stays")).hasSize(1);
  }

  @Test
  void generationThatOnlyAnotherUpstreamHasWholeIsTakenFromThere() {
    FakeUpstream other = FakeUpstream.start();
    mirror.close();
    mirror =
        RunningMirror.setup()
            .repo("repo", java.util.List.of(upstream.origin() + "/", other.origin() + "/"))
            .clock(clock)
            .start();
    try {
      PublishedRepository whole = new PublishedRepository(other, "/os/");
      repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
      whole.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
      goLive(1);
      // The first one lists what nobody has; the second one is a day ahead of what is live.
      repository.list("c-1.rpm", Packages.rpm(1000, 3)).publishRepomd();
      whole.add("b-1.rpm", Packages.rpm(1000, 2)).publish();
      assertThat(ask(REPOMD).status()).isEqualTo(200);
      log.await("generation 2 is live");
      clock.advance(STICKY);
      assertThat(mirror.get("os/" + REPOMD).body()).isEqualTo(whole.repomd());
      assertThat(log.await("generation 1 stays")).contains(upstream.origin());
    } finally {
      other.close();
    }
  }

  @Test
  void repositoryInUseIsLookedAtWithoutBeingAskedFor() {
    mirror.close();
    mirror =
        RunningMirror.setup().repo(upstream, "metadata_timer_sync = 0.1s").clock(clock).start();
    repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    goLive(1);
    assertThat(ask(REPOMD).status()).isEqualTo(200);
    repository.add("b-1.rpm", Packages.rpm(1000, 2)).publish();
    clock.advance(STICKY);
    log.await("generation 2 is live");
  }

  @Test
  void theRequestThatARepositoryBeginsWithIsAUse() {
    mirror.close();
    mirror =
        RunningMirror.setup().repo(upstream, "metadata_timer_sync = 0.1s").clock(clock).start();
    repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    assertThat(mirror.get("os/" + REPOMD).status()).isEqualTo(200);
    log.await("generation 1 is live");
    repository.add("b-1.rpm", Packages.rpm(1000, 2)).publish();
    clock.advance(STICKY);
    log.await("generation 2 is live");
  }

  @Test
  void namesWithoutAChecksumAreReplacedWithTheirGeneration() {
    repository = new PublishedRepository(upstream, "/os/", "primary.xml.gz");
    repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    goLive(1);
    byte[] first = ask("repodata/primary.xml.gz").body();
    repository.add("b-1.rpm", Packages.rpm(1000, 2)).publish();
    goLive(2);
    byte[] second = ask("repodata/primary.xml.gz").body();
    assertThat(second).isNotEqualTo(first);
    assertServes(REPOMD, repository.repomd());
    assertThat(upstream.requests("/os/repodata/primary.xml.gz")).hasSize(2);
  }

  @Test
  void upstreamThatIsGoneLeavesTheGenerationAsItIs() {
    repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    goLive(1);
    upstream.stop();
    RawResponse response = ask(REPOMD);
    assertThat(response.body()).isEqualTo(repository.repomd());
    assertThat(response.header("Cache-Status"))
        .contains("InstantMirror; hit; detail=upstream-unreachable");
  }

  @Test
  void eachFolderWithRepodataIsARepositoryOfItsOwn() {
    PublishedRepository other = new PublishedRepository(upstream, "/other/");
    byte[] one = Packages.rpm(1000, 1);
    byte[] two = Packages.rpm(1000, 2);
    repository.add("a.rpm", one).publish();
    other.add("a.rpm", two).publish();
    goLive(1);
    assertThat(mirror.get("other/" + REPOMD).status()).isEqualTo(200);
    log.await("repo/other: generation 1 is live");
    assertServes("a.rpm", one);
    assertThat(mirror.get("other/a.rpm").body()).isEqualTo(two);
  }
}
