package org.instantmirror.repo;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What {@code [main]} says of requests with absolute URLs: of the forward proxy, and of proxies
 * that have this mirror as their parent.
 *
 * @param port where the forward proxy listens, 0 for a free one; null for none
 * @param clients who may use it
 * @param peers whose requests, as a proxy's, are answered by their Host
 * @param ports that it connects to
 * @param hosts {@code host:port} (lower case) that it connects to although their addresses are
 *     loopback, private or link-local, or the port isn't one of {@code ports}
 * @param others the repository {@link RepoId#PROXY} of all hosts that no other one names; it stores
 *     nothing where {@code proxy_cache} says so
 * @param mostConnections of clients at once
 * @param mostConnectionsEach of one client, by its address
 * @param mostTunnels CONNECT tunnels at once
 * @param idle how long a connection may be silent
 */
public record ProxySettings(
    @Nullable Integer port,
    List<AddressRange> clients,
    List<AddressRange> peers,
    Set<Integer> ports,
    Set<String> hosts,
    Repo others,
    int mostConnections,
    int mostConnectionsEach,
    int mostTunnels,
    Duration idle) {

  /** Copies the lists and sets. */
  public ProxySettings {
    clients = List.copyOf(clients);
    peers = List.copyOf(peers);
    ports = Set.copyOf(ports);
    hosts = Set.copyOf(hosts);
  }

  /** Whether there is anybody whose absolute URLs are answered. */
  public boolean isUsed() {
    return port != null || !peers.isEmpty();
  }

  /** Whether it connects to that port of that host, whatever the address. */
  public boolean allowsPort(String host, int port) {
    return ports.contains(port) || isNamed(host, port);
  }

  /** Whether the host is one whose address may be anything. */
  public boolean isNamed(String host, int port) {
    return hosts.contains(host + ":" + port);
  }
}
