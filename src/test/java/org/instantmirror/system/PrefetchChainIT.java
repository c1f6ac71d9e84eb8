package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.instantmirror.testing.JavaCommand;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/**
 * All of it, from end to end: a machine's dnf reports what it has, upstream publishes updates, and
 * the mirror has that machine's before anybody asks for it. Nothing is told to the mirror but by
 * the client's own report.
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
class PrefetchChainIT {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @AutoClose private final WorkDirectory work = WorkDirectory.create("chain");

  /** The first stands for a kernel that each machine has, the second for a vim that none has. */
  private final RpmRepository repository =
      RpmRepository.create(work.path().resolve("repo"), SampleRpm.HELLO, SampleRpm.TILDE);

  @AutoClose private final NginxUpstream upstream = NginxUpstream.serving(repository.folder());

  /** It looks at upstream by itself each second, in place of every 15 minutes. */
  @AutoClose
  private final MirrorFiles files =
      MirrorFiles.create().repo("samples", upstream.url(), "metadata_timer_sync = 1");

  @AutoClose private final MirrorProcess mirror = MirrorProcess.start(files);

  @Test
  void whatAMachineReportsIsHereBeforeItAsksForTheUpdateAndWhatNobodyHasIsNot() throws Exception {
    try (OverlaidMachine machine = machine()) {
      machine.dnf("install", "hello").succeeded();
      awaitGeneration(1);
      machine.dnf("instantmirror", "report").succeeded();
      await("what is reported")
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat(api("popularity?name=hello")).contains("\"reporting\":1"));

      repository.add(SampleRpm.HELLO_UPDATE, SampleRpm.TILDE_UPDATE);
      repository.publish(Instant.now());
      // Nobody asks for anything meanwhile.
      awaitGeneration(2);
      Path update = files.cached("samples", SampleRpm.HELLO_UPDATE.fileName());
      await("the update").atMost(PATIENCE).until(() -> Files.exists(update));
      assertThat(update).hasSameBinaryContentAs(repository.file(SampleRpm.HELLO_UPDATE));
      await("the run's end")
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(api("prefetch")).contains("\"state\":\"fetched\""));
      assertWhy();
      int fetched = upstream.accessLog().packageGets().size();

      // By another address: its own sticks to the generation before.
      try (ClientAddress another = ClientAddress.towards(mirror.repoUrl("samples"))) {
        useRepository(machine, another.url());
        machine.dnf("--refresh", "upgrade").succeeded();
      }

      assertThat(machine.sh("rpm -q hello").succeeded().output()).contains("hello-2.0-1.noarch");
      assertThat(machineRequests())
          .as("the machine's request for the update")
          .singleElement()
          .asString()
          .contains("InstantMirror; hit");
      assertThat(upstream.accessLog().packageGets()).hasSize(fetched);
      assertThat(upstream.accessLog().entriesFor(SampleRpm.TILDE_UPDATE.fileName())).isEmpty();
      assertThat(files.cached("samples", SampleRpm.TILDE_UPDATE.fileName())).doesNotExist();
      assertThat(api("savings")).contains("\"ahead\":{\"files\":1,").contains("\"usedFiles\":1,");
    }
  }

  /** A machine with the mirror's repository, and the client from the mirror. */
  private OverlaidMachine machine() {
    OverlaidMachine machine = OverlaidMachine.start();
    useRepository(machine, mirror.repoUrl("samples"));
    String client = mirror.url() + "client/instantmirror-client.rpm";
    machine.dnf("install", machine.put(PythonRpm.build(work)), client).succeeded();
    return machine;
  }

  private static void useRepository(OverlaidMachine machine, String url) {
    machine.write(
        "/etc/yum.repos.d/samples.repo",
        "[samples]\nname=Samples\ngpgcheck=0\nbaseurl=" + url + "\n");
  }

  private void awaitGeneration(int number) {
    await("generation " + number)
        .atMost(PATIENCE)
        .until(() -> mirror.log().contains("generation " + number + " is live"));
  }

  /** The API and the command line say of both what was decided, and why. */
  private void assertWhy() {
    assertThat(api("prefetch?repo=samples"))
        .contains("\"decided\":{\"fetch\":1,\"nobody\":1}")
        .contains("\"fetches\":{\"fetched\":1}")
        .contains("\"path\":\"" + SampleRpm.HELLO_UPDATE.fileName() + "\"")
        .contains("\"why\":\"it is fetched ahead\"");
    assertThat(explain(SampleRpm.HELLO_UPDATE)).contains("ahead       it is fetched ahead");
    assertThat(explain(SampleRpm.TILDE_UPDATE)).contains("no client is known to want it");
  }

  private String explain(SampleRpm rpm) {
    String[] words = {
      "-jar",
      MirrorProcess.war().toString(),
      "explain",
      "samples/" + rpm.fileName(),
      "--server",
      mirror.url()
    };
    return Command.of(JavaCommand.of(words)).run().succeeded().output();
  }

  private String api(String call) {
    return Curl.run(List.of(mirror.url() + "api/v1/" + call)).succeeded().output();
  }

  private List<String> machineRequests() {
    Stream<String> lines = mirror.settledLog().lines();
    return lines
        .filter(line -> line.contains(" access "))
        .filter(line -> line.contains(SampleRpm.HELLO_UPDATE.fileName()))
        .toList();
  }
}
