package org.instantmirror.repo;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the configuration: {@code instantmirror.conf} with its {@code [main]}, and the folders of
 * {@code .repo} files that it names. As in {@code yum.conf}, a section of another name is a
 * repository there too. Used by one thread, once.
 */
public final class ConfigReader {

  private static final String MAIN = "main";

  /** Files of which a new content is a new configuration. */
  private static final List<ConfigKey> CERTIFICATES =
      List.of(ConfigKey.SSLCACERT, ConfigKey.SSLCLIENTCERT, ConfigKey.SSLCLIENTKEY);

  private final ConfigSources sources;
  private final List<String> warnings = new ArrayList<>();
  private final Map<RepoId, Repo> repos = new LinkedHashMap<>();
  private final Map<RepoId, IniFile.Section> places = new LinkedHashMap<>();
  private final Set<String> named = new HashSet<>(); // sections, disabled ones too
  private final Set<RepoId> profiles = new LinkedHashSet<>();

  private final WatchedFiles files;

  private ConfigReader(ConfigSources sources, WatchedFiles files) {
    this.sources = sources;
    this.files = files;
  }

  /**
   * The configuration that these sources hold.
   *
   * @throws ConfigException if a file can't be read, a line isn't of the language, a value isn't
   *     allowed, {@code instantmirror.conf} holds an unknown key, two enabled sections have one id,
   *     or something that somebody named (a file, a folder) is missing
   */
  public static Config read(ConfigSources sources) throws ConfigException {
    return read(sources, new WatchedFiles());
  }

  /**
   * The same.
   *
   * @param files learns which files and folders decide, also where this fails
   */
  public static Config read(ConfigSources sources, WatchedFiles files) throws ConfigException {
    return new ConfigReader(sources, files).read();
  }

  private Config read() throws ConfigException {
    List<IniFile.Section> sections = configFile();
    Settings main = new Settings(overrides(), new Settings(main(sections), null));
    watchCertificates(main);
    // Also where no repository inherits it: what is wrong is said at once.
    Policy.of(main);
    List<Path> variables = folderList(main.get(ConfigKey.VARSDIR));
    variables.forEach(files::about);
    RepoReader reader = new RepoReader(main, new Variables(variables), warnings);
    for (IniFile.Section section : sections) {
      if (!section.name().equals(MAIN)) {
        addRepo(section, reader, new SectionKeys(true, warnings));
      }
    }
    for (Path file : repoFiles(main)) {
      addRepos(file, reader);
    }
    addProfiles(main);
    allowRedirectsToBaseUrls();
    return config(main);
  }

  private List<IniFile.Section> configFile() throws ConfigException {
    Path file = sources.configFile();
    if (file != null) {
      files.about(file);
    }
    if (file == null || (!sources.configFileRequired() && Files.notExists(file))) {
      return List.of();
    }
    return IniFile.read(file);
  }

  private Map<ConfigKey, Setting> main(List<IniFile.Section> sections) throws ConfigException {
    List<IniFile.Section> mains = sections.stream().filter(s -> s.name().equals(MAIN)).toList();
    if (mains.isEmpty()) {
      return Map.of();
    }
    if (mains.size() > 1) {
      throw mains.get(1).fault("begins a second time; first at " + mains.get(0).origin());
    }
    return new SectionKeys(true, warnings).ofMain(mains.get(0));
  }

  private Map<ConfigKey, Setting> overrides() {
    ConfigSources.Overrides given = sources.overrides();
    Map<ConfigKey, Setting> settings = new EnumMap<>(ConfigKey.class);
    put(settings, ConfigKey.ADDRESS, given.address());
    put(settings, ConfigKey.PORT, given.port());
    put(settings, ConfigKey.PROXY_PORT, given.proxyPort());
    put(settings, ConfigKey.CACHEDIR, given.cacheDir());
    return settings;
  }

  private static void put(Map<ConfigKey, Setting> settings, ConfigKey key, @Nullable Object value) {
    if (value != null) {
      settings.put(key, commandLine(key, value));
    }
  }

  private static Setting commandLine(ConfigKey key, Object value) {
    return new Setting(
        "command line",
        Path.of("").toAbsolutePath(),
        "",
        "--" + key.key().replace('_', '-'),
        value.toString());
  }

  private List<Path> repoFiles(Settings main) throws ConfigException {
    Path override = sources.overrides().reposDir();
    Optional<Setting> given = main.given(ConfigKey.REPOSDIR);
    List<Path> folders;
    if (override != null) {
      folders = folders(commandLine(ConfigKey.REPOSDIR, override), List.of(override));
    } else if (given.isPresent()) {
      folders = folders(given.get(), folderList(given.get()));
    } else {
      List<Path> usual = folderList(main.get(ConfigKey.REPOSDIR));
      usual.forEach(files::about);
      folders = usual.stream().filter(Files::isDirectory).toList();
    }
    List<Path> found = new ArrayList<>();
    for (Path folder : folders) {
      found.addAll(repoFiles(folder));
    }
    return found;
  }

