package org.instantmirror.repo;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a repository's section says to clients, as it was written: variables are still in it, since
 * a client has values of its own. What {@code [main]} says isn't part of it: that is about the
 * mirror.
 *
 * @param values by key, in the order of {@link #KEYS}; each one line or several
 */
public record ClientOptions(Map<String, String> values) {

  /** A section that says nothing to clients. */
  public static final ClientOptions NONE = new ClientOptions(Map.of());

  private static final String GPGKEY = ConfigKey.GPGKEY.key();

  /**
   * What stays true whoever serves the files: which packages to take, and how to trust them. Not
   * how to reach upstream.
   */
  private static final List<String> KEYS =
      List.of(
          "gpgcheck",
          "pkg_gpgcheck",
          ConfigKey.REPO_GPGCHECK.key(),
          GPGKEY,
          "type",
          "autorefresh",
          "metadata_expire",
          "priority",
          "cost",
          "module_hotfixes",
          "exclude",
          "excludepkgs",
          "include",
          "includepkgs",
          "skip_if_unavailable");

  /** Copies the map, and keeps its order. */
  public ClientOptions {
    values = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /** What a section says; of a key that stands there twice the last one counts. */
  static ClientOptions of(IniFile.Section section) {
    Map<String, String> given = new LinkedHashMap<>();
    for (String key : KEYS) {
      for (Setting setting : section.settings()) {
        if (setting.key().equals(key) && !setting.isEmpty()) {
          given.put(key, setting.text());
        }
      }
    }
    return new ClientOptions(given);
  }

  /** What stands there for a key but {@code gpgkey}, which {@link #keys} gives. */
  public Optional<String> other(String key) {
    return key.equals(GPGKEY) ? Optional.empty() : Optional.ofNullable(values.get(key));
  }

  /** The URLs of {@code gpgkey}; none that holds a user name, since anybody may read them. */
  public List<String> keys() {
    return ValueSyntax.words(values.getOrDefault(GPGKEY, "")).stream()
        .filter(url -> !url.matches("[^/]*//[^/?#]*@.*"))
        .toList();
  }
}
