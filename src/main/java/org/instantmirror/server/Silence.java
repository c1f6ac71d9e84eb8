package org.instantmirror.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Closes a client's connection over which no byte has come or gone for a while. LittleProxy doesn't
 * where the last one to say something was the server.
 */
final class Silence extends IdleStateHandler {

  private final ProxyClient client;

  Silence(Duration longest, ProxyClient client) {
    super(0, 0, longest.toMillis(), TimeUnit.MILLISECONDS);
    this.client = client;
  }

  @Override
  protected void channelIdle(ChannelHandlerContext context, IdleStateEvent event) {
    // While a server is silent LittleProxy answers 504, at about the same time: it goes first.
    if (!event.isFirst() || !client.awaitsAnswer()) {
      context.close();
    }
  }
}
