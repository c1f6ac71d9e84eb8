package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A real dnf installs and upgrades from whatever createrepo_c makes, and the mirror, which reads
 * the same, has a generation of each. All of them lie below one base URL.
 */
@RequiresRpmTools
@RequiresPrograms({
  Program.DNF,
  Program.MODIFYREPO_C,
  Program.NGINX,
  Program.CURL,
  Program.ROOT_USER
})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RepositoryFormsIT {
  private static final String REPO = "forms";

  private static final String GROUPS =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <!DOCTYPE comps PUBLIC "-//Red Hat, Inc.//DTD Comps info//EN" "comps.dtd">
      <comps><group><id>greeters</id><name>Greeters</name><description/><default>true</default>
      <uservisible>true</uservisible><packagelist><packagereq type="mandatory">hello</packagereq>
      </packagelist></group></comps>
      """;

  private static final String UPDATE_INFO =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <updates><update from="x@example.invalid" status="final" type="security" version="1">
      <id>SAMPLE-1</id><title>hello</title><severity>Low</severity>
      <issued date="2024-01-31 12:00:00"/><updated date="2024-01-31 12:00:00"/>
      <description>x</description><references/><pkglist><collection short="s"><name>s</name>
      <package name="hello" version="2.0" release="1" epoch="0" arch="noarch"
      src="hello-2.0-1.src.rpm"><filename>hello-2.0-1.noarch.rpm</filename></package>
      </collection></pkglist></update></updates>
      """;

  private static final String MODULES =
      """
      ---
      document: modulemd
      version: 2
      data:
        name: greeter
        stream: "1"
        version: 1
        context: 00000000
        arch: noarch
        summary: A sample
        description: A sample
        license: {module: [MIT]}
        profiles: {common: {rpms: [tilde]}}
        artifacts: {rpms: ["tilde-0:3.0~beta2-1.noarch"]}
      ...
      """;

  @AutoClose private final WorkDirectory work = WorkDirectory.create("forms");
  @AutoClose private final NginxUpstream upstream = NginxUpstream.serving(work.folder("tree"));
  @AutoClose private final MirrorFiles files = MirrorFiles.create().repo(REPO, upstream.url());
  @AutoClose private final MirrorProcess mirror = MirrorProcess.start(files);

  private RpmRepository repository(String name) {
    return RpmRepository.create(
        work.path().resolve("tree/" + name), SampleRpm.HELLO, SampleRpm.ODD, SampleRpm.TILDE);
  }

  private static void publish(RpmRepository repository, Instant time, String... options) {
    repository.createrepo(List.of(options));
    repository.sign(time);
  }

  private Dnf client(String name) {
    return Dnf.withBaseUrl(mirror.repoUrl(REPO) + name + "/");
  }

  /** Publishes an update in the same form, and waits until a client that has hello gets it. */
  private void assertUpgrades(
      Dnf dnf, String name, RpmRepository repository, List<String> options) {
    repository.add(SampleRpm.HELLO_UPDATE);
    publish(repository, Instant.now(), options.toArray(String[]::new));
    String url = mirror.repoUrl(REPO) + name + "/";
    News.awaitAt(url, mirror, REPO + "/" + name + ": generation 2 is live");
    // Its own address has taken the generation before, and sticks to it for ten seconds.
    try (ClientAddress another = ClientAddress.towards(url)) {
      dnf.useBaseUrl(another.url());
      dnf.run("upgrade").succeeded();
    }
    assertThat(dnf.installedText(SampleRpm.HELLO_UPDATE))
        .isEqualTo(SampleRpm.HELLO_UPDATE.installedText());
  }

  /** Options that don't touch each other are tried together. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "--simple-md-filenames --general-compress-type=gz --checksum=md5",
        "--unique-md-filenames --general-compress-type=bz2 --checksum=sha",
        "--xz --checksum=sha384 --database",
        "--simple-md-filenames --xz --checksum=sha512 --retain-old-md=3"
      })
  void clientInstallsAndUpgradesFromEachForm(String options) {
    String name = options.replaceAll("[^a-z0-9]+", "");
    RpmRepository repository = repository(name);
    String[] words = options.split(" ");
    publish(repository, RpmRepository.PACKAGE_TIME.plusSeconds(7200), words);
    try (Dnf dnf = client(name)) {
      dnf.run("install", "libodd++").succeeded();

      assertUpgrades(dnf, name, repository, List.of(words));
    }
  }

  @Test
  @RequiresPrograms(Program.ZCK)
  void clientInstallsAndUpgradesBesideZchunkFiles() {
    clientInstallsAndUpgradesFromEachForm("--zck");
  }

  @Test
  void clientInstallsAGroup() {
    RpmRepository repository = repository("groups");
    String groups = work.write("comps.xml", GROUPS).toString();
    publish(repository, RpmRepository.PACKAGE_TIME.plusSeconds(7200), "--groupfile=" + groups);
    try (Dnf dnf = client("groups")) {
      dnf.run("group", "install", "greeters").succeeded();
      assertThat(dnf.installedText(SampleRpm.HELLO)).isEqualTo(SampleRpm.HELLO.installedText());

      assertUpgrades(dnf, "groups", repository, List.of("--groupfile=" + groups));
    }
  }

  @Test
  void clientUpgradesWhatAnAdvisoryNames() {
    RpmRepository repository = repository("advisories");
    repository.add(SampleRpm.HELLO_UPDATE);
    repository.createrepo(List.of());
    repository.modifyrepo(work.write("updateinfo.xml", UPDATE_INFO));
    repository.sign(Instant.now());
    try (Dnf dnf = client("advisories")) {
      dnf.run("install", "hello-1.0").succeeded();

      dnf.run("upgrade", "--security").succeeded();

      assertThat(dnf.installedText(SampleRpm.HELLO_UPDATE))
          .isEqualTo(SampleRpm.HELLO_UPDATE.installedText());
    }
  }

  @Test
  void clientInstallsFromAModule() {
    RpmRepository repository = repository("modules");
    repository.createrepo(List.of());
    repository.modifyrepo(work.write("modules.yaml", MODULES), "--mdtype=modules");
    repository.sign(Instant.now());
    try (Dnf dnf = client("modules")) {
      assertThat(dnf.run("module", "list").succeeded().output()).contains("greeter");

      dnf.run("--setopt=module_platform_id=platform:x", "module", "install", "greeter:1/common")
          .succeeded();

      assertThat(dnf.installedText(SampleRpm.TILDE)).isEqualTo(SampleRpm.TILDE.installedText());
    }
  }

  /** {@code xml:base}: such packages lie elsewhere, and no client asks the mirror for them. */
  @Test
  void clientInstallsPackagesThatLieOnAnotherServer() {
    RpmRepository repository = repository("elsewhere");
    publish(repository, Instant.now(), "--baseurl=" + upstream.url() + "elsewhere/");
    try (Dnf dnf = client("elsewhere")) {
      dnf.run("install", "hello").succeeded();

      assertThat(dnf.installedText(SampleRpm.HELLO)).isEqualTo(SampleRpm.HELLO.installedText());
      assertThat(files.cached(REPO, "elsewhere/" + SampleRpm.HELLO.fileName())).doesNotExist();
    }
  }
}
