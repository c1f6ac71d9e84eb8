package org.instantmirror.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder with packages, the repodata that createrepo_c makes of them, its signature and the
 * public key. Not thread-safe.
 */
final class RpmRepository {
  /** The public key's name in the repository. */
  static final String KEY_FILE = "RPM-GPG-KEY-samples";

  /** When all but the repodata was last modified: long ago, as in a real repository. */
  static final Instant PACKAGE_TIME = Instant.parse("2024-01-02T03:04:05Z");

  private final Path folder;

  private RpmRepository(Path folder) {
    this.folder = folder;
  }

  /** A published repository of those packages, in a folder that is made. */
  static RpmRepository create(Path folder, SampleRpm... rpms) {
    RpmRepository repository = new RpmRepository(folder);
    try {
      Files.createDirectories(folder);
      Path key = folder.resolve(KEY_FILE);
      SampleRpms.built().key().exportTo(key);
      Files.setLastModifiedTime(key, FileTime.from(PACKAGE_TIME));
      repository.add(rpms);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    repository.publish(PACKAGE_TIME.plusSeconds(3600));
    return repository;
  }

  /** Adds packages; {@link #publish} makes them known. */
  void add(SampleRpm... rpms) {
    try {
      for (SampleRpm rpm : rpms) {
        Path copy = folder.resolve(rpm.fileName());
        Files.copy(SampleRpms.built().path(rpm), copy, StandardCopyOption.REPLACE_EXISTING);
        Files.setLastModifiedTime(copy, FileTime.from(PACKAGE_TIME));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes and signs repodata anew, and dates it. */
  void publish(Instant lastModified) {
    publishWithout(List.of(), lastModified);
  }

  /** The same, with repodata that doesn't list some packages, whose files stay where they are. */
  void publishWithout(Collection<SampleRpm> unlisted, Instant lastModified) {
    createrepo(unlisted.stream().map(rpm -> "--excludes=" + rpm.fileName()).toList());
    sign(lastModified);
  }

  /** Makes repodata anew, unsigned, with options of createrepo_c. */
  void createrepo(List<String> options) {
    List<String> arguments = new ArrayList<>(List.of("--quiet"));
    arguments.addAll(options);
    arguments.add(folder.toString());
    Command.of(Program.CREATEREPO_C.path(), arguments).run().succeeded();
  }

  /** Adds a file to repodata, unsigned, with options of modifyrepo_c. */
  void modifyrepo(Path file, String... options) {
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.add(file.toString());
    arguments.add(folder.resolve("repodata").toString());
    Command.of(Program.MODIFYREPO_C.path(), arguments).run().succeeded();
  }

  /** Signs repodata as it is, and dates it. */
  void sign(Instant lastModified) {
    SigningKey key = SampleRpms.built().key();
    key.sign(folder.resolve("repodata/repomd.xml"));
    key.exportTo(folder.resolve("repodata/repomd.xml.key"));
    try (Stream<Path> files = Files.list(folder.resolve("repodata"))) {
      List<Path> all = files.toList();
      for (Path file : all) {
        Files.setLastModifiedTime(file, FileTime.from(lastModified));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path folder() {
    return folder;
  }

  /** A file in it. */
  Path file(String path) {
    return folder.resolve(path);
  }

  /** A package in it. */
  Path file(SampleRpm rpm) {
    return folder.resolve(rpm.fileName());
  }
}
