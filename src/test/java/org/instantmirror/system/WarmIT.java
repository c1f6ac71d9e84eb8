package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.instantmirror.testing.JavaCommand;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** {@code warm} as an administrator runs it, over repositories of createrepo_c, and a real dnf. */
@RequiresRpmTools
@RequiresPrograms({Program.DNF, Program.NGINX, Program.CURL, Program.ROOT_USER})
class WarmIT {
  private static final String REPO = "samples";

  private static final String GROUPS =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <!DOCTYPE comps PUBLIC "-//Red Hat, Inc.//DTD Comps info//EN" "comps.dtd">
      <comps><group><id>core</id><name>Core</name><packagelist>
      <packagereq type="mandatory">tilde</packagereq></packagelist></group>
      <group><id>greeters</id><name>Greeters</name><packagelist>
      <packagereq type="default">libodd++</packagereq>
      <packagereq type="optional">big</packagereq></packagelist></group></comps>
      """;

  @AutoClose private final WorkDirectory work = WorkDirectory.create("warm");

  private final RpmRepository repository =
      RpmRepository.create(
          work.path().resolve("repo"),
          SampleRpm.HELLO,
          SampleRpm.HELLO_UPDATE,
          SampleRpm.ODD,
          SampleRpm.TILDE,
          SampleRpm.BIG,
          SampleRpm.UNASKED);

  @AutoClose private final Upstream upstream = NginxUpstream.serving(repository.folder());
  @AutoClose private final MirrorFiles files = MirrorFiles.create().repo(REPO, upstream.url());
  @AutoClose private final MirrorProcess mirror = MirrorProcess.start(files);

  private CommandResult warm(String... arguments) {
    List<String> words = new ArrayList<>(List.of("-jar", MirrorProcess.war().toString(), "warm"));
    words.addAll(List.of("--server", mirror.url(), "--repo", REPO));
    words.addAll(List.of(arguments));
    return Command.of(JavaCommand.of(words.toArray(String[]::new))).run();
  }

  private void assertHere(SampleRpm... rpms) {
    for (SampleRpm rpm : rpms) {
      assertThat(files.cached(REPO, rpm.fileName())).hasSameBinaryContentAs(repository.file(rpm));
    }
  }

  private void assertNotHere(SampleRpm... rpms) {
    for (SampleRpm rpm : rpms) {
      assertThat(files.cached(REPO, rpm.fileName())).doesNotExist();
    }
  }

  @Test
  void whatIsNamedIsHereWithWhatItNeedsBeforeTheFirstClientAsksForAnything() {
    // Nobody has asked this mirror for anything yet.
    assertThat(warm("libodd++", "absent").output())
        .contains("2 packages", "not found: absent", "2 packages with", "0 failed");
    assertHere(SampleRpm.ODD, SampleRpm.HELLO_UPDATE);
    assertNotHere(SampleRpm.HELLO, SampleRpm.TILDE, SampleRpm.BIG);
    assertThat(upstream.accessLog().packageGets()).hasSize(2);

    try (Dnf dnf = Dnf.withBaseUrl(mirror.repoUrl(REPO))) {
      dnf.run("install", "libodd++").succeeded();
      assertThat(dnf.installedText(SampleRpm.ODD)).isEqualTo(SampleRpm.ODD.installedText());
    }
    assertThat(upstream.accessLog().packageGets()).hasSize(2);
    // Again it is all here.
    assertThat(warm("libodd++").succeeded().output()).contains("0 packages", "2 are here");
  }

  @Test
  void whatIsInstalledElsewhereIsHereInItsNewestVersion() {
    try (Dnf dnf = Dnf.withBaseUrl(upstream.url())) {
      dnf.run("install", "hello-1.0", "tilde").succeeded();
      String installed =
          work.write(
                  "installed",
                  Command.of(Program.RPM.path(), List.of("--root", dnf.root().toString(), "-qa"))
                      .with("HOME", dnf.home().toString())
                      .run()
                      .succeeded()
                      .output())
              .toString();

      warm("--installed", installed).succeeded();
    }
    assertHere(SampleRpm.HELLO_UPDATE, SampleRpm.TILDE);
    assertNotHere(SampleRpm.HELLO, SampleRpm.ODD);
  }

  @Test
  void aLockNamesItsVersions() {
    String lock = work.write("lock", "hello-0:1.0-1.*\n").toString();
    warm("--lock", lock).succeeded();
    assertHere(SampleRpm.HELLO);
    assertNotHere(SampleRpm.HELLO_UPDATE);
  }

  @Test
  void aKickstartsGroupsAreHere() {
    String comps = work.write("comps.xml", GROUPS).toString();
    repository.createrepo(List.of("--groupfile=" + comps));
    repository.sign(Instant.now());
    String kickstart = work.write("ks.cfg", "%packages\n@greeters\n%end\n").toString();

    warm("--kickstart", kickstart).succeeded();

    assertHere(SampleRpm.ODD, SampleRpm.HELLO_UPDATE, SampleRpm.TILDE);
    assertNotHere(SampleRpm.BIG);
  }

  @Test
  void aRepositoryThatIsNotThereIsSaid() {
    assertThat(warm("--repo", "nowhere", "hello").failed().output())
        .contains("there is no repository 'nowhere'");
  }
}
