package org.instantmirror.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpRequest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.instantmirror.http.Via;
import org.instantmirror.mirror.AbsoluteUrls;
import org.instantmirror.repo.Config;
import org.instantmirror.repo.ProxySettings;
import org.jspecify.annotations.Nullable;
import org.littleshoot.proxy.HttpFilters;
import org.littleshoot.proxy.HttpFiltersSourceAdapter;
import org.littleshoot.proxy.HttpProxyServer;
import org.littleshoot.proxy.impl.DefaultHttpProxyServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The forward proxy that clients name in {@code proxy=} or {@code http_proxy}: packages and
 * metadata are handed to the mirror's engine, all else is sent on.
 */
final class ForwardProxy implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ForwardProxy.class);

  /** For 256 ranges in one field, as the mirror's own connector. */
  private static final int HEADER_BYTES = 16 * 1024;

  private static final int LINE_BYTES = 16 * 1024;
  private static final int CONNECT_MILLIS = 10_000;

  private final Config config;
  private final AbsoluteUrls urls;
  private final HandOver handOver = new HandOver();
  private final LeanConnector connector = new LeanConnector(HandOver.address(), 0);
  private final ProxyClients clients;
  private final ProxyThreads threads;
  private @Nullable HttpProxyServer server;

  /**
   * @param config as the server was started with
   */
  ForwardProxy(Config config, AbsoluteUrls urls) {
    this.config = config;
    this.urls = urls;
    this.clients = new ProxyClients(urls::settings);
    this.threads = new ProxyThreads(clients::admit);
  }

  /** Where requests are handed to the engine; starts and stops with the container. */
  LeanConnector connector() {
    return connector;
  }

  /** What lets requests pass there. */
  HandOverValve valve() {
    return new HandOverValve(connector, handOver);
  }

  /**
   * Starts listening; the connector has started.
   *
   * @param port 0 for a free one
   * @throws IOException if it can't, e.g. because the port is taken
   */
  void start(int port) throws IOException {
    ProxySettings settings = config.proxy();
    int enginePort = connector.getLocalPort();
    ProxyExchange.Surroundings around =
        new ProxyExchange.Surroundings(new ProxyGate(urls), clients, handOver, enginePort);
    try {
      server =
          DefaultHttpProxyServer.bootstrap()
              .withAddress(new InetSocketAddress(config.address(), port))
              .withAllowLocalOnly(false)
              .withProxyAlias(Via.PSEUDONYM)
              .withServerResolver(new PublicResolver(urls::settings, enginePort))
              .withIdleConnectionTimeout(settings.idle())
              .withConnectTimeout(CONNECT_MILLIS)
              .withMaxHeaderSize(HEADER_BYTES)
              .withMaxInitialLineLength(LINE_BYTES)
              .withServerGroup(threads)
              .plusActivityTracker(clients)
              .withFiltersSource(
                  new HttpFiltersSourceAdapter() {
                    @Override
                    public HttpFilters filterRequest(
                        HttpRequest request, ChannelHandlerContext context) {
                      return new ProxyExchange(request, context.channel(), around);
                    }
                  })
              .start();
      LOG.info("forward proxy at {}", server.getListenAddress());
    } catch (RuntimeException fault) {
      throw new IOException(
          "proxy_port "
              + port
              + " can't be listened on; is it in use? ("
              + fault.getMessage()
              + ")",
          fault);
    }
  }

  /** Where it listens; -1 if it doesn't. */
  int port() {
    return server == null ? -1 : server.getListenAddress().getPort();
  }

  /** Takes no more connections or requests, and closes connections over which nothing goes. */
  void stop() {
    threads.stopAccepting();
    clients.stop();
  }

  /** Waits for what is under way, tunnels included, and breaks off what takes longer than that. */
  void close(Duration grace) {
    stop();
    clients.awaitStillness(grace);
    if (server != null) {
      server.abort();
    }
    threads.end();
  }

  @Override
  public void close() {
    close(Duration.ZERO);
  }
}
