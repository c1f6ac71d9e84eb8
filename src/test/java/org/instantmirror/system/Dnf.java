package org.instantmirror.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * One client machine: a real dnf with a root, a cache and a configuration of its own, which shares
 * nothing with the host's. It checks the signatures of packages and of repodata.
 *
 * <p>Installing takes a root user; the rest doesn't.
 */
final class Dnf implements ClientMachine {
  private static final String REPO = "samples";

  private final WorkDirectory work;
  private final List<String> options;

  private Dnf(WorkDirectory work, List<String> options) {
    this.work = work;
    this.options = options;
  }

  /** A machine without packages whose one repository has this base URL, ending in a slash. */
  static Dnf withBaseUrl(String baseUrl) {
    WorkDirectory work = WorkDirectory.create("dnf");
    Path conf = work.write("dnf.conf", "[main]\n");
    Dnf dnf = new Dnf(work, options(work, conf));
    dnf.useBaseUrl(baseUrl);
    return dnf;
  }

  /**
   * A machine without packages that asks the mirrors of a list, all through a proxy.
   *
   * @param keyUrl where the repository's public key is
   */
  static Dnf behindProxy(String proxy, String mirrorlist, String keyUrl) {
    WorkDirectory work = WorkDirectory.create("dnf");
    Path conf = work.write("dnf.conf", "[main]\nproxy=" + proxy + "\n");
    Dnf dnf = new Dnf(work, options(work, conf));
    dnf.useRepository("mirrorlist=" + mirrorlist, keyUrl);
    return dnf;
  }

  private static List<String> options(WorkDirectory work, Path conf) {
    return List.of(
        "-y",
        "--config=" + conf,
        "--installroot=" + work.folder("root"),
        "--releasever=1",
        "--noplugins",
        "--setopt=reposdir=" + work.folder("repos"),
        "--setopt=varsdir=" + work.folder("vars"),
        "--setopt=cachedir=" + work.folder("cache"),
        "--setopt=logdir=" + work.folder("log"),
        "--setopt=persistdir=" + work.folder("state"),
        "--setopt=pluginpath=" + work.folder("plugins"),
        "--setopt=pluginconfpath=" + work.folder("plugins"),
        "--setopt=keepcache=1",
        "--setopt=install_weak_deps=0");
  }

  /** Points it elsewhere; dnf keeps a cache for each URL. */
  void useBaseUrl(String baseUrl) {
    useRepository("baseurl=" + baseUrl, baseUrl + RpmRepository.KEY_FILE);
  }

  private void useRepository(String source, String keyUrl) {
    work.write(
        "repos/" + REPO + ".repo",
        String.join(
            "\n",
            "[" + REPO + "]",
            "name=Samples",
            source,
            "enabled=1",
            "gpgcheck=1",
            "repo_gpgcheck=1",
            "gpgkey=" + keyUrl,
            ""));
  }

  /** Has it use these {@code .repo} sections and no others. */
  void useRepoFile(String text) {
    work.write("repos/" + REPO + ".repo", text);
  }

  /** Runs it; {@code -y} is given. */
  CommandResult run(String... arguments) {
    List<String> words = new ArrayList<>(options);
    words.addAll(List.of(arguments));
    // Debian's rpm keeps its database in the home directory.
    return Command.of(Program.DNF.path(), words).with("HOME", work.path().toString()).run();
  }

  @Override
  public CommandResult installLatest(String packageName) {
    return run("--refresh", "install", packageName);
  }

  /** Downloads packages and what they need; {@code dnf download} would take a plugin. */
  CommandResult downloadOnly(String... packages) {
    List<String> words = new ArrayList<>(List.of("install", "--downloadonly"));
    words.addAll(List.of(packages));
    return run(words.toArray(String[]::new));
  }

  /** Where it installs packages. */
  Path root() {
    return work.path().resolve("root");
  }

  /** Its home directory, in which Debian's rpm keeps its database. */
  Path home() {
    return work.path();
  }

  /** A file in its root. */
  Path installed(SampleRpm rpm) {
    return work.path().resolve("root").resolve(rpm.installedFile());
  }

  /** What a package of that name says of itself in the root; empty where it isn't installed. */
  String installedText(SampleRpm rpm) {
    Path file = installed(rpm);
    if (!Files.exists(file)) {
      return "";
    }
    try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
      return lines.findFirst().orElse("");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The packages in its cache. */
  List<Path> downloadedPackages() {
    try (Stream<Path> walk = Files.walk(work.folder("cache"))) {
      return walk.filter(file -> file.toString().endsWith(".rpm")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    stopAgents(work.folder("cache"));
    work.close();
  }

  /** Ends what a dnf with that cache has left running. */
  static void stopAgents(Path cache) {
    try (Stream<Path> caches = Files.list(cache)) {
      // libdnf verifies repomd.xml with gpg, which leaves an agent behind.
      caches
          .map(each -> each.resolve("pubring"))
          .filter(Files::isDirectory)
          .forEach(SigningKey::stopAgent);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
