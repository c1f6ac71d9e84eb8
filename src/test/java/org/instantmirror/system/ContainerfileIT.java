package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.instantmirror.repo.ConfigSources;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/**
 * What {@code src/packaging/Containerfile} says is so; the image itself where somebody asks for it.
 */
@RequiresPrograms(Program.CURL)
class ContainerfileIT {
  private static final Pattern WORD = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");
  private static final String WAR = "/usr/share/instantmirror/instantmirror.war";

  @AutoClose private final WorkDirectory work = WorkDirectory.create("container");

  private final String text = Recipe.read("src/packaging/Containerfile").text();

  /** What stands behind an instruction, of each that there is. */
  private List<String> all(String instruction) {
    return text.lines()
        .filter(line -> line.startsWith(instruction + " "))
        .map(line -> line.substring(instruction.length() + 1))
        .toList();
  }

  private String only(String instruction) {
    assertThat(all(instruction)).hasSize(1);
    return all(instruction).get(0);
  }

  /** The words of an array of JSON's. */
  private static List<String> words(String array) {
    return WORD.matcher(array.substring(array.indexOf('[')))
        .results()
        .map(MatchResult::group)
        .map(word -> word.substring(1, word.length() - 1))
        .map(word -> word.replaceAll("\\\\(.)", "$1"))
        .toList();
  }

  @Test
  void whatItCopiesIsThereAndGoesWhereTheServerLooks() {
    for (String copy : all("COPY")) {
      String source = copy.split(" ", 2)[0];
      Path file =
          source.equals("target/instantmirror.war")
              ? MirrorProcess.war()
              : Recipe.project().resolve(source);
      assertThat(file).isRegularFile();
    }
    assertThat(all("COPY"))
        .anyMatch(copy -> copy.endsWith(" " + WAR))
        .anyMatch(copy -> copy.endsWith(" " + ConfigSources.DEFAULT_CONFIG_FILE));
    assertThat(only("VOLUME")).isEqualTo(ConfigSources.DEFAULT_CACHE_DIR.toString());
    assertThat(text).containsPattern("useradd --system [^\\n]* " + only("USER") + " ");
    assertThat(text).contains("install -d -o instantmirror -g instantmirror " + only("VOLUME"));
    assertThat(only("EXPOSE")).isEqualTo("8080");
  }

  @Test
  void itsCommandIsOneThatTheServerTakes() {
    List<String> command = new ArrayList<>(words(only("ENTRYPOINT")));
    command.addAll(words(only("CMD")));
    assertThat(command).containsExactly("java", "-jar", WAR, "serve");
    command.set(0, Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.set(2, MirrorProcess.war().toString());
    command.add("--help");

    assertThat(Command.of(command).with("JDK_JAVA_OPTIONS", "-Xmx208m -Xmn40m").run().succeeded())
        .extracting(CommandResult::output)
        .asString()
        .contains("--cachedir");
  }

  @Test
  void itsHealthCheckTellsWhetherAMirrorAnswers() {
    String check = only("HEALTHCHECK");
    List<String> words = words(check.substring(check.indexOf("CMD ")));
    assertThat(words.get(2)).contains("/127.0.0.1/8080 ");
    try (MirrorFiles files = MirrorFiles.create();
        MirrorProcess mirror = MirrorProcess.start(files)) {
      String port = mirror.url().replaceAll("\\D+127\\.0\\.0\\.1:(\\d+)/", "$1");
      Command probe =
          Command.of(
              Stream.of("/bin/bash", "-c", words.get(2).replace("/8080 ", "/" + port + " "))
                  .toList());
      probe.run().succeeded();
      mirror.stop();
      probe.run().failed();
    }
  }

  /**
   * Only where somebody asks for it, by {@code -Dinstantmirror.container=true}: it takes minutes,
   * and fetches half a distribution.
   */
  @Test
  void theImageIsBuiltAndServesAsAUserOfItsOwn() {
    assumeTrue(Boolean.getBoolean("instantmirror.container"), "-Dinstantmirror.container=true");
    assumeTrue(Program.BUILDAH.find().isPresent(), "buildah is not installed");
    assumeTrue(Program.DEBOOTSTRAP.find().isPresent(), "debootstrap is not installed");
    assumeTrue(Program.ROOT_USER.find().isPresent(), "not run as root");
    int port = BoundPorts.next();
    // As the project's folder, whatever the WAR under test is called.
    Path project = work.folder("project");
    String script =
        """
        set -eux
        trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf store run base' EXIT
        buildah() { command buildah --root "$PWD/store" --runroot "$PWD/run" --storage-driver vfs "$@"; }
        debootstrap --variant=minbase bookworm base >/dev/null
        base=$(buildah from scratch)
        buildah add "$base" base / >/dev/null
        buildah commit "$base" "$(sed -n 's/^FROM //p' project/src/packaging/Containerfile)"
        buildah build --isolation chroot --pull-never -f project/src/packaging/Containerfile -t instantmirror project
        image=$(buildah from --pull-never localhost/instantmirror)
        buildah run --isolation chroot "$image" -- \
          java -jar %s serve --address 127.0.0.1 --port %d >ready &
        for i in $(seq 600); do grep -q '^InstantMirror ready' ready && break; sleep 0.1; done
        curl -sSf http://127.0.0.1:%d/health/ready
        buildah run --isolation chroot "$image" -- id -un
        buildah run --isolation chroot "$image" -- ls -ld /var/cache/instantmirror
        """
            .formatted(WAR, port, port);
    work.folder("project/src");
    copy(project.resolve("src/packaging"), Recipe.project().resolve("src/packaging"));
    copy(project.resolve("conf"), Recipe.project().resolve("conf"));
    Path target = work.folder("project/target");
    copy(target.resolve("instantmirror.war"), MirrorProcess.war().toAbsolutePath());

    CommandResult result =
        Command.of("/bin/bash", List.of("-c", script))
            .in(work.path())
            .run(Duration.ofMinutes(15))
            .succeeded();

    assertThat(result.output()).contains("\nready\n").contains("\ninstantmirror\n");
  }

  /** A copy: what builds an image follows no links out of its folder. */
  private static void copy(Path copy, Path of) {
    Command.of("/bin/cp", List.of("-r", of.toString(), copy.toString())).run().succeeded();
    assertThat(Files.exists(copy)).isTrue();
  }
}
