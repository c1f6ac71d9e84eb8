package org.instantmirror.system;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One client machine with a real zypper, which shares nothing with the host's. It checks the
 * signature of repodata, whose key it takes from beside it ({@code repomd.xml.key}). It takes a
 * root user.
 */
final class Zypper implements ClientMachine {
  private final WorkDirectory work;
  private final Map<String, String> environment;

  private Zypper(WorkDirectory work, Map<String, String> environment) {
    this.work = work;
    this.environment = environment;
  }

  /** A machine without packages whose one repository has this base URL, ending in a slash. */
  static Zypper withBaseUrl(String baseUrl) {
    return with(Map.of(), "baseurl=" + baseUrl);
  }

  /**
   * The same through a proxy.
   *
   * @param variable of the environment that names it; empty where the repository's file does
   */
  static Zypper behindProxy(String baseUrl, String proxy, String variable) {
    return variable.isEmpty()
        ? with(Map.of(), "baseurl=" + baseUrl, "proxy=" + proxy)
        : with(Map.of(variable, proxy), "baseurl=" + baseUrl);
  }

  private static Zypper with(Map<String, String> environment, String... source) {
    WorkDirectory work = WorkDirectory.create("zypper");
    work.write(
        "root/etc/zypp/repos.d/samples.repo",
        String.join(
            "\n",
            "[samples]",
            "name=Samples",
            "enabled=1",
            "autorefresh=1",
            String.join("\n", source),
            "gpgcheck=1",
            ""));
    // It would look for news every ten minutes only.
    work.write("zypp.conf", "[main]\nrepo.refresh.delay = 0\n");
    return new Zypper(work, environment);
  }

  /** Runs it; no questions, and unknown keys are taken. */
  CommandResult run(String... arguments) {
    Path root = work.folder("root");
    List<String> words = new ArrayList<>();
    words.addAll(List.of("--root", root.toString(), "--non-interactive"));
    words.add("--gpg-auto-import-keys");
    words.addAll(List.of(arguments));
    Command command = Command.of(Program.ZYPPER.path(), words);
    environment.forEach(command::with);
    return command
        .with("HOME", work.path().toString())
        .with("ZYPP_CONF", work.path().resolve("zypp.conf").toString())
        .with("ZYPP_LOCKFILE_ROOT", root.toString())
        .run();
  }

  @Override
  public CommandResult installLatest(String packageName) {
    return run("install", packageName);
  }

  /** A file in its root. */
  Path installed(SampleRpm rpm) {
    return work.path().resolve("root").resolve(rpm.installedFile());
  }

  @Override
  public void close() {
    work.close();
  }
}
