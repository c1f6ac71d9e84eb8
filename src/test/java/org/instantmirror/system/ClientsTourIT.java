package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/**
 * The commands of docs/clients.md, word for word but for the mirror's URL and the folder {@code
 * /etc}. What they call dnf and zypper are the real ones, with a root of their own.
 */
@RequiresRpmTools
@RequiresPrograms({
  Program.DNF,
  Program.DNF_PLUGINS,
  Program.ZYPPER,
  Program.NGINX,
  Program.CURL,
  Program.WGET,
  Program.ARIA2,
  Program.ROOT_USER
})
class ClientsTourIT {
  private static final String REPO = "fedora";

  @AutoClose private final WorkDirectory tree = WorkDirectory.create("clients-upstream");
  private final RpmRepository repository =
      RpmRepository.create(
          tree.path().resolve("42/x86_64"), SampleRpm.HELLO, SampleRpm.TILDE, SampleRpm.BIG);
  @AutoClose private final NginxUpstream upstream = NginxUpstream.serving(tree.path());

  @AutoClose
  private final MirrorFiles files =
      MirrorFiles.create()
          .repo(
              REPO,
              upstream.url() + "$releasever/$basearch/",
              "gpgcheck=1",
              "repo_gpgcheck=1",
              "gpgkey=" + upstream.url() + "$releasever/$basearch/" + RpmRepository.KEY_FILE);

  @AutoClose private final MirrorProcess mirror = MirrorProcess.start(files);
  @AutoClose private final WorkDirectory work = WorkDirectory.create("clients");

  @Test
  void everyCommandOfThePageSucceeds() throws IOException {
    Path project = Path.of(System.getProperty("instantmirror.basedir", "")).toAbsolutePath();
    ReadmeTour tour = ReadmeTour.read(project.resolve("docs/clients.md"));
    assertThat(tour.servers()).hasSize(1);
    work.folder("etc/yum.repos.d");
    work.folder("etc/dnf");
    work.folder("cache");
    program("dnf", Program.DNF, dnfOptions());
    program("zypper", Program.ZYPPER, zypperOptions());
    Map<String, String> replacements = new LinkedHashMap<>();
    replacements.put(tour.servers().iterator().next(), mirror.url());
    replacements.put(" /etc/", " " + work.path() + "/etc/");
    replacements.put("Packages/h/hello-2.12-1.fc42.x86_64.rpm", SampleRpm.BIG.fileName());

    try {
      tour.replacing(replacements).run(work.folder("home"), environment()).succeeded();
    } finally {
      Dnf.stopAgents(work.folder("cache"));
    }

    assertThat(work.path().resolve("root").resolve(SampleRpm.HELLO.installedFile())).exists();
    assertThat(work.path().resolve("zypper-root").resolve(SampleRpm.HELLO.installedFile()))
        .exists();
    assertThat(work.path().resolve("home").resolve(SampleRpm.BIG.fileName()))
        .hasSameBinaryContentAs(repository.file(SampleRpm.BIG));
    assertThat(work.path().resolve("home/repomd.xml"))
        .hasSameBinaryContentAs(repository.file("repodata/repomd.xml"));
    assertThat(work.path().resolve("home/copy/fedora").resolve(SampleRpm.TILDE.fileName()))
        .hasSameBinaryContentAs(repository.file(SampleRpm.TILDE));
    assertThat(upstream.accessLog().packageGets()).as("once each").hasSize(3);
  }

  private Map<String, String> environment() {
    return Map.of(
        "PATH",
        work.folder("bin") + ":" + System.getenv("PATH"),
        "HOME",
        work.folder("home").toString(),
        "PYTHONPATH",
        Program.DNF_PLUGINS.path(),
        "ZYPP_CONF",
        work.write("zypp.conf", "[main]\narch = x86_64\n").toString(),
        "ZYPP_LOCKFILE_ROOT",
        work.folder("zypper-root").toString());
  }

  private List<String> dnfOptions() {
    return List.of(
        "-y",
        "--config=" + work.write("dnf.conf", "[main]\n"),
        "--installroot=" + work.folder("root"),
        "--releasever=42",
        "--forcearch=x86_64",
        "--disableplugin=*",
        "--enableplugin=config_manager",
        "--enableplugin=reposync",
        "--setopt=pluginpath=" + Path.of(Program.DNF_PLUGINS.path()).resolve("dnf-plugins"),
        "--setopt=reposdir=" + work.folder("etc/yum.repos.d"),
        "--setopt=varsdir=" + work.folder("vars"),
        "--setopt=cachedir=" + work.folder("cache"),
        "--setopt=logdir=" + work.folder("log"),
        "--setopt=persistdir=" + work.folder("state"));
  }

  private List<String> zypperOptions() {
    return List.of(
        "--root",
        work.folder("zypper-root").toString(),
        "--releasever",
        "42",
        "--non-interactive",
        "--gpg-auto-import-keys");
  }

  /** A command of that name that runs the real one with those options first. */
  private void program(String name, Program program, List<String> options) throws IOException {
    work.folder("bin");
    Path script =
        work.write(
            "bin/" + name,
            "#!/bin/sh\nset -f\nexec "
                + program.path()
                + " "
                + String.join(" ", options)
                + " \"$@\"\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
