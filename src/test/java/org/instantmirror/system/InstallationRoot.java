package org.instantmirror.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A root of its own that packages are installed into, with a shell for their scripts, and systemd's
 * commands in a form that only notes how they were called. Needs a real root user.
 */
final class InstallationRoot implements AutoCloseable {
  private static final Pattern LIBRARY = Pattern.compile("(/\\S+) \\(0x");

  private final WorkDirectory work = WorkDirectory.create("root");

  private InstallationRoot() {}

  /** One in which systemd seems to run. */
  static InstallationRoot create() {
    InstallationRoot root = new InstallationRoot();
    for (String folder :
        List.of("bin", "dev", "etc", "proc", "run/systemd/system", "usr/bin", "var/lib")) {
      root.work.folder(folder);
    }
    root.copy("/bin/sh");
    root.copy("/bin/rm");
    for (String command :
        List.of(
            "systemctl",
            "systemd-sysusers",
            "systemd-tmpfiles",
            "deb-systemd-helper",
            "deb-systemd-invoke")) {
      root.script("usr/bin/" + command, "echo \"${0##*/} $*\" >>/calls");
    }
    root.open("tmp");
    return root;
  }

  /** Where it lies. */
  Path path() {
    return work.path();
  }

  /** A file in it, by its absolute path there. */
  Path file(String path) {
    return work.path().resolve(path.substring(1));
  }

  /** What systemd's commands were called with since this was asked the last time. */
  List<String> calls() {
    try {
      Path calls = file("/calls");
      List<String> lines = Files.exists(calls) ? Files.readAllLines(calls) : List.of();
      Files.deleteIfExists(calls);
      return lines;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A command line of a shell that runs in it as a user of its own, with the machine's libraries
   * and Java in place, read-only, for as long as it runs: in a mount namespace of its own.
   *
   * @param user name of one in its {@code /etc/passwd}
   */
  Command command(String user, String line) {
    String ids = ids(user);
    String java = System.getProperty("java.home");
    List<String> shown =
        Stream.concat(
                Stream.of("/usr/lib", "/lib", "/lib64", "/proc", "/dev", java), javaSettings())
            .filter(folder -> Files.isDirectory(Path.of(folder)))
            .toList();
    shown.forEach(folder -> work.folder(folder.substring(1)));
    String mounts =
        shown.stream()
            .map(folder -> "mount --bind -o ro " + folder + " " + path() + folder)
            .collect(Collectors.joining(" && "));
    link("usr/bin/java", Path.of(java, "bin", "java"));
    String script =
        mounts + " && exec chroot --userspec=" + ids + " " + path() + " /bin/sh -c \"$LINE\"";
    return Command.of(Program.UNSHARE, "-m", "/bin/sh", "-c", script)
        .with("LINE", line)
        .with("TMPDIR", "/tmp");
  }

  /** Debian's Java has its settings in {@code /etc}. */
  private static Stream<String> javaSettings() {
    try (Stream<Path> all = Files.list(Path.of("/etc"))) {
      return all
          .map(Path::toString)
          .filter(name -> name.startsWith("/etc/java-"))
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String ids(String user) {
    try (Stream<String> users = Files.lines(file("/etc/passwd"))) {
      String[] fields =
          users
              .filter(line -> line.startsWith(user + ":"))
              .findFirst()
              .orElseThrow()
              .split(":", -1);
      return fields[2] + ":" + fields[3];
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void script(String name, String line) {
    executable(work.write(name, "#!/bin/sh\n" + line + "\n"));
  }

  private void link(String name, Path target) {
    try {
      Path link = work.path().resolve(name);
      Files.deleteIfExists(link);
      Files.createSymbolicLink(link, target);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void open(String folder) {
    try {
      Files.setPosixFilePermissions(
          work.folder(folder), PosixFilePermissions.fromString("rwxrwxrwx"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A program of the machine with the libraries that it needs. */
  private void copy(String program) {
    try {
      executable(copyFile(program));
      String libraries = Command.of("/usr/bin/ldd", List.of(program)).run().succeeded().output();
      Matcher matcher = LIBRARY.matcher(libraries);
      while (matcher.find()) {
        executable(copyFile(matcher.group(1)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path copyFile(String name) throws IOException {
    Path copy = file(name);
    if (!Files.exists(copy)) {
      Files.createDirectories(copy.getParent());
      Files.write(copy, Files.readAllBytes(Path.of(name)));
    }
    return copy;
  }

  private static void executable(Path file) {
    try {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    work.close();
  }
}
