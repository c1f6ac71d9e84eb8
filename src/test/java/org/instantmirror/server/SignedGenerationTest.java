package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.bcpg.sig.KeyFlags;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.LogLines;
import org.instantmirror.testing.MutableClock;
import org.instantmirror.testing.OpenPgpKey;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.PublishedRepository;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A repository whose metadata must be signed is published anew. */
class SignedGenerationTest {

  private static final String REPOMD = "repodata/repomd.xml";
  private static final String SIGNATURE = "repodata/repomd.xml.asc";
  private static final Duration STICKY = Duration.ofSeconds(10);
  private static final Instant SIGNED = Instant.parse("2026-05-01T00:00:00Z");
  private static final OpenPgpKey KEY = OpenPgpKey.create();
  private static final OpenPgpKey OTHER = OpenPgpKey.create();

  private FakeUpstream upstream;
  private FakeUpstream keyServer;
  private PublishedRepository repository;
  private MutableClock clock;
  private LogLines log;
  private RunningMirror mirror;

  private final Path folder;

  SignedGenerationTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @BeforeEach
  void start() {
    upstream = FakeUpstream.start();
    keyServer = FakeUpstream.start();
    clock = new MutableClock(Instant.parse("2026-06-01T00:00:00Z"));
    log = new LogLines("org.instantmirror.mirror", "org.instantmirror.upstream.keys");
    repository = new PublishedRepository(upstream, "/os/").sign(by(KEY));
    publishKey(KEY.armored());
    mirror = open(keyServer.uri("/key").toString());
  }

  @AfterEach
  void stop() {
    mirror.close();
    log.close();
    keyServer.close();
    upstream.close();
  }

  private static UnaryOperator<byte[]> by(OpenPgpKey key) {
    return repomd -> key.sign(repomd, SIGNED);
  }

  private void publishKey(byte[] file) {
    keyServer.file("/key", file);
  }

  private RunningMirror open(String... gpgkey) {
    return RunningMirror.setup()
        .repo(upstream, "repo_gpgcheck=1", "gpgkey=" + String.join("\n  ", gpgkey))
        .folder(folder)
        .clock(clock)
        .start();
  }

  private void restart(String... gpgkey) {
    mirror.close();
    mirror = open(gpgkey);
  }

  private RawResponse ask(String path) {
    clock.advance(Duration.ofSeconds(2));
    return mirror.get("os/" + path, "Cache-Control: no-cache");
  }

