package org.instantmirror.repo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** A folder with an {@code instantmirror.conf}, {@code repos.d} and {@code vars} for a test. */
final class ConfigFolder {

  private final Path folder;

  ConfigFolder(Path folder) {
    this.folder = folder;
    write("repos.d/README", "not a .repo file");
    main("");
  }

  /** Writes {@code [main]} with our folders and these lines. */
  ConfigFolder main(String lines) {
    // Profiles last, where they move no line that a test names, but before other sections.
    int section = ("\n" + lines).indexOf("\n[");
    int end = section < 0 ? lines.length() : section;
    String own = lines.substring(0, end);
    return conf(
        "[main]\nreposdir = repos.d\nvarsdir = vars\n"
            + own
            + (own.isEmpty() || own.endsWith("\n") ? "" : "\n")
            + "profiles = no\n"
            + lines.substring(end));
  }

  ConfigFolder conf(String text) {
    return write("instantmirror.conf", text);
  }

  /** Writes a {@code .repo} file. */
  ConfigFolder repo(String fileName, String text) {
    return write("repos.d/" + fileName, text);
  }

  /** Writes a section {@code [test]} with a base URL and these lines. */
  ConfigFolder section(String lines) {
    return repo("test.repo", "[test]\nbaseurl=http://up.example/x/\n" + lines);
  }

  ConfigFolder variable(String name, String content) {
    return write("vars/" + name, content);
  }

  ConfigFolder write(String name, String text) {
    try {
      Path file = folder.resolve(name);
      Path parent = file.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Files.writeString(file, text);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path path(String name) {
    return folder.resolve(name);
  }

  Config read() throws ConfigException {
    return read(ConfigSources.Overrides.NONE);
  }

  Config read(ConfigSources.Overrides overrides) throws ConfigException {
    return ConfigReader.read(
        new ConfigSources(path("instantmirror.conf"), true, overrides, path("cache")));
  }

  /** The repository {@code [test]}. */
  Repo readRepo() throws ConfigException {
    return repo(read(), "test");
  }

  /** The repository of that name, which must be there. */
  static Repo repo(Config config, String id) {
    return Objects.requireNonNull(config.repos().get(new RepoId(id)), id);
  }
}
