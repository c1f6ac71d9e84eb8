package org.instantmirror.server;

import java.net.InetAddress;
import java.time.Duration;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.Response;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.jspecify.annotations.Nullable;

/**
 * A connector for thousands of clients. It gives each connection's response a small buffer: the
 * mirror writes whole chunks, which go past it to the socket's own, and Tomcat keeps three times
 * its size for as long as a client takes to read.
 */
class LeanConnector extends Connector {

  private static final int RESPONSE_BUFFER = 512;

  /**
   * zchunk clients send 256 ranges (5 kB and more) in one field; Tomcat allots this to each
   * connection.
   */
  private static final int HEADER_BYTES = 16 * 1024;

  /** A client that takes nothing for this long is given up. */
  private static final Duration CLIENT_TIMEOUT = Duration.ofSeconds(60);

  private static final Duration KEEP_ALIVE = Duration.ofSeconds(30);

  /** They are held only while a request is judged and small files are read. */
  private static final int THREADS = 64;

  private static final int CONNECTIONS = 20_000;

  /**
   * What the system may hold for each connection. It would let this grow to megabytes, and fill
   * that for each of thousands of slow clients as soon as they come, at the cost of everybody else.
   */
  private static final int SEND_BUFFER = 256 * 1024;

  /** Package names hold {@code ^}; Tomcat would refuse it unencoded. */
  private static final String RELAXED_PATH = "^[]{}|`";

  /**
   * @param address null for all addresses
   * @param port 0 for a free one
   */
  LeanConnector(@Nullable InetAddress address, int port) {
    setPort(port);
    setProperty("bindOnInit", "false");
    AbstractHttp11Protocol<?> protocol = protocol();
    if (address != null) {
      protocol.setAddress(address);
    }
    protocol.setMaxHttpRequestHeaderSize(HEADER_BYTES);
    protocol.setRelaxedPathChars(RELAXED_PATH);
    protocol.setRelaxedQueryChars(RELAXED_PATH);
    protocol.setConnectionTimeout((int) CLIENT_TIMEOUT.toMillis());
    protocol.setKeepAliveTimeout((int) KEEP_ALIVE.toMillis());
    protocol.setMaxKeepAliveRequests(-1);
    protocol.setMaxThreads(THREADS);
    protocol.setMaxConnections(CONNECTIONS);
    protocol.setAcceptCount(1024);
    // For each connection: thousands of slow clients are to cost little. A request to a mirror has
    // no body, hence no trailers.
    protocol.setMaxTrailerSize(256);
    protocol.setProperty("socket.txBufSize", Integer.toString(SEND_BUFFER));
    // Outside the heap, where the collector doesn't move them and a write needn't copy them.
    protocol.setProperty("socket.directBuffer", "true");
    protocol.setProperty("socket.appReadBufSize", "2048");
    protocol.setProperty("socket.appWriteBufSize", "16384");
    setEnableLookups(false);
    setXpoweredBy(false);
    setAllowTrace(false);
  }

  /** How it speaks. */
  final AbstractHttp11Protocol<?> protocol() {
    return (AbstractHttp11Protocol<?>) getProtocolHandler();
  }

  /** Without a name for MBeans connections aren't registered, one by one under a lock. */
  @Override
  protected @Nullable String getDomainInternal() {
    return null;
  }

  @Override
  public Response createResponse(org.apache.coyote.Response coyoteResponse) {
    return new Response(coyoteResponse, RESPONSE_BUFFER);
  }
}
