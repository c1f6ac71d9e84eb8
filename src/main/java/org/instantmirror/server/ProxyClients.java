package org.instantmirror.server;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.littleshoot.proxy.ActivityTrackerAdapter;
import org.littleshoot.proxy.FullFlowContext;

/**
 * The connections of the forward proxy's clients. LittleProxy leaves a client's connection open
 * when a server closes its own in the middle of an answer; this doesn't. Thread-safe.
 */
final class ProxyClients extends ActivityTrackerAdapter {

  private final Map<SocketAddress, ProxyClient> byAddress = new ConcurrentHashMap<>();
  private final Semaphore tunnels;

  ProxyClients(int mostTunnels) {
    this.tunnels = new Semaphore(mostTunnels);
  }

  /** The client at the other end of a channel. */
  ProxyClient of(Channel channel) {
    SocketAddress address = channel.remoteAddress();
    ProxyClient known = byAddress.get(address);
    if (known != null) {
      return known;
    }
    ProxyClient client = new ProxyClient(channel);
    byAddress.put(address, client);
    channel.closeFuture().addListener(closed -> byAddress.remove(address, client));
    return client;
  }

  /**
   * Takes a place for a tunnel, until the client's connection is closed; false if all are taken.
   */
  boolean beginTunnel(ProxyClient client, Channel channel) {
    if (!client.beginTunnel()) {
      return true;
    }
    if (!tunnels.tryAcquire()) {
      return false;
    }
    channel.closeFuture().addListener(closed -> tunnels.release());
    return true;
  }

  @Override
  public void serverDisconnected(FullFlowContext flow, InetSocketAddress server) {
    ProxyClient client = byAddress.get(flow.getClientAddress());
    if (client != null) {
      client.serverLeft(flow.getServerHostAndPort());
    }
  }
}
