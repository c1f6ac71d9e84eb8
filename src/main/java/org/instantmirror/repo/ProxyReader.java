package org.instantmirror.repo;

import java.util.List;
import java.util.Set;

/** Reads what {@code [main]} says of requests with absolute URLs. */
final class ProxyReader {

  /** Each host is somebody else's; no more than a repository may have. */
  private static final int MOST_DOWNLOADS = 1000;

  private final Settings main;

  ProxyReader(Settings main) {
    this.main = main;
  }

  /** The settings. */
  ProxySettings read() throws ConfigException {
    Set<String> hosts = Set.copyOf(main.get(ConfigKey.PROXY_HOSTS).as(ValueSyntax::hostAndPorts));
    Setting port = main.get(ConfigKey.PROXY_PORT);
    return new ProxySettings(
        port.isEmpty() ? null : port.as(text -> ValueSyntax.integer(text, 0, 65_535)),
        main.get(ConfigKey.PROXY_CLIENTS).as(ValueSyntax::addressRanges),
        main.get(ConfigKey.PROXY_PEERS).as(ValueSyntax::addressRanges),
        main.get(ConfigKey.PROXY_PORTS).as(ValueSyntax::ports),
        hosts,
        others(hosts),
        main.get(ConfigKey.PROXY_CONNECTIONS).as(text -> ValueSyntax.integer(text, 1, 100_000)),
        main.get(ConfigKey.PROXY_CLIENT_CONNECTIONS)
            .as(text -> ValueSyntax.integer(text, 1, 100_000)),
        main.get(ConfigKey.PROXY_TUNNELS).as(text -> ValueSyntax.integer(text, 0, 100_000)),
        main.get(ConfigKey.PROXY_IDLE).as(text -> ValueSyntax.duration(text, "1s", "1d")));
  }

  /**
   * Credentials, keys and what else is for the administrator's own upstreams don't go there. Nor is
   * a base URL's host one whose address may be anything: below its base URL it is a repository's.
   */
  private Repo others(Set<String> hosts) throws ConfigException {
    Policy policy = Policy.of(Profiles.inherited(main));
    boolean stores = main.get(ConfigKey.PROXY_CACHE).as(ValueSyntax::yesOrNo);
    return new Repo(
        RepoId.PROXY,
        "Hosts that no repository names",
        List.of(BaseUrl.ANY_HOST),
        null,
        stores ? policy.classifier() : new Classifier(List.of(), List.of("**")),
        policy.lifetimes(),
        policy.transport().allowingRedirectsTo(hosts),
        policy.retries(),
        MOST_DOWNLOADS,
        policy.segmentation(),
        policy.bandwidth(),
        SignaturePolicy.NONE,
        Access.of(main),
        ClientOptions.NONE,
        policy.prefetch(),
        policy.retention());
  }
}
