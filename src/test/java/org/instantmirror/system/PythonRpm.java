package org.instantmirror.system;

import java.nio.file.Path;

/**
 * A package for {@code python(abi)}, which the client needs and a machine of a test's own lacks.
 */
final class PythonRpm {
  private static final String SPEC =
      """
      Name: python3
      Version: 3.11
      Release: 1
      Summary: Stands for Python
      License: Apache-2.0
      BuildArch: noarch
      Provides: python(abi) = 3.11
      %description
      Nothing.
      %files
      """;

  private PythonRpm() {}

  /** Builds it below that folder. */
  static Path build(WorkDirectory work) {
    Command.of(
            Program.RPMBUILD,
            "-bb",
            "--define=_topdir " + work.folder("build"),
            "--define=_rpmdir " + work.folder("rpms"),
            "--define=_build_name_fmt %%{NAME}.rpm",
            work.write("python.spec", SPEC).toString())
        .with("HOME", work.path().toString())
        .run()
        .succeeded();
    return work.path().resolve("rpms/python3.rpm");
  }
}
