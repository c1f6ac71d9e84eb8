package org.instantmirror.repo;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where the configuration comes from. Nothing else is looked at: no environment, no system
 * property.
 *
 * @param configFile {@code instantmirror.conf}; null for none
 * @param configFileRequired whether a missing {@code configFile} is an error: somebody named it
 * @param overrides from the command line
 * @param defaultCacheDir the tree's place where neither {@code overrides} nor {@code [main]} names
 *     one
 */
public record ConfigSources(
    @Nullable Path configFile,
    boolean configFileRequired,
    Overrides overrides,
    Path defaultCacheDir) {

  /** The configuration file where nobody names another; it may be missing. */
  public static final Path DEFAULT_CONFIG_FILE = Path.of("/etc/instantmirror/instantmirror.conf");

  /** Where the tree lies standalone; a WAR's container may allow another place only. */
  public static final Path DEFAULT_CACHE_DIR = Path.of(ConfigKey.CACHEDIR.defaultText());

  /**
   * What the command line says; it wins over {@code [main]}. Null where it says nothing.
   *
   * @param address {@code --address}, as written
   * @param port {@code --port}
   * @param proxyPort {@code --proxy-port}
   * @param cacheDir {@code --cachedir}
   * @param reposDir {@code --reposdir}, which must exist
   */
  public record Overrides(
      @Nullable String address,
      @Nullable Integer port,
      @Nullable Integer proxyPort,
      @Nullable Path cacheDir,
      @Nullable Path reposDir) {

    /** Nothing is overridden. */
    public static final Overrides NONE = new Overrides(null, null, null, null);

    /** Those that say nothing of the proxy. */
    public Overrides(
        @Nullable String address,
        @Nullable Integer port,
        @Nullable Path cacheDir,
        @Nullable Path reposDir) {
      this(address, port, null, cacheDir, reposDir);
    }
  }
}
