package org.instantmirror.server;

import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection to the forward proxy: one request at a time, or one tunnel. Thread-safe.
 */
final class ProxyClient {

  private final Channel channel;
  private @Nullable ProxyExchange current; // the one being answered; guarded by this
  private @Nullable String server; // whom that was sent to; guarded by this
  private boolean tunnel; // guarded by this

  ProxyClient(Channel channel) {
    this.channel = channel;
  }

  /**
   * Begins a request.
   *
   * @param hostAndPort whom it is sent to
   * @return false if another one isn't answered yet: their answers could get mixed up
   */
  synchronized boolean begin(ProxyExchange exchange, String hostAndPort) {
    if (current != null) {
      return false;
    }
    current = exchange;
    server = hostAndPort;
    return true;
  }

  /** The answer to that request has its last byte on the way to the client. */
  synchronized void end(ProxyExchange exchange) {
    if (current == exchange) {
      current = null;
      server = null;
    }
  }

  /** Whether this is the first tunnel that the connection wants. */
  synchronized boolean beginTunnel() {
    boolean first = !tunnel;
    tunnel = true;
    return first;
  }

  /**
   * A server has closed its connection. If its answer isn't whole the client's ends as well: the
   * next answer would be read as the rest of this one.
   */
  void serverLeft(String hostAndPort) {
    boolean broken;
    synchronized (this) {
      broken = hostAndPort.equals(server);
    }
    if (broken) {
      close();
    }
  }

  void close() {
    channel.close();
  }
}