  private void assertServes(byte[] repomd) {
    RawResponse response = ask(REPOMD);
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.complete()).isTrue();
    assertThat(response.body()).isEqualTo(repomd);
  }

  /** Asks until it is live: what an earlier request has begun may come to nothing. */
  private void goLive(int number) {
    String line = "generation " + number + " is live";
    await()
        .until(
            () -> {
              assertThat(ask(REPOMD).status()).isEqualTo(200);
              return log.all().stream().anyMatch(said -> said.contains(line));
            });
    clock.advance(STICKY);
  }

  private byte[] publishFirst() {
    repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    goLive(1);
    return repository.repomd();
  }

  private void publishNext(UnaryOperator<byte[]> signer) {
    repository.sign(signer).add("b-1.rpm", Packages.rpm(1000, 2)).publish();
  }

  @Test
  void generationsWithGoodSignaturesGoLive() throws Exception {
    publishFirst();
    // The first needs its signature, too, although no client has asked for it.
    assertThat(mirror.awaitStored("os/" + SIGNATURE)).isEqualTo(repository.signature());
    publishNext(by(KEY));
    goLive(2);
    assertServes(repository.repomd());
    assertThat(ask(SIGNATURE).body()).isEqualTo(repository.signature());
    assertThat(keyServer.requests("/key")).hasSize(1);
  }

  private static Stream<Arguments> bad() {
    OpenPgpKey expired =
        OpenPgpKey.unbound(OpenPgpKey.Kind.ED25519)
            .selfSigned(
                OpenPgpKey.MADE, Duration.ofDays(30), HashAlgorithmTags.SHA256, KeyFlags.SIGN_DATA);
    UnaryOperator<byte[]> ofOtherBytes = repomd -> KEY.sign(new byte[] {1}, SIGNED);
    UnaryOperator<byte[]> garbage = repomd -> new byte[] {'x', '\n'};
    UnaryOperator<byte[]> huge = repomd -> new byte[100_000];
    UnaryOperator<byte[]> weak =
        repomd ->
            OpenPgpKey.armor(
                KEY.sign(repomd, OpenPgpKey.How.at(SIGNED).hash(HashAlgorithmTags.SHA1)));
    return Stream.of(
        Arguments.of(Named.of("of other bytes", ofOtherBytes), "is bad"),
        Arguments.of(Named.of("garbage", garbage), "is no signature"),
        Arguments.of(Named.of("huge", huge), "is no signature"),
        Arguments.of(Named.of("SHA-1", weak), "was made with SHA-1"),
        Arguments.of(Named.of("other key", by(OTHER)), "is by key " + OTHER.id()),
        Arguments.of(Named.of("expired key", by(expired)), "is by key " + expired.id()));
  }

  @ParameterizedTest
  @MethodSource("bad")
  void badSignatureKeepsTheOldGenerationAndSaysSo(UnaryOperator<byte[]> signer, String why) {
    byte[] first = publishFirst();
    publishNext(signer);
    assertServes(first);
    String complaint = log.await("generation 1 stays");
    assertThat(complaint).contains("repo 'repo': repo/os/" + SIGNATURE, why);
    clock.advance(STICKY);
    assertServes(first);
    assertThat(log.all()).noneMatch(line -> line.contains("generation 2 is live"));

    repository.sign(by(KEY)).publish();
    goLive(2);
    assertServes(repository.repomd());
  }

  @Test
  void missingSignatureKeepsTheFirstGenerationFromBeingBelievedButNotFromBeingServed() {
    repository.sign(repomd -> new byte[0]).add("a-1.rpm", Packages.rpm(1000, 1));
    repository.publishPrimary().publishRepomd().next();
    assertServes(repository.repomd());
    String complaint = log.await("can't be verified by checksum yet");
    assertThat(complaint).contains(SIGNATURE + " is missing", "repo_gpgcheck = 0");
    assertServes(repository.repomd());
    assertThat(log.troubles()).hasSize(1);

    repository.sign(by(KEY)).publish();
    clock.advance(Duration.ofMinutes(2));
    goLive(1);
  }

  @Test
  void badSignatureOfTheFirstGenerationIsToldOfOnce() {
    repository.sign(by(OTHER)).add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    assertServes(repository.repomd());
    log.await("can't be verified by checksum yet");
    for (int i = 0; i < 3; i++) {
      clock.advance(Duration.ofMinutes(2));
      assertServes(repository.repomd());
    }
    assertThat(log.troubles().stream().filter(line -> line.contains("by checksum"))).hasSize(1);
    assertThat(log.all()).noneMatch(line -> line.contains("is live"));
  }

  @Test
  void rotatedKeyIsFetchedWhenASignatureIsByIt() {
    publishFirst();
    publishKey(OTHER.armored());
    clock.advance(Duration.ofMinutes(5));
    publishNext(by(OTHER));
    goLive(2);
    assertServes(repository.repomd());
    assertThat(keyServer.requests("/key")).hasSize(2);
  }

  @Test
  void repositoriesThatNeedTheSameKeyWaitForOneRequest() {
    Gate gate = new Gate();
    keyServer.file("/key", KEY.armored()).next(Behaviour.proper().headGated(gate));
    PublishedRepository other = new PublishedRepository(upstream, "/other/");
    repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    other.sign(by(KEY)).add("b-1.rpm", Packages.rpm(1000, 2)).publish();
    assertThat(ask(REPOMD).status()).isEqualTo(200);
    gate.awaitRequest();
    assertThat(mirror.get("other/" + REPOMD).status()).isEqualTo(200);
    upstream.awaitRequests("/other/" + SIGNATURE, 1);
    gate.releaseAll();
    log.await("repo/os: generation 1 is live");
    log.await("repo/other: generation 1 is live");
    assertThat(keyServer.requests("/key")).hasSize(1);
    assertThat(log.troubles()).isEmpty();
  }

  @Test
  void keyIsNotAskedForAllTheTime() {
    byte[] first = publishFirst();
    publishNext(by(OTHER));
    assertServes(first);
    log.await("generation 1 stays");
    publishKey(OTHER.armored());
    for (int i = 0; i < 3; i++) {
      repository.publish();
      assertServes(first);
    }
    assertThat(keyServer.requests("/key")).hasSize(1);
    clock.advance(Duration.ofMinutes(5));
    goLive(2);
  }

  @Test
  void keptKeyVerifiesWhileItsServerIsDownAlsoAfterARestart() {
    publishFirst();
    keyServer.stop();
    restart(keyServer.uri("/key").toString());
    publishNext(by(KEY));
    goLive(2);
    assertServes(repository.repomd());
    assertThat(log.troubles()).isEmpty();
  }

  @Test
  void keyThatCannotBeHadIsNamed() {
    restart(keyServer.uri("/nokey").toString());
    repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    assertServes(repository.repomd());
    assertThat(log.await("by checksum yet"))
        .contains("key " + keyServer.uri("/nokey") + " answered 404");
  }

  @Test
  void hugeKeyIsRefused() {
    publishKey(new byte[1 << 20]);
    repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    assertServes(repository.repomd());
    assertThat(log.await("by checksum yet")).contains("sent more than");
  }

  @Test
  void oneOfSeveralKeysIsEnoughAndOneMayBeAFile() throws IOException {
    Path file = Files.write(folder.resolve("other.key"), OTHER.publicKey());
    restart(keyServer.uri("/nokey").toString(), file.toUri().toString());
    repository.sign(by(OTHER));
    publishFirst();
    // It is read each time.
    Files.write(file, KEY.armored());
    publishNext(by(KEY));
    goLive(2);
  }

  @Test
  void keyBesideRepomdIsNotBelieved() {
    publishKey(KEY.armored());
    upstream.file("/os/repodata/repomd.xml.key", OTHER.armored());
    repository.sign(by(OTHER)).add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    assertServes(repository.repomd());
    assertThat(log.await("by checksum yet")).contains("is by key " + OTHER.id());
  }

  @Test
  void anotherUpstreamIsAskedWhenTheFirstOnesSignatureIsBad() {
    FakeUpstream second = FakeUpstream.start();
    try {
      mirror.close();
      mirror =
          RunningMirror.setup()
              .repo(
                  "repo",
                  List.of(upstream.origin() + "/", second.origin() + "/"),
                  "repo_gpgcheck=1",
                  "gpgkey=" + keyServer.uri("/key"))
              .clock(clock)
              .start();
      byte[] first = publishFirst();
      PublishedRepository sound =
          new PublishedRepository(second, "/os/")
              .sign(by(KEY))
              .add("a-1.rpm", Packages.rpm(1000, 1))
              .next()
              .add("b-1.rpm", Packages.rpm(1000, 2))
              .publish();
      publishNext(by(OTHER));
      assertServes(first);
      log.await("generation 1 stays");
      clock.advance(STICKY);
      goLive(2);
      assertServes(sound.repomd());
      assertThat(ask(SIGNATURE).body()).isEqualTo(sound.signature());
    } finally {
      second.close();
    }
  }
}
