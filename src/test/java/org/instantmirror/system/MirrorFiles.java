package org.instantmirror.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** What an administrator gives a mirror: its cache directory, {@code .repo} files and settings. */
final class MirrorFiles implements AutoCloseable {
  private final WorkDirectory work;

  private MirrorFiles(WorkDirectory work) {
    this.work = work;
  }

  /** A mirror without repositories and with an empty cache. */
  static MirrorFiles create() {
    MirrorFiles files = new MirrorFiles(WorkDirectory.create("mirror"));
    files.work.folder("cache");
    files.work.folder("repos.d");
    files.settings();
    return files;
  }

  /** Writes the settings of {@code [main]} anew, with these lines added. */
  MirrorFiles settings(String... lines) {
    Stream<String> head = Stream.of("[main]", "cachedir=" + cacheDir(), "reposdir=" + reposDir());
    work.write(
        "instantmirror.conf",
        String.join("\n", Stream.concat(head, Stream.of(lines)).toList()) + "\n");
    return this;
  }

  /** Writes the {@code .repo} file of one repository. */
  MirrorFiles repo(String id, String baseUrl, String... lines) {
    Stream<String> head = Stream.of("baseurl=" + baseUrl);
    return section(id, Stream.concat(head, Stream.of(lines)).toArray(String[]::new));
  }

  /** Writes the {@code .repo} file of one repository, whose upstreams the lines name. */
  MirrorFiles section(String id, String... lines) {
    Stream<String> head = Stream.of("[" + id + "]", "name=" + id, "enabled=1");
    work.write(
        "repos.d/" + id + ".repo",
        String.join("\n", Stream.concat(head, Stream.of(lines)).toList()) + "\n");
    return this;
  }

  Path cacheDir() {
    return work.path().resolve("cache");
  }

  Path reposDir() {
    return work.path().resolve("repos.d");
  }

  Path config() {
    return work.path().resolve("instantmirror.conf");
  }

  /** Where the tree keeps a complete file. */
  Path cached(String repo, String path) {
    return cacheDir().resolve(repo).resolve(path);
  }

  /** How many bytes of running or broken downloads are on disk. */
  long partialBytes() {
    Path partials = cacheDir().resolve(".instantmirror/partial");
    if (!Files.isDirectory(partials)) {
      return 0;
    }
    AtomicLong bytes = new AtomicLong();
    try {
      Files.walkFileTree(
          partials,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              bytes.addAndGet(attributes.size());
              return FileVisitResult.CONTINUE;
            }

            /** Another download has just ended. */
            @Override
            public FileVisitResult visitFileFailed(Path file, IOException gone) {
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.get();
  }

  @Override
  public void close() {
    work.close();
  }
}
