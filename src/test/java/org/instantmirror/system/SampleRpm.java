package org.instantmirror.system;

import java.util.stream.Stream;

/**
 * The packages that the tests' repositories are made of. Each installs one file, {@link
 * #installedFile}, so that a test sees in a root what was installed.
 */
enum SampleRpm {
  HELLO("hello", "1.0", "1", "", 0),
  HELLO_UPDATE("hello", "2.0", "1", "", 0),
  /** All the characters in one name that URLs spell in several ways; needs {@link #HELLO}. */
  ODD("libodd++", "1.0^20240101git", "1~rc1", "hello >= 1.0", 0),
  TILDE("tilde", "3.0~beta2", "1", "", 0),
  TILDE_UPDATE("tilde", "3.0", "1", "", 0),
  /** Large enough to be caught in the middle. */
  BIG("big", "1.0", "1", "", 20 << 20),
  /** For tests that must ask for something that nobody asked for before. */
  UNASKED("unasked", "1.0", "1", "", 0);

  private final String packageName;
  private final String version;
  private final String release;
  private final String requirement;
  private final int incompressibleBytes;

  SampleRpm(
      String packageName,
      String version,
      String release,
      String requirement,
      int incompressibleBytes) {
    this.packageName = packageName;
    this.version = version;
    this.release = release;
    this.requirement = requirement;
    this.incompressibleBytes = incompressibleBytes;
  }

  String packageName() {
    return packageName;
  }

  /** Its real name on disk, {@code ^} and {@code +} unescaped. */
  String fileName() {
    return packageName + "-" + version + "-" + release + ".noarch.rpm";
  }

  /** The size of its content; the RPM is a little larger. */
  int incompressibleBytes() {
    return incompressibleBytes;
  }

  /** What it installs, relative to the root. */
  String installedFile() {
    return "opt/sample/" + packageName;
  }

  /** The first line of what it installs. */
  String installedText() {
    return packageName + " " + version;
  }

  /**
   * The specification that rpmbuild makes it from.
   *
   * @param noise a file of at least {@link #incompressibleBytes} bytes that don't compress
   */
  String spec(String noise) {
    Stream<String> head =
        Stream.of(
            "Name: " + packageName,
            "Version: " + version,
            "Release: " + release,
            "Summary: A sample",
            "License: Apache-2.0",
            "BuildArch: noarch");
    Stream<String> requires =
        requirement.isEmpty() ? Stream.of() : Stream.of("Requires: " + requirement);
    String file = "%{buildroot}/" + installedFile();
    Stream<String> body =
        Stream.of(
            "%description",
            "A sample.",
            "%install",
            "mkdir -p %{buildroot}/opt/sample",
            "echo '" + installedText() + "' > " + file,
            "head -c " + incompressibleBytes + " " + noise + " >> " + file,
            "%files",
            "/" + installedFile(),
            "");
    return String.join("\n", Stream.of(head, requires, body).flatMap(each -> each).toList());
  }
}
