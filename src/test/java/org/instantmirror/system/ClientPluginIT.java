package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/**
 * The client, installed from a running mirror's {@code /client/} by a real dnf 4, and what it
 * reports: the mirror's {@code base_url} is that of a server that the test watches.
 */
@RequiresRpmTools
@RequiresPrograms({
  Program.DNF,
  Program.RPM,
  Program.NGINX,
  Program.PYTHON3,
  Program.CURL,
  Program.UNSHARE,
  Program.NSENTER,
  Program.ROOT_USER
})
class ClientPluginIT {
  private static final String CONFIG = "/etc/dnf/plugins/instantmirror.conf";

  /** So many runs in a window at most until one of them reports. */
  private static final int RUNS = 4;

  @AutoClose private final WorkDirectory work = WorkDirectory.create("client");
  private final RpmRepository samples =
      RpmRepository.create(work.path().resolve("samples"), SampleRpm.HELLO);

  /** Of which nobody must hear. */
  private final RpmRepository secret =
      RpmRepository.create(work.path().resolve("private"), SampleRpm.TILDE);

  @AutoClose private final UsageServer server = UsageServer.serving(samples.folder());
  @AutoClose private final NginxUpstream elsewhere = NginxUpstream.serving(secret.folder());

  @AutoClose
  private final MirrorFiles files = MirrorFiles.create().settings("base_url = " + server.url());

  @AutoClose private final MirrorProcess mirror = MirrorProcess.start(files);

  private final Path python = PythonRpm.build(work);

  private String clientUrl() {
    return mirror.url() + "client/instantmirror-client.rpm";
  }

  /** A machine with the client from the mirror, and with both repositories. */
  private OverlaidMachine machine() {
    OverlaidMachine machine = bareMachine();
    machine.dnf("install", machine.put(python), clientUrl()).succeeded();
    return machine;
  }

  private OverlaidMachine bareMachine() {
    return bareMachine(server.repoUrl());
  }

  private OverlaidMachine bareMachine(String repoUrl) {
    OverlaidMachine machine = OverlaidMachine.start();
    machine.write(
        "/etc/yum.repos.d/all.repo",
        """
        [samples]
        name=Samples
        baseurl=%s
        gpgcheck=0
        [private]
        name=Private
        baseurl=%s
        gpgcheck=0
        """
            .formatted(repoUrl, elsewhere.url()));
    return machine;
  }

  /** Runs of the package manager: one of them reports, if one does. */
  private static void runs(OverlaidMachine machine) {
    machine.dnf("install", "hello").succeeded();
    for (int run = 1; run < RUNS; run++) {
      machine.dnf("reinstall", "hello").succeeded();
    }
  }

  @Test
  void aLineInstallsItIntoARootAndNothingIsReportedFromThere() {
    Path root = work.folder("root");
    Path conf = work.write("dnf.conf", "[main]\n");
    work.write(
        "repos/samples.repo",
        "[samples]\nname=Samples\nbaseurl=" + server.repoUrl() + "\ngpgcheck=0\n");

    dnf(root, conf, "install", python.toString(), clientUrl()).succeeded();

    Command.of(Program.RPM, "--root", root.toString(), "--verify", "instantmirror-client")
        .with("HOME", work.path().toString())
        .run()
        .succeeded();
    assertThat(root.resolve(CONFIG.substring(1)))
        .content()
        .contains("\nserver = " + server.url() + "\n");
    CommandResult loaded = dnf(root, conf, "--verbose", "install", "hello");
    assertThat(loaded.succeeded().output()).contains("Loaded plugins: instantmirror");
    for (int run = 1; run < RUNS; run++) {
      dnf(root, conf, "reinstall", "hello").succeeded();
    }
    assertThat(dnf(root, conf, "instantmirror", "report").failed().output())
        .contains("--installroot");
    assertThat(server.reports()).isEmpty();
    assertThat(root.resolve("var/lib/instantmirror-client")).isEmptyDirectory();
  }

  private CommandResult dnf(Path root, Path conf, String... arguments) {
    List<String> options =
        List.of(
            "-y",
            "--config=" + conf,
            "--installroot=" + root,
            "--releasever=1",
            "--setopt=reposdir=" + work.folder("repos"),
            "--setopt=varsdir=" + work.folder("vars"),
            "--setopt=cachedir=" + work.folder("cache"),
            "--setopt=logdir=" + work.folder("log"),
            "--setopt=persistdir=" + work.folder("state"),
            "--setopt=pluginpath=" + root + "/usr/share/instantmirror-client/dnf-plugins",
            "--setopt=pluginconfpath=" + root + "/etc/dnf/plugins");
    return Command.of(
            Program.DNF.path(),
            java.util.stream.Stream.concat(options.stream(), java.util.Arrays.stream(arguments))
                .toList())
        .with("HOME", work.path().toString())
        .run();
  }

