package org.instantmirror.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection to the forward proxy: one request at a time, or one tunnel. Thread-safe.
 */
final class ProxyClient {

  private final Channel channel;
  private @Nullable ProxyExchange current; // the one being answered; guarded by this
  private @Nullable String server; // whom that was sent to; guarded by this
  private boolean tunnel; // guarded by this
  private boolean stopping; // guarded by this
  private final boolean tooMany;

  /**
   * @param tooMany whether there are more clients than may be: it is told so, and nothing else
   */
  ProxyClient(Channel channel, boolean tooMany) {
    this.channel = channel;
    this.tooMany = tooMany;
  }

  /** Whether it gets no answer but that there are too many. */
  boolean isOneTooMany() {
    return tooMany;
  }

  /** Whether a request waits for its answer, or for the rest of it. */
  synchronized boolean awaitsAnswer() {
    return current != null;
  }

  /** Whether nothing is under way, down to the last byte. */
  boolean isStill() {
    ChannelOutboundBuffer unsent = channel.unsafe().outboundBuffer();
    synchronized (this) {
      return current == null && !tunnel && (unsent == null || unsent.totalPendingWriteBytes() == 0);
    }
  }

  /** Takes no more requests; ends the connection if none is being answered. */
  void stop() {
    synchronized (this) {
      stopping = true;
    }
    if (isStill()) {
      close();
    }
  }

  /**
   * Begins a request.
   *
   * @param hostAndPort whom it is sent to
   * @return false if another one isn't answered yet: their answers could get mixed up; or if the
   *     server stops
   */
  synchronized boolean begin(ProxyExchange exchange, String hostAndPort) {
    if (current != null || stopping) {
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
