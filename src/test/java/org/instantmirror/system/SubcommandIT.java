package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.JavaCommand;
import org.instantmirror.testing.Packages;
import org.junit.jupiter.api.Test;

/** {@code explain} and {@code purge} as an administrator runs them, beside a mirror that runs. */
@RequiresPrograms(Program.CURL)
class SubcommandIT {

  private static CommandResult run(String... arguments) {
    List<String> words = new ArrayList<>(List.of("-jar", MirrorProcess.war().toString()));
    words.addAll(List.of(arguments));
    return Command.of(JavaCommand.of(words.toArray(String[]::new))).run();
  }

  @Test
  void aStoredFileIsExplainedAndPurged() {
    try (FakeUpstream upstream = FakeUpstream.start();
        MirrorFiles files = MirrorFiles.create().repo("samples", upstream.origin() + "/")) {
      upstream.file("/a.rpm", Packages.rpm(20_000, 1)).etag("\"1\"");
      try (MirrorProcess mirror = MirrorProcess.start(files)) {
        Curl.run(List.of("-o", "/dev/null", mirror.repoUrl("samples") + "a.rpm")).succeeded();
        // A client has the last byte before the file is stored.
        await().until(() -> mirror.log().contains("download samples/a.rpm: stored"));

        assertThat(run("explain", "samples/a.rpm", "--server", mirror.url()).succeeded().output())
            .contains("samples/a.rpm\n", "stored      20000 bytes");
        assertThat(run("purge", "samples/a.rpm", "--server", mirror.url()).succeeded().output())
            .contains("1 files with 20000 bytes dropped");
        assertThat(files.cached("samples", "a.rpm")).doesNotExist();
        CommandResult again = run("purge", "samples", "--server", mirror.url());
        assertThat(again.exitCode()).isEqualTo(3);
      }
    }
  }
}
