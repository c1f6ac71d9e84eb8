package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What systemd itself says of the files for it. */
@RequiresPrograms(Program.SYSTEMD_ANALYZE)
class ServiceFilesIT {
  private static final Path UNIT = Recipe.project().resolve("conf/systemd/instantmirror.service");

  @Test
  void theUnitIsWithoutFault() {
    CommandResult result =
        Command.of(Program.SYSTEMD_ANALYZE, "verify", "--man=no", UNIT.toString()).run();

    assertThat(result.succeeded().output()).isEmpty();
  }

  @Test
  void aReloadIsTheHangUpThatTheServerTakes() {
    // What comes of that signal: ReloadProcessTest.
    assertThat(UNIT).content().contains("\nExecReload=/bin/kill -HUP $MAINPID\n");
  }

  @Test
  void itsSandboxIsClosed() {
    // Of 100; the rest is IP, which it is for, and files that everybody may read.
    Command.of(
            Program.SYSTEMD_ANALYZE,
            "security",
            "--offline=true",
            "--threshold=15",
            UNIT.toString())
        .run()
        .succeeded();
  }
}