  private static List<Path> repoFiles(Path folder) throws ConfigException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> isRepoFile(String.valueOf(file.getFileName())))
          .filter(Files::isRegularFile)
          .sorted(Comparator.comparing(file -> String.valueOf(file.getFileName())))
          .toList();
    } catch (IOException e) {
      throw new ConfigException(folder + ": can't be read (" + e + ")");
    }
  }

  /** As a shell's {@code *.repo}: an editor's hidden files don't count. */
  private static boolean isRepoFile(String name) {
    return name.endsWith(".repo") && !name.startsWith(".");
  }

  /** Folders that somebody named, so that a missing one is an error. */
  private List<Path> folders(Setting setting, List<Path> named) throws ConfigException {
    List<Path> folders = named.stream().map(Path::toAbsolutePath).toList();
    folders.forEach(files::about);
    for (Path folder : folders) {
      requireFolder(setting, folder);
    }
    return folders;
  }

  private static List<Path> folderList(Setting setting) throws ConfigException {
    return setting.as(
        text ->
            ValueSyntax.words(text).stream()
                .map(word -> setting.folder().resolve(word).toAbsolutePath().normalize())
                .toList());
  }

  private static void requireFolder(Setting setting, Path folder) throws ConfigException {
    if (!Files.isDirectory(folder)) {
      throw setting.fault(folder + " is no folder");
    }
  }

  private void addRepos(Path file, RepoReader reader) throws ConfigException {
    SectionKeys keys = new SectionKeys(false, warnings);
    for (IniFile.Section section : IniFile.read(file)) {
      if (section.name().equals(MAIN)) {
        warnings.add(section.message("belongs in instantmirror.conf; left out"));
      } else {
        addRepo(section, reader, keys);
      }
    }
  }

  private void addRepo(IniFile.Section section, RepoReader reader, SectionKeys keys)
      throws ConfigException {
    named.add(section.name());
    if (!RepoReader.isEnabled(section)) {
      return;
    }
    if (!RepoId.isValid(section.name())) {
      throw section.fault(
          "is no repository id; allowed are letters, digits and _.:- with no dot or underscore"
              + " first, at most 200");
    }
    RepoId id = new RepoId(section.name());
    IniFile.Section earlier = places.putIfAbsent(id, section);
    if (earlier != null) {
      throw section.fault(
          "the id is taken, at " + earlier.origin() + "; rename one, or give it enabled = 0");
    }
    Map<ConfigKey, Setting> own = keys.ofRepo(section);
    watchCertificates(new Settings(own, null));
    repos.put(id, reader.read(id, section, own, keys.strict()));
  }

  /** Whether they are there or not: one that is missing may come. */
  private void watchCertificates(Settings settings) throws ConfigException {
    for (ConfigKey key : CERTIFICATES) {
      settings.path(key).ifPresent(files::about);
    }
  }

  /** Adds the built-in repositories that are wanted and that no section takes the place of. */
  private void addProfiles(Settings main) throws ConfigException {
    Setting wanted = main.get(ConfigKey.PROFILES);
    for (Repo profile : Profiles.read(main).wanted(wanted)) {
      if (!named.contains(profile.id().value())) {
        repos.put(profile.id(), profile);
        profiles.add(profile.id());
      }
    }
  }

  /** Whoever configured a host as an upstream lets others redirect there, wherever it lies. */
  private void allowRedirectsToBaseUrls() {
    Set<String> hosts = Config.hosts(repos.values());
    repos.replaceAll((id, repo) -> repo.withTransport(repo.transport().allowingRedirectsTo(hosts)));
  }

  private Config config(Settings main) throws ConfigException {
    Optional<Setting> address = main.given(ConfigKey.ADDRESS);
    Optional<Setting> baseUrl = main.given(ConfigKey.BASE_URL);
    InetAddress listen = address.isPresent() ? address.get().as(ValueSyntax::address) : null;
    int port = main.get(ConfigKey.PORT).as(ValueSyntax::portOrNone);
    ServerTls tls = ServerTls.of(main);
    if (port < 0 && tls == null) {
      throw main.get(ConfigKey.PORT).fault("'none' is of no use without tls_port");
    }
    return new Config(
        listen,
        port,
        tls,
        Policy.readableFile(main, ConfigKey.USERS_FILE),
        baseUrl.isPresent() ? baseUrl.get().as(ValueSyntax::serverUrl) : null,
        main.path(ConfigKey.CACHEDIR).orElse(sources.defaultCacheDir().toAbsolutePath()),
        main.path(ConfigKey.INDEXDIR).orElse(null),
        main.get(ConfigKey.MIN_FREE).as(ValueSyntax::freeSpace),
        main.get(ConfigKey.ABANDONED_LIMIT).as(ValueSyntax::size),
        integer(main, ConfigKey.MAX_DOWNLOADS, 1, 10_000),
        integer(main, ConfigKey.DOWNLOAD_QUEUE, 0, 1_000_000),
        duration(main, ConfigKey.QUEUE_TIMEOUT, "0.1s", "10m"),
        QueueSettings.of(main),
        integer(main, ConfigKey.MAX_PASS_THROUGH, 1, 100_000),
        duration(main, ConfigKey.SHUTDOWN_TIMEOUT, "0", "1h"),
        integer(main, ConfigKey.HEADS_IN_MEMORY, 1, 100_000_000),
        main.get(ConfigKey.ADMIN_CLIENTS).as(ValueSyntax::addressRanges),
        frontKey(main),
        new ProxyReader(main).read(),
        UsageSettings.of(main),
        PrefetchSettings.of(main),
        new QuotaSettings(main.get(ConfigKey.CACHE_SIZE).as(ValueSyntax::cacheLimit)),
        repos,
        profiles,
        warnings);
  }

  private static @Nullable FrontKey frontKey(Settings main) throws ConfigException {
    Optional<Setting> key = main.given(ConfigKey.SENDFILE_KEY);
    return key.isPresent() ? key.get().as(FrontKey::new) : null;
  }

  private static int integer(Settings main, ConfigKey key, int least, int most)
      throws ConfigException {
    return main.get(key).as(text -> ValueSyntax.integer(text, least, most));
  }

  private static Duration duration(Settings main, ConfigKey key, String least, String most)
      throws ConfigException {
    return main.get(key).as(text -> ValueSyntax.duration(text, least, most));
  }
}
