package org.instantmirror.upstream;

import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.instantmirror.repo.Transport;
import org.instantmirror.upstream.KnownOrigins.Standing;
import org.jspecify.annotations.Nullable;

/**
 * The connection pools, one for each distinct transport and way of trusting a host, made when first
 * needed, and closed when the configuration knows no such transport any more and nobody uses it.
 * Because foreign hosts have a pool of their own, a connection in it was checked when it was made,
 * and one that was made with a client certificate is never used for another host. Thread-safe.
 */
final class ConnectionPools implements Closeable {

  private static final int HOSTS_PER_POOL = 32;
  private static final Http1Config LIMITS =
      Http1Config.custom().setMaxHeaderCount(200).setMaxLineLength(16 * 1024).build();
  private static final TimeValue IDLE_LIMIT = TimeValue.ofSeconds(30);
  private static final TimeValue LIFE_LIMIT = TimeValue.ofMinutes(10);

  /** After this long unused, a connection is looked at for an end of the stream before its use. */
  private static final TimeValue VALIDATE_AFTER = TimeValue.ofMilliseconds(500);

  private final String userAgent;
  private final DnsResolver dns;
  private final LongSupplier nanoClock;
  private final Map<Key, Pool> pools = new ConcurrentHashMap<>();
  private volatile @Nullable Transports inForce;
  private volatile boolean closed;

  ConnectionPools(String userAgent, DnsResolver dns, LongSupplier nanoClock) {
    this.userAgent = userAgent;
    this.dns = dns;
    this.nanoClock = nanoClock;
  }

  private record Key(
      Transport connecting, TlsFiles tls, boolean withClientCertificate, boolean publicOnly) {}

  /**
   * A client and the pool of its connections, for one user more: whoever got it from {@link
   * ConnectionPools#pool} has to {@link #leave} it when his answer has begun or failed.
   */
  static final class Pool {

    private final CloseableHttpClient client;
    private final PoolingHttpClientConnectionManager connections;
    private int users; // guarded by this
    private boolean retired; // guarded by this

    /**
     * @param client sends one request and nothing more: no redirects, retries, cookies
     * @param connections of that client alone
     */
    Pool(CloseableHttpClient client, PoolingHttpClientConnectionManager connections) {
      this.client = client;
      this.connections = connections;
    }

    /** Sends one request and nothing more. */
    CloseableHttpClient client() {
      return client;
    }

    /** False if it is closed. */
    private synchronized boolean enter() {
      if (retired) {
        return false;
      }
      users++;
      return true;
    }

    /** From now on only connections that are still read from keep it open. */
    synchronized void leave() {
      users--;
    }

    /** Closes it if nobody uses it; whether it did. */
    private boolean retire() {
      synchronized (this) {
        if (users > 0 || connections.getTotalStats().getLeased() > 0) {
          return false;
        }
        retired = true;
      }
      client.close(CloseMode.IMMEDIATE);
      return true;
    }

    /** Closes what isn't in use and has been unused for a while. */
    void sweep() {
      connections.closeExpired();
      connections.closeIdle(IDLE_LIMIT);
    }

    /** Closes what isn't in use, after one of them has turned out to be dead. */
    void closeIdle() {
      connections.closeIdle(TimeValue.ZERO_MILLISECONDS);
    }
  }

  /** Has pools of other transports, and of files that held something else, closed by and by. */
  void use(Transports transports) {
    inForce = transports;
    sweep();
  }

  /** How many there are. */
  int count() {
    return pools.size();
  }

  /**
   * The pool for a host of that standing; to be {@linkplain Pool#leave left}.
   *
   * @throws IOException if the transport's TLS files are unfit; the message names the file
   * @throws IllegalStateException if the pools are closed
   */
  Pool pool(Transport transport, Standing standing) throws IOException {
    Transport connecting = transport.connecting();
    Key key =
        new Key(
            connecting,
            tls(connecting),
            standing == Standing.CONFIGURED && transport.sslClientCert() != null,
            // Behind a proxy only the proxy's name is resolved, and that one is configured.
            standing == Standing.FOREIGN && transport.proxy() == null);
    while (true) {
      Pool pool = pooled(key);
      if (pool.enter()) {
        return pool;
      }
      pools.remove(key, pool);
    }
  }

  private Pool pooled(Key key) throws IOException {
    Pool known = pools.get(key);
    if (known != null) {
      return known;
    }
    Pool made = make(key);
    Pool raced = pools.putIfAbsent(key, made);
    if (raced != null || closed) {
      // Closed only now, it may have been missed by close().
      made.client().close(CloseMode.IMMEDIATE);
    }
    if (closed) {
      throw new IllegalStateException("closed");
    }
    return raced == null ? made : raced;
  }