  @Test
  void whatPreviewPrintsIsWhatIsSentAndNothingElseIsInIt() {
    try (OverlaidMachine machine = machine()) {
      machine.dnf("--noplugins", "install", "hello", "tilde").succeeded();

      String preview = lastLine(machine.dnf("instantmirror", "preview"));
      assertThat(lastLine(machine.sh("instantmirror-client preview"))).isEqualTo(preview);
      assertThat(server.reports()).isEmpty();
      machine.dnf("instantmirror", "report").succeeded();

      assertThat(server.reports()).containsExactly(preview);
      assertThat(preview)
          .contains("\"repos\":{\"samples\":\"/mirror/samples/\"}")
          .contains("\"installed\":[[\"hello\",\"0:1.0-1\",\"noarch\",\"samples\"]]")
          .doesNotContain("tilde", "private", "python");
      assertThat(machine.dnf("instantmirror", "report").succeeded().output())
          .contains("This window has its report.");
      assertThat(server.reports()).hasSize(1);
      assertThat(machine.sh("instantmirror-client status").succeeded().output())
          .contains(server.url() + " took the report");
      assertThat(machine.sh("rpm --verify instantmirror-client").output())
          .as("state is not part of the package")
          .doesNotContain("/usr/");
    }
  }

  @Test
  void aMirrorTakesTheReportAndKnowsWhatTheMachineHas() {
    try (NginxUpstream upstream = NginxUpstream.serving(samples.folder());
        MirrorFiles own = MirrorFiles.create().repo("samples", upstream.url());
        MirrorProcess whole = MirrorProcess.start(own);
        OverlaidMachine machine = bareMachine(whole.repoUrl("samples"))) {
      String client = whole.url() + "client/instantmirror-client.rpm";
      machine.dnf("install", machine.put(python), client).succeeded();
      machine.dnf("--noplugins", "install", "hello", "tilde").succeeded();

      machine.dnf("instantmirror", "report").succeeded();

      assertThat(machine.sh("instantmirror-client status").succeeded().output())
          .contains(whole.url() + " took the report");
      await("what the report says")
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () -> assertThat(api(whole, "popularity?name=hello")).contains("\"reporting\":1"));
      assertThat(api(whole, "popularity"))
          .contains("\"repo\":\"samples\",\"folder\":\"\",\"name\":\"hello\",\"arch\":\"noarch\"")
          .doesNotContain("tilde", "python");
      assertThat(api(whole, "usage")).contains("\"clients\":1").contains("\"refused\":0");
    }
  }

  private static String api(MirrorProcess mirror, String call) {
    return Curl.run(List.of(mirror.url() + "api/v1/" + call)).succeeded().output();
  }

  @Test
  void oneOfTheFirstRunsReportsAndTheChangesUpToThen() {
    try (OverlaidMachine machine = machine()) {
      runs(machine);

      assertThat(server.reports()).hasSize(1);
      assertThat(server.reports().get(0))
          .contains("\"changes\":[[\"install\",\"hello\",\"0:1.0-1\",\"noarch\",\"samples\"]");
      machine.dnf("remove", "hello").succeeded();
      assertThat(server.reports()).hasSize(1);
      assertThat(lastLine(machine.dnf("instantmirror", "preview")))
          .contains("\"installed\":[]")
          .contains("[\"erase\",\"hello\",\"0:1.0-1\",\"noarch\",\"samples\"]");
    }
  }

  @Test
  void neitherAMistakeInItsConfigurationNorItsRemovalIsATransactionsConcern() {
    try (OverlaidMachine machine = machine()) {
      for (String wrong :
          List.of("[main\n", "[main]\nenabled = perhaps\n", "[main]\nserver = x\n")) {
        machine.sh("cp " + CONFIG + " /etc/kept").succeeded();
        machine.write(CONFIG, wrong);
        machine.dnf("install", "hello").succeeded();
        machine.dnf("remove", "hello").succeeded();
        assertThat(machine.sh("instantmirror-client status").failed().output())
            .contains("instantmirror-client: ");
        machine.sh("mv /etc/kept " + CONFIG).succeeded();
      }
      assertThat(server.reports()).isEmpty();

      machine.dnf("remove", "instantmirror-client").succeeded();

      assertThat(machine.sh("ls -d /var/lib/instantmirror-client").failed().output())
          .contains("No such file");
    }
  }

  @Test
  void aServerThatHangsHoldsNobodyUpAndGetsTheReportLater() {
    try (OverlaidMachine machine = machine()) {
      server.hang();

      // They end although no answer comes: the gate is opened after them.
      runs(machine);

      // One of them was held up, for its two seconds; those after it weren't.
      assertThat(server.reports()).hasSize(1);
      String report = server.reports().get(0);
      CommandResult status = machine.sh("instantmirror-client status").succeeded();
      assertThat(status.output()).contains("unsent:   1").contains("didn't answer in time");
      server.answer();

      machine.sh("instantmirror-client report").succeeded();

      assertThat(server.reports()).containsExactly(report, report);
      assertThat(machine.sh("instantmirror-client status").output()).contains("unsent:   0");
    }
  }

  @Test
  void othersThanRootReportNothing() {
    try (OverlaidMachine machine = machine()) {
      assertThat(machine.asNobody("/usr/bin/instantmirror-client", "report").failed().output())
          .contains("Only root");
      assertThat(machine.asNobody("/usr/bin/instantmirror-client", "preview").failed().output())
          .contains("Only root");
      assertThat(server.reports()).isEmpty();
    }
  }

  @Test
  void thePackageOfTheSpecIsOffAndAnUpgradeFromTheMirrorKeepsWhatAnAdministratorChanged()
      throws IOException {
    Path packages = work.folder("packages");
    Command.of(
            "/bin/bash", List.of(Recipe.project().resolve("src/packaging/build-client").toString()))
        .with("OUT", packages.toString())
        .with("VERSION", "0.9")
        .run()
        .succeeded();
    Path rpm = packages.resolve("instantmirror-client-0.9-1.noarch.rpm");
    assertThat(contents(rpm)).isEqualTo(contents(download(clientUrl())));
    try (OverlaidMachine machine = bareMachine()) {
      machine.dnf("install", machine.put(python), machine.put(rpm)).succeeded();
      machine.sh("rpm --verify instantmirror-client").succeeded();
      runs(machine);
      assertThat(machine.dnf("instantmirror", "preview").failed().output()).contains("It is off");
      machine.sh("instantmirror-client run").succeeded();
      assertThat(server.reports()).isEmpty();

      machine.write(CONFIG, "[main]\n# mine\nwindow = 12h\n");
      machine
          .sh(
              "python3 -c 'import urllib.request as r; print(r.urlopen(\""
                  + mirror.url()
                  + "client/instantmirror-client.repo\").read().decode())'"
                  + " | sed 's#"
                  + server.url()
                  + "#"
                  + mirror.url()
                  + "#' >/etc/yum.repos.d/instantmirror-client.repo")
          .succeeded();
      machine.dnf("upgrade", "instantmirror-client").succeeded();

      assertThat(machine.sh("rpm -q instantmirror-client").succeeded().output())
          .doesNotContain("0.9");
      assertThat(machine.sh("cat " + CONFIG).output()).contains("# mine");
      assertThat(machine.sh("cat " + CONFIG + ".rpmnew").succeeded().output())
          .contains("server = " + server.url());
      assertThat(machine.sh("instantmirror-client status").output()).contains("43200 s");

      machine.dnf("remove", "instantmirror-client").succeeded();
      assertThat(machine.sh("ls -d /var/lib/instantmirror-client").failed().output())
          .contains("No such file");
    }
  }

  private Path download(String url) throws IOException {
    try (InputStream in = URI.create(url).toURL().openStream()) {
      Path file = work.path().resolve("client.rpm");
      Files.copy(in, file);
      return file;
    }
  }

  /** Names, modes, owners, where links lead, and what else is wanted. */
  private static String contents(Path rpm) {
    return Command.of(
            Program.RPM,
            "-qp",
            "--queryformat",
            "[%{FILENAMES} %{FILEMODES:perms} %{FILEUSERNAME} %{FILEGROUPNAME} %{FILELINKTOS}\\n]"
                + "[%{RECOMMENDNEVRS}\\n][%{REQUIRENEVRS}\\n]",
            rpm.toString())
        .run()
        .succeeded()
        .output();
  }

  /** The action runs as dnf5 runs it, by the line of its file; Debian has no dnf5. */
  @Test
  void theActionOfDnf5DetachesAtOnceAndReports() throws IOException {
    try (OverlaidMachine machine = machine()) {
      machine.write(
          "/usr/bin/dnf5",
          """
          #!/bin/sh
          # dnf5 repoquery --installed, after the transaction.
          printf 'hello\\t0\\t1.0\\t1\\tnoarch\\tsamples\\n'
          printf 'tilde\\t0\\t3.0~beta2\\t1\\tnoarch\\tprivate\\n'
          """);
      machine.sh("chmod 755 /usr/bin/dnf5").succeeded();
      String plugin =
          machine.put(
              Recipe.project().resolve("src/test/resources/org/instantmirror/system/dnf5.py"));
      server.hang();

      for (int run = 0; run < RUNS; run++) {
        machine
            .sh("python3 " + plugin + " " + server.repoUrl() + " " + elsewhere.url())
            .succeeded();
      }

      await("the detached process")
          .atMost(Duration.ofMinutes(1))
          .until(() -> !server.reports().isEmpty());
      server.answer();
      assertThat(server.reports().get(0))
          .contains("\"installed\":[[\"hello\",\"0:1.0-1\",\"noarch\",\"samples\"]]")
          .contains("[\"install\",\"hello\",\"0:1.0-1\",\"noarch\",\"samples\"]")
          .doesNotContain("tilde", "private");
    }
  }

  private static String lastLine(CommandResult result) {
    List<String> lines = result.succeeded().output().lines().toList();
    return lines.get(lines.size() - 1);
  }
}
