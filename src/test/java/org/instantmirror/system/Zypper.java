package org.instantmirror.system;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One client machine with a real zypper, which shares nothing with the host's. It checks the
 * signature of repodata, whose key it takes from beside it ({@code repomd.xml.key}). It takes a
 * root user.
 */
final class Zypper implements ClientMachine {
  private final WorkDirectory work;

  private Zypper(WorkDirectory work) {
    this.work = work;
  }

  /** A machine without packages whose one repository has this base URL, ending in a slash. */
  static Zypper withBaseUrl(String baseUrl) {
    WorkDirectory work = WorkDirectory.create("zypper");
    work.write(
        "root/etc/zypp/repos.d/samples.repo",
        String.join(
            "\n",
            "[samples]",
            "name=Samples",
            "enabled=1",
            "autorefresh=1",
            "baseurl=" + baseUrl,
            "gpgcheck=1",
            ""));
    // It would look for news every ten minutes only.
    work.write("zypp.conf", "[main]\nrepo.refresh.delay = 0\n");
    return new Zypper(work);
  }

  /** Runs it; no questions, and unknown keys are taken. */
  CommandResult run(String... arguments) {
    Path root = work.folder("root");
    List<String> words = new ArrayList<>();
    words.addAll(List.of("--root", root.toString(), "--non-interactive"));
    words.add("--gpg-auto-import-keys");
    words.addAll(List.of(arguments));
    return Command.of(Program.ZYPPER.path(), words)
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
