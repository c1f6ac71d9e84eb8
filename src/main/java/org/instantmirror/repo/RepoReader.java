package org.instantmirror.repo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes repositories of their sections. */
final class RepoReader {

  private final Settings main;
  private final Variables variables;
  private final List<String> warnings;

  /**
   * @param main what sections inherit
   * @param variables for base URLs and names
   * @param warnings takes what is odd but no error
   */
  RepoReader(Settings main, Variables variables, List<String> warnings) {
    this.main = main;
    this.variables = variables;
    this.warnings = warnings;
  }

  /** Whether the section counts; of one that doesn't nothing else is judged. */
  static boolean isEnabled(IniFile.Section section) throws ConfigException {
    boolean enabled = true;
    for (Setting setting : section.settings()) {
      if (setting.key().equals(ConfigKey.ENABLED.key()) && !setting.isEmpty()) {
        enabled = setting.as(ValueSyntax::yesOrNo);
      }
    }
    return enabled;
  }

  /**
   * The repository that a section describes.
   *
   * @param keys the section's settings
   * @param strict whether the section is ours, and not of a file that clients have as well
   */
  Repo read(RepoId id, IniFile.Section section, Map<ConfigKey, Setting> keys, boolean strict)
      throws ConfigException {
    Settings settings = new Settings(keys, main);
    Optional<Setting> baseUrl = settings.given(ConfigKey.BASEURL);
    List<BaseUrl> baseUrls = baseUrl.isPresent() ? baseUrls(baseUrl.get()) : List.of();
    if (baseUrls.stream().map(BaseUrl::variables).distinct().count() > 1) {
      throw baseUrl
          .orElseThrow()
          .fault("the URLs use different variables; all must use the same ones, in any order");
    }
    ListUrl list = list(settings, baseUrls);
    if (baseUrls.isEmpty() && list == null) {
      throw baseUrl.isPresent()
          ? baseUrl.get().fault("holds no http or https URL; give one, or enabled = 0")
          : section.fault("has no baseurl, metalink or mirrorlist; give one, or enabled = 0");
    }
    Policy policy = Policy.of(settings);
    // Whoever demands it in [main] is the administrator, whosever the section is.
    boolean demanded = strict || !keys.containsKey(ConfigKey.REPO_GPGCHECK);
    SignatureReader signatures = new SignatureReader(variables, demanded, warnings);
    return new Repo(
        id,
        name(id, settings),
        baseUrls,
        list,
        policy.classifier(),
        policy.lifetimes(),
        policy.transport(),
        policy.retries(),
        policy.maxParallelDownloads(),
        policy.segmentation(),
        policy.bandwidth(),
        signatures.read(section, settings, Repo.variables(baseUrls, list)),
        Access.of(settings),
        ClientOptions.of(section),
        policy.prefetch(),
        policy.retention());
  }

  private @Nullable ListUrl list(Settings settings, List<BaseUrl> baseUrls) throws ConfigException {
    ListUrl metalink = list(settings, ConfigKey.METALINK, ListUrl.Kind.METALINK, baseUrls);
    return metalink != null
        ? metalink
        : list(settings, ConfigKey.MIRRORLIST, ListUrl.Kind.MIRRORLIST, baseUrls);
  }

  private @Nullable ListUrl list(
      Settings settings, ConfigKey key, ListUrl.Kind kind, List<BaseUrl> baseUrls)
      throws ConfigException {
    Setting setting = settings.given(key).orElse(null);
    if (setting == null) {
      return null;
    }
    String url = setting.as(variables::substituteInList);
    if (!isHttp(url)) {
      warnings.add(setting.message("is neither an http nor an https URL; left out"));
      return null;
    }
    Duration expire =
        settings
            .get(ConfigKey.MIRROR_LIST_EXPIRE)
            .as(text -> ValueSyntax.duration(text, "1m", "30d"));
    ListUrl list = setting.as(text -> new ListUrl(kind, url, expire));
    if (!baseUrls.isEmpty() && !baseUrls.get(0).variables().containsAll(list.variables())) {
      // Which segments a path begins with would depend on who is asked.
      warnings.add(setting.message("uses a variable that baseurl doesn't; left out"));
      return null;
    }
    return list;
  }

  private String name(RepoId id, Settings settings) throws ConfigException {
    Optional<Setting> name = settings.given(ConfigKey.NAME);
    if (name.isEmpty()) {
      return id.value();
    }
    return ConfigException.oneLine(name.get().as(variables::substituteKnown));
  }

  private List<BaseUrl> baseUrls(Setting setting) throws ConfigException {
    List<BaseUrl> baseUrls = new ArrayList<>();
    int number = 0;
    for (String url : ValueSyntax.words(setting.as(variables::substitute))) {
      number++;
      if (isHttp(url)) {
        BaseUrl baseUrl = setting.as(text -> new BaseUrl(url.endsWith("/") ? url : url + "/"));
        if (!baseUrls.contains(baseUrl)) {
          baseUrls.add(baseUrl);
        }
      } else {
        // The URL isn't repeated: it may hold a password.
        warnings.add(
            setting.message("URL number " + number + " is neither http nor https; left out"));
      }
    }
    return baseUrls;
  }

  private static boolean isHttp(String url) {
    return url.regionMatches(true, 0, "http://", 0, 7)
        || url.regionMatches(true, 0, "https://", 0, 8);
  }
}
