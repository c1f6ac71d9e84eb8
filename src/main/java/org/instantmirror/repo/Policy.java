package org.instantmirror.repo;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the keys say that may stand in {@code [main]} for all repositories and in a section for one.
 */
record Policy(
    Classifier classifier,
    Lifetimes lifetimes,
    Transport transport,
    int retries,
    int maxParallelDownloads,
    Segmentation segmentation,
    Bandwidth bandwidth,
    PrefetchPolicy prefetch,
    Retention retention) {

  private static final String SHORTEST = "0.1s";

  /**
   * @throws ConfigException naming the setting that can't be used
   */
  static Policy of(Settings settings) throws ConfigException {
    settings.get(ConfigKey.REPO_GPGCHECK).as(ValueSyntax::yesOrNo);
    Access.of(settings);
    return new Policy(
        new Classifier(
            patterns(settings.get(ConfigKey.CACHE_PATTERNS)),
            patterns(settings.get(ConfigKey.PASS_PATTERNS))),
        lifetimes(settings),
        transport(settings),
        settings.get(ConfigKey.RETRIES).as(t -> ValueSyntax.integer(t, 1, 100)),
        settings.get(ConfigKey.MAX_PARALLEL_DOWNLOADS).as(t -> ValueSyntax.integer(t, 1, 1000)),
        Segmentation.of(settings),
        Bandwidth.of(settings),
        PrefetchPolicy.of(settings),
        Retention.of(settings));
  }

  static List<String> patterns(Setting setting) throws ConfigException {
    return setting.as(
        text -> {
          List<String> patterns = ValueSyntax.words(text);
          patterns.forEach(Glob::requireValid);
          return patterns;
        });
  }

  private static Lifetimes lifetimes(Settings settings) throws ConfigException {
    return new Lifetimes(
        settings.get(ConfigKey.MIRROR_METADATA_EXPIRE).as(ValueSyntax::lifetime),
        settings.get(ConfigKey.PACKAGE_EXPIRE).as(ValueSyntax::durationOrNever).orElse(null),
        settings.get(ConfigKey.NEGATIVE_EXPIRE).as(ValueSyntax::lifetime),
        settings.get(ConfigKey.VANISH_AFTER).as(ValueSyntax::lifetime),
        settings.get(ConfigKey.TRUST_REPODATA).as(ValueSyntax::yesOrNo),
        settings.get(ConfigKey.KEEP_GENERATIONS).as(t -> ValueSyntax.integer(t, 1, 1000)),
        settings.get(ConfigKey.KEEP_VANISHED).as(ValueSyntax::lifetime),
        settings.get(ConfigKey.METADATA_TIMER_SYNC).as(ValueSyntax::lifetime));
  }

  private static Transport transport(Settings settings) throws ConfigException {
    requireTogether(settings, ConfigKey.PASSWORD, ConfigKey.USERNAME);
    requireTogether(settings, ConfigKey.PROXY_PASSWORD, ConfigKey.PROXY_USERNAME);
    requireTogether(settings, ConfigKey.SSLCLIENTKEY, ConfigKey.SSLCLIENTCERT);
    Setting proxy = settings.get(ConfigKey.PROXY);
    // yum's word for "none, whatever [main] says".
    boolean proxied = !proxy.isEmpty() && !proxy.text().equalsIgnoreCase("_none_");
    return new Transport(
        duration(settings, ConfigKey.CONNECT_TIMEOUT, "10m"),
        duration(settings, ConfigKey.TIMEOUT, "1h"),
        settings.get(ConfigKey.MINRATE).as(ValueSyntax::size),
        proxied ? proxy.as(ValueSyntax::proxy) : null,
        proxied ? settings.textOrNull(ConfigKey.PROXY_USERNAME) : null,
        proxied ? settings.textOrNull(ConfigKey.PROXY_PASSWORD) : null,
        settings.get(ConfigKey.SSLVERIFY).as(ValueSyntax::yesOrNo),
        readableFile(settings, ConfigKey.SSLCACERT),
        readableFile(settings, ConfigKey.SSLCLIENTCERT),
        readableFile(settings, ConfigKey.SSLCLIENTKEY),
        settings.textOrNull(ConfigKey.USERNAME),
        settings.textOrNull(ConfigKey.PASSWORD),
        Set.copyOf(settings.get(ConfigKey.REDIRECT_HOSTS).as(ValueSyntax::hostAndPorts)),
        settings.get(ConfigKey.MAX_CONNECTIONS_PER_HOST).as(t -> ValueSyntax.integer(t, 1, 1000)));
  }

  private static Duration duration(Settings settings, ConfigKey key, String most)
      throws ConfigException {
    return settings.get(key).as(t -> ValueSyntax.duration(t, SHORTEST, most));
  }

  private static void requireTogether(Settings settings, ConfigKey key, ConfigKey needed)
      throws ConfigException {
    if (settings.given(key).isPresent() && settings.given(needed).isEmpty()) {
      throw settings.get(key).fault("of no use without " + needed.key());
    }
  }

  /** A file that is there and may be read; null where none is named. */
  static @Nullable Path readableFile(Settings settings, ConfigKey key) throws ConfigException {
    Path file = settings.path(key).orElse(null);
    if (file != null && !(Files.isRegularFile(file) && Files.isReadable(file))) {
      throw settings.get(key).fault(file + " is no readable file");
    }
    return file;
  }
}
