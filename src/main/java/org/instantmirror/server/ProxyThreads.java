package org.instantmirror.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.littleshoot.proxy.TransportProtocol;
import org.littleshoot.proxy.impl.ServerGroup;

/**
 * The forward proxy's threads: so many, however many connections there are. The one that accepts
 * these is our own, since LittleProxy takes every one, and keeps those that never say anything.
 * Thread-safe.
 */
final class ProxyThreads extends ServerGroup {

  private static final String NAME = "instantmirror";
  private static final int TOWARDS_CLIENTS = 4;
  private static final int TOWARDS_SERVERS = 4;

  private final Acceptor acceptor;

  /**
   * @param admission looks at a connection that has just come; one that it doesn't admit is closed
   */
  ProxyThreads(Predicate<Channel> admission) {
    super(NAME, 1, TOWARDS_CLIENTS, TOWARDS_SERVERS);
    this.acceptor = new Acceptor(admission);
  }

  @Override
  public EventLoopGroup getClientToProxyAcceptorPoolForTransport(TransportProtocol protocol) {
    return acceptor;
  }

  /** Takes no more connections; those that there are stay. */
  void stopAccepting() {
    Channel listening = acceptor.listening;
    if (listening != null) {
      listening.close().awaitUninterruptibly();
    }
  }

  /** Ends the thread that accepts; the others end with the last server. */
  void end() {
    acceptor.shutdownGracefully(0, 0, TimeUnit.SECONDS);
  }

  private static final class Acceptor extends MultiThreadIoEventLoopGroup {
    private final Predicate<Channel> admission;
    private volatile @Nullable Channel listening;

    Acceptor(Predicate<Channel> admission) {
      super(1, new DefaultThreadFactory(NAME + "-proxy-accept", true), NioIoHandler.newFactory());
      this.admission = admission;
    }

    @Override
    public ChannelFuture register(Channel server) {
      server.pipeline().addFirst(new Door(admission));
      listening = server;
      return super.register(server);
    }
  }

  /** Sees each connection before LittleProxy does. */
  private static final class Door extends ChannelInboundHandlerAdapter {
    private final Predicate<Channel> admission;

    Door(Predicate<Channel> admission) {
      this.admission = admission;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
      Channel client = (Channel) accepted;
      if (admission.test(client)) {
        context.fireChannelRead(client);
      } else {
        client.unsafe().closeForcibly();
      }
    }
  }
}
