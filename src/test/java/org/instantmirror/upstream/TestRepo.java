package org.instantmirror.upstream;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.instantmirror.repo.Access;
import org.instantmirror.repo.Bandwidth;
import org.instantmirror.repo.BaseUrl;
import org.instantmirror.repo.Classifier;
import org.instantmirror.repo.ClientOptions;
import org.instantmirror.repo.Lifetimes;
import org.instantmirror.repo.PrefetchPolicy;
import org.instantmirror.repo.Repo;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repo.Retention;
import org.instantmirror.repo.Segmentation;
import org.instantmirror.repo.SignaturePolicy;
import org.instantmirror.repo.Transport;
import org.jspecify.annotations.Nullable;

/** Builds repositories for tests; one test's thread. */
final class TestRepo {
  private final List<String> baseUrls;
  private Duration connectTimeout = Duration.ofSeconds(5);
  private Duration timeout = Duration.ofSeconds(10);
  private long minRate;
  private @Nullable URI proxy;
  private @Nullable String proxyUsername;
  private @Nullable String proxyPassword;
  private boolean sslVerify = true;
  private @Nullable Path caCert;
  private @Nullable Path clientCert;
  private @Nullable Path clientKey;
  private @Nullable String username;
  private @Nullable String password;
  private Set<String> redirectHosts = Set.of();
  private int maxConnections = 4;
  private Bandwidth bandwidth = Bandwidth.UNLIMITED;

  private TestRepo(List<String> baseUrls) {
    this.baseUrls = baseUrls;
  }

  static TestRepo at(String... baseUrls) {
    return new TestRepo(List.of(baseUrls));
  }

  TestRepo connectTimeout(Duration value) {
    connectTimeout = value;
    return this;
  }

  TestRepo timeout(Duration value) {
    timeout = value;
    return this;
  }

  TestRepo bandwidth(String value) {
    bandwidth = Bandwidth.of(value, "100%");
    return this;
  }

  TestRepo minRate(long bytesPerSecond) {
    minRate = bytesPerSecond;
    return this;
  }

  TestRepo proxy(URI value) {
    proxy = value;
    return this;
  }

  TestRepo proxyCredentials(String name, String secret) {
    proxyUsername = name;
    proxyPassword = secret;
    return this;
  }

  TestRepo credentials(String name, String secret) {
    username = name;
    password = secret;
    return this;
  }

  TestRepo trustingAnybody() {
    sslVerify = false;
    return this;
  }

  TestRepo caCert(Path pem) {
    caCert = pem;
    return this;
  }

  TestRepo clientCert(Path certificate, @Nullable Path key) {
    clientCert = certificate;
    clientKey = key;
    return this;
  }

  TestRepo redirectHosts(String... hostPorts) {
    redirectHosts = Set.of(hostPorts);
    return this;
  }

  TestRepo maxConnections(int value) {
    maxConnections = value;
    return this;
  }

  Transport transport() {
    return new Transport(
        connectTimeout,
        timeout,
        minRate,
        proxy,
        proxyUsername,
        proxyPassword,
        sslVerify,
        caCert,
        clientCert,
        clientKey,
        username,
        password,
        redirectHosts,
        maxConnections);
  }

  Repo build() {
    return new Repo(
        new RepoId("test"),
        "test",
        baseUrls.stream().map(BaseUrl::new).toList(),
        null,
        new Classifier(List.of(), List.of()),
        new Lifetimes(
            Duration.ofSeconds(60),
            Duration.ofHours(1),
            Duration.ofSeconds(5),
            Duration.ofHours(48),
            true,
            3,
            Duration.ZERO,
            Duration.ZERO),
        transport(),
        4,
        3,
        Segmentation.USUAL,
        bandwidth,
        SignaturePolicy.NONE,
        Access.ALL,
        ClientOptions.NONE,
        PrefetchPolicy.METADATA,
        Retention.USUAL);
  }

  /** A GET with these fields, given as name, value, name, value. */
  UpstreamRequest get(URI uri, String... fields) {
    return request("GET", uri, fields);
  }

  UpstreamRequest request(String method, URI uri, String... fields) {
    List<Map.Entry<String, String>> headers =
        Stream.iterate(0, i -> i < fields.length, i -> i + 2)
            .map(i -> Map.entry(fields[i], fields[i + 1]))
            .toList();
    return new UpstreamRequest(build(), method, uri, headers);
  }
}
