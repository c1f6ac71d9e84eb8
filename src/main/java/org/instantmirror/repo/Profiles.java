package org.instantmirror.repo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The built-in repositories: what distributions ship in their own {@code .repo} files. */
final class Profiles {

  /** A file of the language that users' own have. */
  static final String RESOURCE = "profiles.repo";

  /** What {@code [main]} says of these is for the administrator's own upstreams. */
  private static final List<ConfigKey> NOT_INHERITED =
      List.of(
          ConfigKey.USERNAME,
          ConfigKey.PASSWORD,
          ConfigKey.SSLCLIENTCERT,
          ConfigKey.SSLCLIENTKEY,
          // Most distributions don't sign repomd.xml.
          ConfigKey.REPO_GPGCHECK,
          ConfigKey.GPGKEY);

  private final List<Repo> all;

  private Profiles(List<Repo> all) {
    this.all = List.copyOf(all);
  }

  /**
   * All of them.
   *
   * @param main what they inherit, credentials and signatures excepted
   */
  static Profiles read(Settings main) throws ConfigException {
    Path file = Path.of(RESOURCE);
    List<String> warnings = new ArrayList<>();
    SectionKeys keys = new SectionKeys(true, warnings);
    RepoReader reader = new RepoReader(main, new Variables(List.of()), warnings);
    List<Repo> profiles = new ArrayList<>();
    for (IniFile.Section section : IniFile.parse(file, text())) {
      Map<ConfigKey, Setting> settings = new EnumMap<>(ConfigKey.class);
      for (ConfigKey key : NOT_INHERITED) {
        settings.put(
            key, new Setting(section.origin(), file, section.name(), key.key(), /* none */ ""));
      }
      settings.putAll(keys.ofRepo(section));
      profiles.add(reader.read(new RepoId(section.name()), section, settings, true));
    }
    if (!warnings.isEmpty()) {
      throw new IllegalStateException(String.join("\n", warnings));
    }
    return new Profiles(profiles);
  }

  /** What {@code [main]} says to those who aren't the administrator's own upstreams. */
  static Settings inherited(Settings main) {
    Map<ConfigKey, Setting> taken = new EnumMap<>(ConfigKey.class);
    for (ConfigKey key : NOT_INHERITED) {
      taken.put(key, new Setting("default", Path.of("/"), "", key.key(), /* none */ ""));
    }
    return new Settings(taken, main);
  }

  /**
   * Those that are asked for.
   *
   * @param setting yes, no, or ids
   */
  List<Repo> wanted(Setting setting) throws ConfigException {
    Optional<Boolean> allOrNone = setting.as(Profiles::yesOrNo);
    if (allOrNone.isPresent()) {
      return allOrNone.get() ? all : List.of();
    }
    List<String> names = setting.as(ValueSyntax::words);
    List<String> known = all.stream().map(profile -> profile.id().value()).toList();
    for (String name : names) {
      if (!known.contains(name)) {
        throw setting.fault(
            "there is no profile '"
                + name
                + "'; the nearest one is '"
                + NearestName.of(name, known)
                + "'; allowed are yes, no, or a list of profiles");
      }
    }
    return all.stream().filter(profile -> names.contains(profile.id().value())).toList();
  }

  private static Optional<Boolean> yesOrNo(String text) {
    try {
      return Optional.of(ValueSyntax.yesOrNo(text));
    } catch (IllegalArgumentException names) {
      return Optional.empty();
    }
  }

  private static String text() {
    try (InputStream in =
        Objects.requireNonNull(Profiles.class.getResourceAsStream(RESOURCE), RESOURCE)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
