package org.instantmirror.repo;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Sorts the settings of a section by key. A key that nobody knows is an error in {@code
 * instantmirror.conf}, and a warning in a {@code .repo} file, which may have been written for a
 * client that knows more.
 */
final class SectionKeys {

  private final boolean strict;
  private final List<String> warnings;

  /**
   * @param strict whether what is odd is an error; otherwise it is added to {@code warnings}
   */
  SectionKeys(boolean strict, List<String> warnings) {
    this.strict = strict;
    this.warnings = warnings;
  }

  /** Whether what is odd is an error. */
  boolean strict() {
    return strict;
  }

  /** The settings of {@code [main]}. */
  Map<ConfigKey, Setting> ofMain(IniFile.Section section) throws ConfigException {
    return sort(section, true);
  }

  /** The settings of a repository's section, less those that only clients use. */
  Map<ConfigKey, Setting> ofRepo(IniFile.Section section) throws ConfigException {
    return sort(section, false);
  }

  private Map<ConfigKey, Setting> sort(IniFile.Section section, boolean main)
      throws ConfigException {
    Map<ConfigKey, Setting> sorted = new EnumMap<>(ConfigKey.class);
    Map<String, Setting> seen = new HashMap<>();
    for (Setting setting : section.settings()) {
      Setting earlier = seen.put(setting.key(), setting);
      ConfigKey key = ConfigKey.of(setting.key()).orElse(null);
      if (key != null && key.allowedIn(main)) {
        if (earlier != null) {
          String lenience = strict ? "" : "; the last one counts";
          report(setting, "already given at " + earlier.origin() + lenience);
        }
        sorted.put(key, setting);
      } else if (key != null) {
        report(
            setting,
            main
                ? "belongs in a repository's section, not in [main]"
                : "belongs in [main] of instantmirror.conf, not in a repository's section");
      } else if (main || !ClientKeys.IGNORED.contains(setting.key())) {
        report(
            setting,
            "unknown key; the nearest known one is '" + nearest(setting.key(), main) + "'");
      }
    }
    return sorted;
  }

  private void report(Setting setting, String problem) throws ConfigException {
    if (strict) {
      throw setting.fault(problem);
    }
    warnings.add(setting.message(problem));
  }

  private static String nearest(String key, boolean main) {
    List<String> known = new ArrayList<>(new TreeSet<>(main ? List.of() : ClientKeys.IGNORED));
    for (ConfigKey candidate : ConfigKey.values()) {
      if (candidate.allowedIn(main)) {
        known.add(candidate.key());
      }
    }
    return NearestName.of(key, known);
  }
}
