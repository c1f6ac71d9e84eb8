package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** zypper, whose order of requests differs from dnf's: the signature comes before repomd.xml. */
@RequiresRpmTools
@RequiresPrograms({Program.ZYPPER, Program.NGINX, Program.ROOT_USER})
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
    try (Zypper zypper = Zypper.withBaseUrl(mirrored.url())) {
      zypper.run("refresh").succeeded();
      zypper.run("install", SampleRpm.ODD.packageName()).succeeded();

      assertThat(zypper.installed(SampleRpm.ODD)).exists();
      assertThat(zypper.installed(SampleRpm.HELLO)).exists();
    }
  }
}
