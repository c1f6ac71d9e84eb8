package org.instantmirror.server;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.instantmirror.server.ProxyGate.Verdict;
import org.jspecify.annotations.Nullable;
import org.littleshoot.proxy.HttpFiltersAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request to the forward proxy, and its answer. Used by the threads of its connections. */
final class ProxyExchange extends HttpFiltersAdapter {

  private static final Logger LOG = LoggerFactory.getLogger("org.instantmirror.proxy");

  private static final int RETRY_AFTER_SECONDS = 5;

  private final Surroundings around;
  private final Channel channel;
  private final ProxyClient client;
  private final String address;
  private final boolean headOnly;
  private @Nullable ProxyTarget ours;
  private volatile boolean begun; // the head of the answer has come

  /** What all of them need. */
  record Surroundings(ProxyGate gate, ProxyClients clients, HandOver handOver, int enginePort) {}

  ProxyExchange(HttpRequest request, Channel channel, Surroundings around) {
    super(request);
    this.around = around;
    this.headOnly = request.method().equals(HttpMethod.HEAD);
    this.channel = channel;
    this.client = around.clients().of(channel);
    this.address = ((InetSocketAddress) channel.remoteAddress()).getAddress().getHostAddress();
  }

  @Override
  public @Nullable HttpResponse clientToProxyRequest(HttpObject part) {
    if (!(part instanceof HttpRequest request)) {
      return null;
    }
    Verdict verdict =
        around
            .gate()
            .judge(request.method().name(), request.uri(), name -> joined(request, name), address);
    if (verdict instanceof Verdict.Refused refused) {
      return refusal(request, refused.status(), refused.why());
    }
    if (client.isOneTooMany()) {
      return refusal(
          request,
          503,
          "Too many connections are open: see proxy_connections, proxy_client_connections.");
    }
    if (verdict instanceof Verdict.Tunnel tunnel) {
      LOG.info("{} CONNECT {}", address, tunnel.target().hostAndPort());
      return around.clients().beginTunnel(client, channel)
          ? null
          : refusal(request, 503, "Too many tunnels are open: see proxy_tunnels.");
    }
    return begin(request, verdict);
  }

  private @Nullable HttpResponse begin(HttpRequest request, Verdict verdict) {
    ProxyTarget target;
    String server;
    if (verdict instanceof Verdict.Ours ourOwn) {
      target = ourOwn.target();
      ours = target;
      server = HandOver.HOST + ":" + around.enginePort();
    } else {
      target = ((Verdict.SentOn) verdict).target();
      server = target.hostAndPort();
      LOG.info("{} {} http://{}{}", address, request.method(), target.authority(), target.path());
    }
    if (!client.begin(this, server)) {
      client.close();
      return refusal(request, 400, "One request at a time.");
    }
    request.setUri("http://" + server + target.pathAndQuery());
    // RFC 9112 section 3.2.2: the field is what the target says, whatever the client wrote there.
    request.headers().set(HttpHeaderNames.HOST, target.authority());
    return null;
  }

  @Override
  public @Nullable HttpResponse proxyToServerRequest(HttpObject part) {
    ProxyTarget target = ours;
    if (part instanceof HttpRequest request) {
      request.headers().remove(HandOver.FIELD);
      if (target != null) {
        request.headers().set(HandOver.FIELD, around.handOver().field(address));
        request.headers().set(HttpHeaderNames.HOST, target.authority());
      }
    }
    return null;
  }

  @Override
  public HttpObject proxyToClientResponse(HttpObject part) {
    if (part instanceof HttpResponse head && head.status().code() >= 200) {
      begun = true;
      if (isBodiless(head)) {
        // To the client it is whole, and the next request may be on its way.
        client.end(this);
      }
    }
    // The empty end of a bodiless answer may come when the next request has begun, to that one.
    if (part instanceof LastHttpContent && begun) {
      client.end(this);
    }
    return part;
  }

  private boolean isBodiless(HttpResponse head) {
    int status = head.status().code();
    return headOnly
        || status == 204
        || status == 304
        || "0".equals(head.headers().get(HttpHeaderNames.CONTENT_LENGTH));
  }

  private static @Nullable String joined(HttpRequest request, String name) {
    List<String> all = request.headers().getAll(name);
    return all.isEmpty() ? null : String.join(", ", all);
  }

  private HttpResponse refusal(HttpRequest request, int status, String why) {
    LOG.info("{} {} {} refused: {}", address, request.method(), request.uri(), why);
    byte[] body = (why + "\n").getBytes(StandardCharsets.UTF_8);
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), Unpooled.wrappedBuffer(body));
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/plain;charset=UTF-8");
    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.length);
    response.headers().set(HttpHeaderNames.CACHE_CONTROL, "no-store");
    if (status == 503) {
      response.headers().set(HttpHeaderNames.RETRY_AFTER, RETRY_AFTER_SECONDS);
    }
    // What follows may be a body that nobody has read.
    response.headers().set(HttpHeaderNames.CONNECTION, "close");
    return response;
  }
}
