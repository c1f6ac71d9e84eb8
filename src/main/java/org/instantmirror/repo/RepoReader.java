package org.instantmirror.repo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
   * The repository that a section describes; empty, with a warning, if it can be mirrored by a
   * later release only.
   *
   * @param keys the section's settings
   */
  Optional<Repo> read(RepoId id, IniFile.Section section, Map<ConfigKey, Setting> keys)
      throws ConfigException {
    Settings settings = new Settings(keys, main);
    Optional<Setting> baseUrl = settings.given(ConfigKey.BASEURL);
    if (baseUrl.isEmpty()) {
      Setting list =
          settings
              .given(ConfigKey.METALINK)
              .or(() -> settings.given(ConfigKey.MIRRORLIST))
              .orElse(null);
      if (list == null) {
        throw section.fault("has no baseurl; give one, or enabled = 0");
      }
      warnings.add(
          list.message(
              "this release needs a baseurl; the repository is left out until it has one"));
      return Optional.empty();
    }
    Policy policy = Policy.of(settings);
    List<BaseUrl> baseUrls = baseUrls(baseUrl.get());
    if (baseUrls.stream().map(BaseUrl::variables).distinct().count() > 1) {
      throw baseUrl
          .get()
          .fault("the URLs use different variables; all must use the same ones, in any order");
    }
    return Optional.of(
        new Repo(
            id,
            name(id, settings),
            baseUrls,
            policy.classifier(),
            policy.lifetimes(),
            policy.transport(),
            policy.retries(),
            policy.maxParallelDownloads()));
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
    if (baseUrls.isEmpty()) {
      throw setting.fault("holds no http or https URL; give one, or enabled = 0");
    }
    return baseUrls;
  }

  private static boolean isHttp(String url) {
    return url.regionMatches(true, 0, "http://", 0, 7)
        || url.regionMatches(true, 0, "https://", 0, 8);
  }
}
