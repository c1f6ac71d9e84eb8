package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** zypper, whose order of requests differs from dnf's: the signature comes before repomd.xml. */
@RequiresPrograms({
  Program.ZYPPER,
  Program.CREATEREPO_C,
  Program.RPMBUILD,
  Program.RPMSIGN,
  Program.GPG,
  Program.NGINX,
  Program.ROOT_USER
})
class ZypperIT {
  @AutoClose private final MirroredRepository mirrored = MirroredRepository.overNginx();

  @Test
  void clientInstallsThroughTheMirrorAndAgainWhileUpstreamIsDown() {
    install();
    int asked = mirrored.upstream().accessLog().packageGets().size();
    assertThat(asked).isEqualTo(2);

    mirrored.upstream().stop();
    install();
  }

  /** Installs {@link SampleRpm#ODD} on a new machine. */
  private void install() {
    try (WorkDirectory machine = WorkDirectory.create("zypper")) {
      zypper(machine, "addrepo", mirrored.url(), "samples");
      zypper(machine, "refresh");
      zypper(machine, "install", SampleRpm.ODD.packageName());

      Path root = machine.path().resolve("root");
      assertThat(root.resolve(SampleRpm.ODD.installedFile())).exists();
      assertThat(root.resolve(SampleRpm.HELLO.installedFile())).exists();
    }
  }

  private static void zypper(WorkDirectory machine, String... arguments) {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("--root", machine.folder("root").toString(), "--non-interactive"));
    words.add("--gpg-auto-import-keys");
    words.addAll(List.of(arguments));
    Command.of(Program.ZYPPER.path(), words)
        .with("HOME", machine.path().toString())
        .with("ZYPP_LOCKFILE_ROOT", machine.folder("root").toString())
        .run()
        .succeeded();
  }
}
