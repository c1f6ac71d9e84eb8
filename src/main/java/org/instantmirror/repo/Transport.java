package org.instantmirror.repo;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the upstreams of a repository are spoken to. Those that are equal when {@link #connecting}
 * can share connections. A value; the contents of the files that it names are not part of it.
 *
 * @param connectTimeout until a connection stands, TLS included
 * @param timeout without a byte, and the window over which {@code minRate} is judged
 * @param minRate bytes a second below which a transfer counts as stalled; 0 for no limit
 * @param proxy an HTTP proxy, {@code http://host:port}, or null
 * @param proxyUsername for Basic authentication at the proxy
 * @param proxyPassword for Basic authentication at the proxy
 * @param sslVerify whether certificates and host names are verified
 * @param sslCaCert PEM file of trusted authorities in place of the JDK's
 * @param sslClientCert PEM file of the client certificate chain
 * @param sslClientKey PEM file of its PKCS#8 or PKCS#1 key; null if it is in {@code sslClientCert}
 * @param username for Basic authentication at the base URLs and the list's own server only
 * @param password of that user
 * @param redirectHosts {@code host:port} (lower case; an IPv6 address in brackets) that a redirect
 *     may lead to although their addresses are loopback, private or link-local; a Transport of
 *     {@link ConfigReader} holds those of all base URLs too
 * @param maxConnectionsPerHost connections at once to one host
 */
public record Transport(
    Duration connectTimeout,
    Duration timeout,
    long minRate,
    @Nullable URI proxy,
    @Nullable String proxyUsername,
    @Nullable String proxyPassword,
    boolean sslVerify,
    @Nullable Path sslCaCert,
    @Nullable Path sslClientCert,
    @Nullable Path sslClientKey,
    @Nullable String username,
    @Nullable String password,
    Set<String> redirectHosts,
    int maxConnectionsPerHost) {

  /** Copies the set. */
  public Transport {
    redirectHosts = Set.copyOf(redirectHosts);
  }

  /** The same, and redirects may lead to those hosts. */
  Transport allowingRedirectsTo(Set<String> hostAndPorts) {
    Set<String> all = new HashSet<>(redirectHosts);
    all.addAll(hostAndPorts);
    return redirectingTo(all);
  }

  /** The same, and redirects may not lead to those hosts. */
  Transport refusingRedirectsTo(Set<String> hostAndPorts) {
    Set<String> others = new HashSet<>(redirectHosts);
    others.removeAll(hostAndPorts);
    return redirectingTo(others);
  }

  /**
   * What decides how connections are made: where redirects may lead doesn't, and it changes for all
   * repositories when one with a new host is added.
   */
  public Transport connecting() {
    return redirectingTo(Set.of());
  }

  private Transport redirectingTo(Set<String> hostAndPorts) {
    return new Transport(
        connectTimeout,
        timeout,
        minRate,
        proxy,
        proxyUsername,
        proxyPassword,
        sslVerify,
        sslCaCert,
        sslClientCert,
        sslClientKey,
        username,
        password,
        hostAndPorts,
        maxConnectionsPerHost);
  }

  @Override
  public String toString() {
    return "Transport[credentials hidden]";
  }
}
