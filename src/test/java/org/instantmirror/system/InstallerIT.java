package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/**
 * The requests by which Fedora's installer gets itself, as its initial system makes them with curl
 * (dracut's url-lib and anaconda-lib): {@code .treeinfo}, the image that this names, and two images
 * that most trees don't have. virt-install takes kernel and initial system before.
 */
@RequiresPrograms({Program.NGINX, Program.CURL})
class InstallerIT {
  private static final String TREEINFO =
      """
      [general]
      family = Samples
      version = 42
      arch = x86_64

      [stage2]
      mainimage = images/install.img

      [images-x86_64]
      kernel = images/pxeboot/vmlinuz
      initrd = images/pxeboot/initrd.img
      """;

  @AutoClose private final WorkDirectory tree = WorkDirectory.create("installer");
  @AutoClose private final WorkDirectory work = WorkDirectory.create("machine");
  @AutoClose private final NginxUpstream upstream = NginxUpstream.serving(tree.path());
  @AutoClose private final MirrorFiles files = MirrorFiles.create().repo("os", upstream.url());
  @AutoClose private final MirrorProcess mirror = MirrorProcess.start(files);

  InstallerIT() throws IOException {
    tree.write(".treeinfo", TREEINFO);
    tree.folder("images/pxeboot");
    for (String name : List.of("install.img", "pxeboot/vmlinuz", "pxeboot/initrd.img")) {
      byte[] content = new byte[3 << 20];
      new Random(name.hashCode()).nextBytes(content);
      Files.write(tree.path().resolve("images").resolve(name), content);
    }
  }

  /** As dracut's fetch_url does. */
  private CommandResult fetch(String path, String... options) {
    List<String> words = new ArrayList<>(List.of(options));
    words.addAll(List.of("--location", "--retry", "3", "--retry-connrefused", "--remote-time"));
    return Curl.download(mirror.repoUrl("os") + path, copy(path), words.toArray(String[]::new));
  }

  private Path copy(String path) {
    return work.path().resolve(path.replace('/', '_'));
  }

  private void gets(String path) {
    fetch(path).succeeded();
    assertThat(copy(path)).hasSameBinaryContentAs(tree.path().resolve(path));
  }

  private void boots() {
    gets(".treeinfo");
    gets("images/pxeboot/vmlinuz");
    gets("images/pxeboot/initrd.img");
    gets("images/install.img");
    assertThat(fetch("images/updates.img").exitCode()).isEqualTo(Curl.HTTP_ERROR);
    assertThat(fetch("images/product.img").exitCode()).isEqualTo(Curl.HTTP_ERROR);
  }

  @Test
  void theSecondMachineBootsFromDisk() {
    boots();
    Curl.awaitHit(mirror.repoUrl("os") + "images/install.img");
    boots();
    assertThat(upstream.accessLog().entriesFor("images/install.img")).hasSize(1);
    assertThat(upstream.accessLog().entriesFor("images/pxeboot/vmlinuz")).hasSize(1);

    upstream.stop();
    gets(".treeinfo");
    gets("images/install.img");
  }

  @Test
  void aTransferOfTheImageThatBrokeIsResumed() throws IOException {
    byte[] whole = Files.readAllBytes(tree.path().resolve("images/install.img"));
    Files.write(copy("images/install.img"), java.util.Arrays.copyOf(whole, 1 << 20));

    fetch("images/install.img", "--continue-at", "-").succeeded();

    assertThat(copy("images/install.img")).hasBinaryContent(whole);
  }
}