  /** Of a repository that isn't configured any more, whose transfers go on, they are read anew. */
  private TlsFiles tls(Transport connecting) throws IOException {
    Transports configured = inForce;
    TlsFiles known = configured == null ? null : configured.files(connecting);
    return known == null ? TlsFiles.read(connecting) : known;
  }

  private boolean isInForce(Key key) {
    Transports configured = inForce;
    return configured == null || key.tls.equals(configured.files(key.connecting));
  }

  /**
   * Closes connections that nobody has used for a while, in all pools, and pools that nobody will.
   */
  void sweep() {
    pools.forEach(
        (key, pool) -> {
          if (isInForce(key) || !pool.retire()) {
            pool.sweep();
          } else {
            pools.remove(key, pool);
          }
        });
  }

  @Override
  public void close() {
    closed = true;
    pools.values().forEach(pool -> pool.client().close(CloseMode.IMMEDIATE));
  }

  /** The proxy's host and port, or null. */
  static @Nullable HttpHost proxy(Transport transport) {
    URI proxy = transport.proxy();
    return proxy == null
        ? null
        : Origin.of(proxy)
            .map(origin -> new HttpHost(origin.scheme(), origin.host(), origin.port()))
            .orElseThrow(() -> new IllegalArgumentException("not a proxy's URL"));
  }

  private Pool make(Key key) throws IOException {
    Transport transport = key.connecting;
    PoolingHttpClientConnectionManager connections = connections(key);
    CloseableHttpClient client =
        HttpClientBuilder.create()
            .setConnectionManager(connections)
            .setUserAgent(userAgent)
            .setProxy(proxy(transport))
            .setDefaultRequestConfig(requestConfig(transport))
            .disableRedirectHandling()
            .disableAutomaticRetries()
            .disableCookieManagement()
            .disableAuthCaching()
            // Files pass as they are: a .gz stays a .gz.
            .disableContentCompression()
            // Or connections with a client certificate would be kept for nobody.
            .disableConnectionState()
            .build();
    return new Pool(client, connections);
  }

  private static RequestConfig requestConfig(Transport transport) {
    return RequestConfig.custom()
        .setConnectionRequestTimeout(timeout(transport.timeout()))
        .setResponseTimeout(timeout(transport.timeout()))
        .setDefaultKeepAlive(IDLE_LIMIT.getDuration(), IDLE_LIMIT.getTimeUnit())
        .setRedirectsEnabled(false)
        .setAuthenticationEnabled(false)
        .setContentCompressionEnabled(false)
        .setProtocolUpgradeEnabled(false)
        .setExpectContinueEnabled(false)
        .build();
  }

  private PoolingHttpClientConnectionManager connections(Key key) throws IOException {
    Transport transport = key.connecting;
    return PoolingHttpClientConnectionManagerBuilder.create()
        .setConnectionFactory(
            ManagedHttpClientConnectionFactory.builder()
                .http1Config(LIMITS)
                .incomingContentLengthStrategy(MessageFraming.INSTANCE)
                .responseParserFactory(
                    AnswerHeadParser.factory(LIMITS, transport.timeout(), nanoClock))
                .build())
        .setDnsResolver(key.publicOnly ? new PublicAddressResolver(dns) : dns)
        .setTlsSocketStrategy(key.tls.strategy(key.withClientCertificate))
        .setDefaultTlsConfig(
            TlsConfig.custom().setHandshakeTimeout(timeout(transport.connectTimeout())).build())
        .setDefaultConnectionConfig(
            ConnectionConfig.custom()
                .setConnectTimeout(timeout(transport.connectTimeout()))
                .setSocketTimeout(timeout(transport.timeout()))
                .setTimeToLive(LIFE_LIMIT)
                .setValidateAfterInactivity(VALIDATE_AFTER)
                .build())
        .setDefaultSocketConfig(
            SocketConfig.custom().setSoTimeout(timeout(transport.timeout())).build())
        .setMaxConnPerRoute(transport.maxConnectionsPerHost())
        .setMaxConnTotal(transport.maxConnectionsPerHost() * HOSTS_PER_POOL)
        .setOffLockDisposalEnabled(true)
        .build();
  }

  private static Timeout timeout(Duration duration) {
    return Timeout.ofMilliseconds(duration.toMillis());
  }
}
