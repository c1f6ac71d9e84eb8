package org.instantmirror.repo;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The values of keys as a reader of them sees them: an inner section before an outer one, and the
 * default last.
 */
final class Settings {

  private final Map<ConfigKey, Setting> own;
  private final @Nullable Settings outer;

  Settings(Map<ConfigKey, Setting> own, @Nullable Settings outer) {
    this.own = Map.copyOf(own);
    this.outer = outer;
  }

  /** What somebody wrote for the key, if it isn't empty. */
  Optional<Setting> given(ConfigKey key) {
    Setting setting = own.get(key);
    if (setting != null) {
      // An empty value takes an outer one back: `proxy =` in a repository's section.
      return setting.isEmpty() ? Optional.empty() : Optional.of(setting);
    }
    return outer == null ? Optional.empty() : outer.given(key);
  }

  /** What somebody wrote for the key, or the default. */
  Setting get(ConfigKey key) {
    return given(key)
        .orElseGet(() -> new Setting("default", Path.of("/"), "", key.key(), key.defaultText()));
  }

  /** The path that somebody wrote, made absolute. */
  Optional<Path> path(ConfigKey key) throws ConfigException {
    Optional<Setting> setting = given(key);
    return setting.isPresent() ? Optional.of(setting.get().asPath()) : Optional.empty();
  }

  /** The text that somebody wrote. */
  @Nullable String textOrNull(ConfigKey key) {
    return given(key).map(Setting::text).orElse(null);
  }
}
