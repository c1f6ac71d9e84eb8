package org.instantmirror.repo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * In what a configuration differs from the one before, by repository. A value.
 *
 * @param added enabled only now
 * @param removed not enabled any more
 * @param changed whatever of them
 */
public record ConfigChange(List<RepoId> added, List<RepoId> removed, List<RepoId> changed) {

  /** What only a start reads: sockets, the cache directory, and the sizes of pools and queues. */
  private static final Map<ConfigKey, Function<Config, ?>> AT_START = atStart();

  private static Map<ConfigKey, Function<Config, ?>> atStart() {
    Map<ConfigKey, Function<Config, ?>> keys = new LinkedHashMap<>();
    keys.put(ConfigKey.ADDRESS, Config::address);
    keys.put(ConfigKey.PORT, Config::port);
    keys.put(ConfigKey.TLS_PORT, config -> tls(config, ServerTls::port));
    keys.put(ConfigKey.SSLSERVERCERT, config -> tls(config, ServerTls::certificate));
    keys.put(ConfigKey.SSLSERVERKEY, config -> tls(config, ServerTls::key));
    keys.put(ConfigKey.USERS_FILE, Config::usersFile);
    keys.put(ConfigKey.CACHEDIR, Config::cacheDir);
    keys.put(ConfigKey.INDEXDIR, Config::indexDir);
    keys.put(ConfigKey.MIN_FREE, Config::minFree);
    keys.put(ConfigKey.ABANDONED_LIMIT, Config::abandonedLimit);
    keys.put(ConfigKey.MAX_DOWNLOADS, Config::maxDownloads);
    keys.put(ConfigKey.MAX_DOWNLOADS_PER_MIRROR, config -> config.queue().maxAheadPerHost());
    keys.put(ConfigKey.DOWNLOAD_QUEUE, Config::downloadQueue);
    keys.put(ConfigKey.QUEUE_TIMEOUT, Config::queueTimeout);
    keys.put(ConfigKey.MAX_PASS_THROUGH, Config::maxPassThrough);
    keys.put(ConfigKey.SHUTDOWN_TIMEOUT, Config::shutdownTimeout);
    keys.put(ConfigKey.HEADS_IN_MEMORY, Config::heads);
    keys.put(ConfigKey.PROXY_PORT, config -> config.proxy().port());
    keys.put(ConfigKey.PROXY_IDLE, config -> config.proxy().idle());
    return keys;
  }

  private static @Nullable Object tls(Config config, Function<ServerTls, ?> part) {
    return config.tls() == null ? null : part.apply(config.tls());
  }

  /** The keys that only a start reads. */
  static Set<ConfigKey> readAtStart() {
    return AT_START.keySet();
  }

  /** Copies the lists. */
  public ConfigChange {
    added = List.copyOf(added);
    removed = List.copyOf(removed);
    changed = List.copyOf(changed);
  }

  /** From one to the next. */
  public static ConfigChange between(Config before, Config next) {
    List<RepoId> added = new ArrayList<>();
    List<RepoId> changed = new ArrayList<>();
    Set<String> hostsBefore = Config.hosts(before.repos().values());
    Set<String> hostsNext = Config.hosts(next.repos().values());
    next.repos()
        .forEach(
            (id, repo) -> {
              Repo earlier = before.repos().get(id);
              if (earlier == null) {
                added.add(id);
              } else if (!own(earlier, hostsBefore).equals(own(repo, hostsNext))) {
                changed.add(id);
              }
            });
    Stream<RepoId> removed =
        before.repos().keySet().stream().filter(id -> !next.repos().containsKey(id));
    return new ConfigChange(added, removed.toList(), changed);
  }

  /** The repository less the leave that all have to redirect to the hosts of all. */
  private static Repo own(Repo repo, Set<String> hosts) {
    return repo.withTransport(repo.transport().refusingRedirectsTo(hosts));
  }

  /**
   * The keys whose new values have no effect before a restart.
   *
   * @param started what the running server was started with
   */
  public static List<String> waitingForRestart(Config started, Config next) {
    return AT_START.entrySet().stream()
        .filter(
            entry -> !Objects.equals(entry.getValue().apply(started), entry.getValue().apply(next)))
        .map(entry -> entry.getKey().key())
        .toList();
  }
}
