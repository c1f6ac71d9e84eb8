package org.instantmirror.repo;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What of a repository is fetched before a client asks. A value.
 *
 * @param mode {@code prefetch}
 * @param minDemand {@code prefetch_min_demand}: clients that must be expected to ask for a new
 *     version within a week; 0 or more
 */
public record PrefetchPolicy(Mode mode, double minDemand) {

  /** What clients use of repodata, and no package. */
  public static final PrefetchPolicy METADATA = new PrefetchPolicy(Mode.METADATA, 0);

  private static final double MOST_CLIENTS = 1_000_000;

  /** How much. Each includes what stands before it. */
  public enum Mode {
    /** Nothing, and no repository is looked at before a client asks. */
    OFF,
    /** The lists of a new generation, as far as clients used those kinds. */
    METADATA,
    /** Packages that clients are known to want. */
    POPULAR,
    /** All packages. */
    ALL;

    /** As it is written in the configuration. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Whether packages are fetched ahead. */
    public boolean takesPackages() {
      return this == POPULAR || this == ALL;
    }
  }

  /**
   * @throws IllegalArgumentException if {@code minDemand} is negative or no number
   */
  public PrefetchPolicy {
    if (!(minDemand >= 0)) {
      throw new IllegalArgumentException("a demand of " + minDemand);
    }
  }

  /** Of a section and what it inherits. */
  static PrefetchPolicy of(Settings settings) throws ConfigException {
    return new PrefetchPolicy(
        settings.get(ConfigKey.PREFETCH).as(PrefetchPolicy::mode),
        settings.get(ConfigKey.PREFETCH_MIN_DEMAND).as(PrefetchPolicy::demand));
  }

  private static Mode mode(String text) {
    return Arrays.stream(Mode.values())
        .filter(mode -> mode.toString().equalsIgnoreCase(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'"
                        + text
                        + "' is not known; allowed are "
                        + Arrays.stream(Mode.values())
                            .map(Mode::toString)
                            .collect(Collectors.joining(", "))));
  }

  private static double demand(String text) {
    double number = text.matches("[0-9]{1,7}(\\.[0-9]{1,6})?") ? Double.parseDouble(text) : -1;
    if (number < 0 || number > MOST_CLIENTS) {
      throw new IllegalArgumentException(
          "'" + text + "' is no number of clients; allowed is 0 to 1000000, such as 0.5 or 20");
    }
    return number;
  }
}
