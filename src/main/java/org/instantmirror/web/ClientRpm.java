package org.instantmirror.web;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.EnumSet;
import org.eclipse.packager.rpm.FileFlags;
import org.eclipse.packager.rpm.RpmTag;
import org.eclipse.packager.rpm.RpmVersion;
import org.eclipse.packager.rpm.build.BuilderContext;
import org.eclipse.packager.rpm.build.BuilderOptions;
import org.eclipse.packager.rpm.build.DigestAlgorithm;
import org.eclipse.packager.rpm.build.FileInformation;
import org.eclipse.packager.rpm.build.RpmBuilder;
import org.eclipse.packager.rpm.build.SimpleFileInformationCustomizer;
import org.eclipse.packager.rpm.coding.PayloadCoding;
import org.eclipse.packager.rpm.deps.RpmDependencyFlags;

/**
 * Makes the client's RPM, whose configuration names a server: the same bytes for the same server,
 * and the same package as {@code src/packaging/rpm/instantmirror-client.spec} but for that.
 * Thread-safe.
 */
final class ClientRpm {

  static final String NAME = "instantmirror-client";

  static final String RELEASE = "1";

  /** Of all files, and of the package: any that is always the same. */
  static final Instant TIME = Instant.parse("2026-11-22T00:00:00Z");

  /** The line of the configuration that names the server. */
  private static final String UNNAMED = "#server =\n";

  private final ClientFiles files;

  ClientRpm(ClientFiles files) {
    this.files = files;
  }

  /** The file's name. */
  String fileName() {
    return NAME + "-" + files.version() + "-" + RELEASE + ".noarch.rpm";
  }

  /**
   * The package.
   *
   * @param server the root, with a slash at its end
   */
  byte[] build(String server) throws IOException {
    // The library wants a file to write to.
    Path target = Files.createTempFile(NAME, ".rpm");
    try {
      write(target, server);
      return Files.readAllBytes(target);
    } finally {
      Files.delete(target);
    }
  }

  private void write(Path target, String server) throws IOException {
    RpmVersion version = new RpmVersion(files.version(), RELEASE);
    try (RpmBuilder builder = new RpmBuilder(NAME, version, "noarch", target, options())) {
      describe(builder.getInformation());
      builder.setHeaderCustomizer(
          header -> header.putInt(RpmTag.BUILDTIME, (int) TIME.getEpochSecond()));
      // RHEL 8's platform-python has it as well as every python3.
      builder.addRequirement(
          "python(abi)", "3.6", RpmDependencyFlags.GREATER, RpmDependencyFlags.EQUAL);
      // dnf 5 doesn't bring it by itself.
      builder.addRecommends("(libdnf5-plugin-actions if dnf5)", null);
      builder.addRequirement(
          "rpmlib(RichDependencies)",
          "4.12.0-1",
          RpmDependencyFlags.RPMLIB,
          RpmDependencyFlags.LESS,
          RpmDependencyFlags.EQUAL);
      builder.setPostRemoveScript("<lua>", files.afterRemoval());
      BuilderContext context = builder.newContext();
      for (ClientFiles.Entry entry : files.all()) {
        add(context, entry, server);
      }
      builder.build();
    }
  }

  private static BuilderOptions options() {
    BuilderOptions options = new BuilderOptions();
    options.setOpenOptions(
        new OpenOption[] {StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING});
    // What every rpm since RHEL 6 reads.
    options.setPayloadCoding(PayloadCoding.GZIP);
    options.setFileDigestAlgorithm(DigestAlgorithm.SHA256);
    return options;
  }

  private static void describe(RpmBuilder.PackageInformation information) {
    information.setSummary("Tells an InstantMirror which of its packages this machine has");
    information.setDescription(
        """
        A plugin for dnf 4, an action for dnf 5 and a timer that tell a mirror, once a day at most, which
        packages of its repositories are installed and what happened to them, so that it has their updates
        before anybody asks. Nothing of other repositories is told, nor the name of the machine. See
        instantmirror-client(8).
        """
            .strip());
    information.setLicense("Apache-2.0");
    information.setGroup("System Environment/Base");
    information.setBuildHost("localhost");
  }

  private static void add(BuilderContext context, ClientFiles.Entry entry, String server)
      throws IOException {
    switch (entry.kind()) {
      case DIR -> context.addDirectory(entry.place(), plain(entry));
      case LINK -> context.addSymbolicLink(entry.place(), entry.source(), plain(entry));
      case FILE -> context.addFile(entry.place(), bytes(entry.content()), plain(entry));
      case CONFIG ->
          context.addFile(
              entry.place(),
              bytes(named(entry.content(), server)),
              information -> keep(information, entry));
    }
  }

  private static String named(String configuration, String server) {
    return configuration.replace(UNNAMED, "server = " + server + "\n");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static SimpleFileInformationCustomizer plain(ClientFiles.Entry entry) {
    return information -> set(information, entry);
  }

  private static void keep(FileInformation information, ClientFiles.Entry entry) {
    set(information, entry);
    information.setFileFlags(EnumSet.of(FileFlags.CONFIGURATION, FileFlags.NOREPLACE));
  }

  private static void set(FileInformation information, ClientFiles.Entry entry) {
    information.setTimestamp(TIME);
    information.setMode(entry.mode());
    information.setUser("root");
    information.setGroup("root");
  }
}
