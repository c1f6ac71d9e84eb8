package org.instantmirror.repo;

import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The configuration, parsed once: what {@code [main]} says, and the repositories.
 *
 * @param address to listen on; null for all addresses (standalone only)
 * @param port to listen on, 0 for a free one, -1 for none (standalone only)
 * @param tls where to listen with TLS; null for nowhere (standalone only)
 * @param usersFile who may be asked for a name; null for nobody (standalone only)
 * @param baseUrl where clients reach us, with a slash at its end; null where requests tell
 * @param cacheDir the tree
 * @param indexDir where the index lies; null for {@code cachedir/.instantmirror}
 * @param minFree below this nothing new is stored
 * @param abandonedLimit a download without clients goes on if at most this many bytes remain
 * @param maxDownloads downloads at once over all repositories
 * @param downloadQueue downloads that may wait for a place
 * @param queueTimeout how long a download may wait for a place, and a client for its status line
 * @param queue what else holds for all downloads
 * @param maxPassThrough passed-through requests at once
 * @param shutdownTimeout how long running transfers may go on when the server stops
 * @param heads stored heads kept in memory
 * @param adminClients who may change something by the API
 * @param sendfileKey what a web server in front must know to send files by itself; null for none
 * @param proxy of requests with absolute URLs
 * @param usage of learning what clients use
 * @param prefetch bounds of what is fetched before a client asks
 * @param quota how much is stored
 * @param repos by id, in the order of the files; only enabled ones, the built-in ones last
 * @param profiles which of {@code repos} are built in
 * @param warnings for the administrator, each naming file, line and key
 */
public record Config(
    @Nullable InetAddress address,
    int port,
    @Nullable ServerTls tls,
    @Nullable Path usersFile,
    @Nullable URI baseUrl,
    Path cacheDir,
    @Nullable Path indexDir,
    FreeSpaceLimit minFree,
    long abandonedLimit,
    int maxDownloads,
    int downloadQueue,
    Duration queueTimeout,
    QueueSettings queue,
    int maxPassThrough,
    Duration shutdownTimeout,
    int heads,
    List<AddressRange> adminClients,
    @Nullable FrontKey sendfileKey,
    ProxySettings proxy,
    UsageSettings usage,
    PrefetchSettings prefetch,
    QuotaSettings quota,
    Map<RepoId, Repo> repos,
    Set<RepoId> profiles,
    List<String> warnings) {

  /** Copies the map and the lists, and keeps their order. */
  public Config {
    adminClients = List.copyOf(adminClients);
    repos = Collections.unmodifiableMap(new LinkedHashMap<>(repos));
    profiles = Set.copyOf(profiles);
    warnings = List.copyOf(warnings);
  }

  /** The hosts of all their base URLs, as {@link Transport#redirectHosts} has them. */
  static Set<String> hosts(Collection<Repo> repos) {
    return repos.stream()
        .flatMap(repo -> repo.baseUrls().stream())
        .map(BaseUrl::hostAndPort)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** All that is served: {@link #repos}, and where absolute URLs are answered their own one. */
  public Map<RepoId, Repo> served() {
    if (!proxy.isUsed()) {
      return repos;
    }
    Map<RepoId, Repo> all = new LinkedHashMap<>(repos);
    all.put(proxy.others().id(), proxy.others());
    return Collections.unmodifiableMap(all);
  }
}
