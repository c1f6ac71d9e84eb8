package org.instantmirror.system;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A program of the operating system that system tests run. */
enum Program {
  DNF("dnf", "dnf"),
  /**
   * Plugins of dnf: a folder of Python's, not a command. Debian's zypper doesn't let the package be
   * installed, so {@code .ci/run} unpacks it beside the WAR.
   */
  DNF_PLUGINS("dnf config-manager", "dnf-plugins-core") {
    @Override
    Optional<Path> find() {
      Path unpacked = MirrorProcess.war().toAbsolutePath().resolveSibling("dnf-plugins-core/usr");
      return Stream.of(Path.of("/usr"), unpacked)
          .map(root -> root.resolve("lib/python3/dist-packages"))
          .filter(folder -> Files.exists(folder.resolve("dnf-plugins/config_manager.py")))
          .findFirst();
    }
  },
  CREATEREPO_C("createrepo_c", "createrepo-c"),
  MODIFYREPO_C("modifyrepo_c", "createrepo-c"),
  RPMBUILD("rpmbuild", "rpm"),
  RPMSIGN("rpmsign", "rpm"),
  RPM("rpm", "rpm"),
  DPKG("dpkg", "dpkg"),
  DPKG_DEB("dpkg-deb", "dpkg"),
  UNSHARE("unshare", "util-linux"),
  NSENTER("nsenter", "util-linux"),
  SYSTEMD_ANALYZE("systemd-analyze", "systemd"),
  SYSTEMD_SYSUSERS("systemd-sysusers", "systemd"),
  SYSTEMD_TMPFILES("systemd-tmpfiles", "systemd"),
  GPG("gpg", "gnupg"),
  GPGCONF("gpgconf", "gnupg"),
  NGINX("nginx", "nginx-light"),
  APACHE("apache2", "apache2"),
  /** A module of Apache, not a command. */
  APACHE_XSENDFILE("mod_xsendfile", "libapache2-mod-xsendfile") {
    @Override
    Optional<Path> find() {
      return Optional.of(Path.of("/usr/lib/apache2/modules/mod_xsendfile.so"))
          .filter(Files::exists);
    }
  },
  PYTHON3("python3", "python3"),
  SQUID("squid", "squid"),
  OPENSSL("openssl", "openssl"),
  BUILDAH("buildah", "buildah"),
  DEBOOTSTRAP("debootstrap", "debootstrap"),
  CURL("curl", "curl"),
  WGET("wget", "wget"),
  ARIA2("aria2c", "aria2"),
  ZYPPER("zypper", "zypper"),
  ZCK("zck", "zchunk"),
  ZCKDL("zckdl", "zchunk"),
  /** Debian's Tomcat: a folder that serves as {@code CATALINA_HOME}, not a command. */
  TOMCAT10("tomcat10", "tomcat10") {
    @Override
    Optional<Path> find() {
      return Optional.of(Path.of("/usr/share/tomcat10"))
          .filter(home -> Files.exists(home.resolve("bin/catalina.sh")));
    }
  },
  /** Installing packages into a root of its own takes a real root user. */
  ROOT_USER("root", "sudo") {
    @Override
    Optional<Path> find() {
      return Optional.of(Path.of("/"))
          .filter(root -> "root".equals(System.getProperty("user.name")));
    }
  };

  private static final List<Path> SYSTEM_DIRECTORIES =
      List.of(Path.of("/usr/local/sbin"), Path.of("/usr/sbin"), Path.of("/sbin"));

  private final String command;
  private final String debianPackage;

  Program(String command, String debianPackage) {
    this.command = command;
    this.debianPackage = debianPackage;
  }

  /** Where it is; servers lie in folders that only root has in its {@code PATH}. */
  Optional<Path> find() {
    Stream<Path> path =
        Stream.of(System.getenv().getOrDefault("PATH", "/usr/bin").split(":"))
            .filter(folder -> !folder.isEmpty())
            .map(Path::of);
    return Stream.concat(path, SYSTEM_DIRECTORIES.stream())
        .map(folder -> folder.resolve(command))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * Where it is.
   *
   * @throws IllegalStateException if it isn't installed; {@link RequiresPrograms} checks beforehand
   */
  String path() {
    return find().orElseThrow(() -> new IllegalStateException(missing())).toString();
  }

  /** What is missing, and what to do about it. */
  String missing() {
    return this == ROOT_USER
        ? "not run as root"
        : command + " is not installed (Debian package " + debianPackage + ")";
  }
}
