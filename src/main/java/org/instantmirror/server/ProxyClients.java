package org.instantmirror.server;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.instantmirror.repo.ProxySettings;
import org.littleshoot.proxy.ActivityTrackerAdapter;
import org.littleshoot.proxy.FullFlowContext;

/**
 * The connections of the forward proxy's clients, and how many there may be. LittleProxy leaves a
 * client's connection open when a server closes its own in the middle of an answer; this doesn't.
 * Thread-safe.
 */
final class ProxyClients extends ActivityTrackerAdapter {

  private static final AttributeKey<ProxyClient> CLIENT =
      AttributeKey.valueOf(ProxyClients.class, "client");

  /**
   * What is more than the limit is told so with an answer, for which it must be let in; what is
   * more than this many times the limit isn't.
   */
  private static final int SLACK = 2;

  /** How long nothing may have gone out before the last parts of answers count as gone. */
  private static final int STILL_ROUNDS = 5;

  private static final int ROUND_MILLIS = 20;

  private final Map<SocketAddress, ProxyClient> byAddress = new ConcurrentHashMap<>();
  private final Supplier<ProxySettings> settings;

  // All guarded by this.
  private final Map<InetAddress, Integer> ofAddress = new HashMap<>();
  private int all;
  private int tunnels;
  private boolean stopping;

  /**
   * @param settings at the moment
   */
  ProxyClients(Supplier<ProxySettings> settings) {
    this.settings = settings;
  }

  /** Takes a new connection in, or doesn't. */
  boolean admit(Channel channel) {
    if (!(channel.remoteAddress() instanceof InetSocketAddress address)) {
      // It has gone already.
      return false;
    }
    ProxySettings limits = settings.get();
    boolean tooMany;
    synchronized (this) {
      int here = all + 1;
      int fromThere = ofAddress.getOrDefault(address.getAddress(), 0) + 1;
      if (stopping
          || here > SLACK * limits.mostConnections()
          || fromThere > SLACK * limits.mostConnectionsEach()) {
        return false;
      }
      tooMany = here > limits.mostConnections() || fromThere > limits.mostConnectionsEach();
      all = here;
      ofAddress.put(address.getAddress(), fromThere);
    }
    ProxyClient client = new ProxyClient(channel, tooMany);
    channel.attr(CLIENT).set(client);
    byAddress.put(address, client);
    channel.closeFuture().addListener(closed -> left(address, client));
    channel.pipeline().addFirst(new Silence(limits.idle(), client));
    return true;
  }

  private void left(InetSocketAddress address, ProxyClient client) {
    byAddress.remove(address, client);
    synchronized (this) {
      all--;
      ofAddress.computeIfPresent(
          address.getAddress(), (same, count) -> count == 1 ? null : count - 1);
    }
  }

  /** The client at the other end of a channel that was admitted. */
  ProxyClient of(Channel channel) {
    return channel.attr(CLIENT).get();
  }

  /**
   * Takes a place for a tunnel, until the client's connection is closed; false if all are taken.
   */
  boolean beginTunnel(ProxyClient client, Channel channel) {
    if (!client.beginTunnel()) {
      return true;
    }
    synchronized (this) {
      if (tunnels >= settings.get().mostTunnels()) {
        return false;
      }
      tunnels++;
    }
    channel.closeFuture().addListener(closed -> tunnelLeft());
    return true;
  }

  private synchronized void tunnelLeft() {
    tunnels--;
  }

  @Override
  public void serverDisconnected(FullFlowContext flow, InetSocketAddress server) {
    ProxyClient client = byAddress.get(flow.getClientAddress());
    if (client != null) {
      client.serverLeft(flow.getServerHostAndPort());
    }
  }

  /** Closes connections over which nothing is under way, and begins nothing new on the others. */
  void stop() {
    synchronized (this) {
      stopping = true;
    }
    byAddress.values().forEach(ProxyClient::stop);
  }

  /**
   * Waits until nothing is under way, tunnels included; not longer than that.
   *
   * <p>It looks again and again: the last part of an answer is on its way to its connection when
   * the answer has ended for us, and there is nothing that would tell of it.
   */
  void awaitStillness(Duration longest) {
    long until = System.nanoTime() + longest.toNanos();
    int still = 0;
    try {
      while (still < STILL_ROUNDS && System.nanoTime() < until) {
        still = byAddress.values().stream().allMatch(ProxyClient::isStill) ? still + 1 : 0;
        if (byAddress.isEmpty()) {
          return;
        }
        Thread.sleep(ROUND_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
