package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A mirror that verifies what gpg signed, in front of a dnf that verifies it, too. */
@RequiresPrograms({
  Program.DNF,
  Program.CREATEREPO_C,
  Program.RPMBUILD,
  Program.RPMSIGN,
  Program.GPG,
  Program.NGINX,
  Program.ROOT_USER
})
class SignedMetadataIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @AutoClose private final WorkDirectory work = WorkDirectory.create("keys");
  @AutoClose private final MirroredRepository mirrored = mirrored(work);

  private static MirroredRepository mirrored(WorkDirectory work) {
    Path key = work.path().resolve("key");
    SampleRpms.built().key().exportTo(key);
    return MirroredRepository.overNginx("repo_gpgcheck=1", "gpgkey=" + key.toUri());
  }

  private void goLive(Dnf dnf, int number) {
    refreshUntil(dnf, "generation " + number + " is live");
  }

  /** Has a client ask until that is in the log: upstream is asked once a second at most. */
  private void refreshUntil(Dnf dnf, String part) {
    await("'" + part + "' in the log")
        .atMost(PATIENCE)
        .until(
            () -> {
              dnf.run("--refresh", "makecache").succeeded();
              return mirrored.mirror().log().contains(part);
            });
  }

  @Test
  void clientInstallsAndUpgradesWhatIsSigned() {
    try (Dnf dnf = mirrored.newClient()) {
      dnf.run("install", "hello").succeeded();
      goLive(dnf, 1);

      mirrored.repository().add(SampleRpm.HELLO_UPDATE);
      mirrored.repository().publish(Instant.now());
      goLive(dnf, 2);

      // The pair before is this client's for another ten seconds.
      await("the update")
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                dnf.run("--refresh", "upgrade").succeeded();
                assertThat(dnf.installedText(SampleRpm.HELLO_UPDATE))
                    .isEqualTo(SampleRpm.HELLO_UPDATE.installedText());
              });
    }
  }

  @Test
  void clientGoesOnWithTheOldGenerationWhenAnotherKeySigns() {
    SigningKey other = SigningKey.create(work.path().resolve("other"));
    try (Dnf dnf = mirrored.newClient()) {
      dnf.run("install", "hello").succeeded();
      goLive(dnf, 1);

      mirrored.repository().add(SampleRpm.HELLO_UPDATE);
      mirrored.repository().publish(Instant.now());
      other.sign(mirrored.repository().file("repodata/repomd.xml"));

      refreshUntil(
          dnf, "generation 1 stays: repo 'samples': samples/repodata/repomd.xml.asc is by key ");
      dnf.run("--refresh", "upgrade").succeeded();
      assertThat(dnf.installedText(SampleRpm.HELLO)).isEqualTo(SampleRpm.HELLO.installedText());
      assertThat(mirrored.mirror().log()).doesNotContain("generation 2 is live");

      mirrored.repository().publish(Instant.now().plusSeconds(2));
      goLive(dnf, 2);
    } finally {
      other.stopAgent();
    }
  }
}
