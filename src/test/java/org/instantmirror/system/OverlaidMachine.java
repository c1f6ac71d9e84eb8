package org.instantmirror.system;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A machine of its own as far as packages go: this one's file system, in a mount namespace, under a
 * layer in memory that takes all that is written. Its rpm database and dnf's state are empty at
 * first. So dnf runs for the root of its machine, without {@code --installroot}, and nothing of
 * this machine changes. Needs a real root user.
 */
final class OverlaidMachine implements AutoCloseable {
  /** Where dnf's plugins of the client lie for RHEL 9; any of the links would do. */
  private static final String PLUGINS = "/usr/lib/python3.9/site-packages/dnf-plugins";

  /** $SHARED is a folder that the machine sees at the same place. */
  private static final String SET_UP =
      """
      set -e
      mount -t tmpfs tmpfs /mnt
      mkdir /mnt/upper /mnt/work /mnt/root
      mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
      mount --rbind /proc /mnt/root/proc
      mount --rbind /dev /mnt/root/dev
      mkdir -p "/mnt/root$SHARED"
      mount --bind "$SHARED" "/mnt/root$SHARED"
      cd /mnt/root
      rm -rf etc/yum.repos.d etc/dnf var/lib/dnf var/cache/dnf var/log/dnf* var/lib/rpm
      mkdir -p etc/yum.repos.d etc/dnf machine
      printf '[main]\\n' >etc/dnf/dnf.conf
      touch "$SHARED/ready"
      exec sleep 600
      """;

  private final WorkDirectory shared = WorkDirectory.create("machine");
  private final Process namespace;

  private OverlaidMachine() throws IOException {
    Path log = shared.path().resolve("log");
    namespace =
        Command.of(Program.UNSHARE, "-m", "/bin/sh", "-c", SET_UP)
            .with("SHARED", shared.path().toString())
            .with("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .start(log);
    try {
      await("the machine")
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(20))
          .until(() -> Files.exists(shared.path().resolve("ready")) || !namespace.isAlive());
      if (!namespace.isAlive()) {
        throw new IllegalStateException("there is no machine:\n" + Files.readString(log));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  static OverlaidMachine start() {
    try {
      OverlaidMachine machine = new OverlaidMachine();
      Opened.add(machine);
      return machine;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes a file on it. */
  void write(String path, String text) {
    Path copy = shared.write("copy", text);
    sh("mkdir -p \"$(dirname " + path + ")\" && cp " + copy + " " + path).succeeded();
  }

  /** Puts a file of this machine there, and returns its place. */
  String put(Path file) {
    try {
      return Files.copy(file, shared.path().resolve(file.getFileName())).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs dnf there as root, with the client's plugin if it is installed. */
  CommandResult dnf(String... arguments) {
    List<String> words =
        new ArrayList<>(
            List.of("/usr/bin/dnf", "-y", "--releasever=1", "--setopt=pluginpath=" + PLUGINS));
    words.addAll(List.of(arguments));
    return run("0:0", words);
  }

  /** Runs a line of the shell there as root. */
  CommandResult sh(String line) {
    return run("0:0", List.of("/bin/sh", "-c", line));
  }

  /** Runs a program there as nobody. */
  CommandResult asNobody(String... words) {
    return run("65534:65534", List.of(words));
  }

  private CommandResult run(String user, List<String> words) {
    List<String> all =
        new ArrayList<>(
            List.of("-t", "" + namespace.pid(), "-m", "/usr/sbin/chroot", "--userspec=" + user));
    all.add("/mnt/root");
    all.addAll(words);
    // Debian's rpm keeps its database in the home directory.
    return Command.of(Program.NSENTER.path(), all)
        .with("HOME", "/machine")
        .with("TMPDIR", "/tmp")
        .with("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .run();
  }

  @Override
  public void close() {
    Opened.remove(this);
    namespace.destroyForcibly();
    try {
      namespace.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    shared.close();
  }
}
