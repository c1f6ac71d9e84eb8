package org.instantmirror.upstream;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hc.client5.http.auth.AuthExchange;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.impl.auth.BasicScheme;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.HttpHost;
import org.instantmirror.http.Via;
import org.instantmirror.repo.Transport;
import org.instantmirror.upstream.KnownOrigins.Standing;

/** What is sent on one hop: the caller's fields, ours, and credentials where they belong. */
final class OutgoingRequest {

  /**
   * Fields that are never taken from a caller: ours, those of one connection (RFC 9110 section
   * 7.6.1), and those that tell of a client what is no upstream's business.
   */
  private static final Set<String> NOT_FORWARDED =
      Set.of(
          "accept-encoding",
          "authorization",
          "connection",
          "content-length",
          "cookie",
          "expect",
          "host",
          "keep-alive",
          "proxy-authorization",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "user-agent",
          "via");

  private OutgoingRequest() {}

  /** The message for one hop. It can be sent once. */
  static HttpUriRequestBase message(
      UpstreamRequest request, URI uri, Origin origin, Standing standing) {
    HttpUriRequestBase message = new HttpUriRequestBase(request.method(), uri);
    message.setScheme(origin.scheme());
    for (Map.Entry<String, String> field : request.headers()) {
      String name = field.getKey().toLowerCase(Locale.ROOT);
      if (!NOT_FORWARDED.contains(name) || isStrangers(name, request, origin)) {
        message.addHeader(field.getKey(), field.getValue());
      }
    }
    message.setHeader("Accept-Encoding", "identity");
    // RFC 9110 section 7.6.3: a gateway's duty; it also shows a mirror that was pointed at itself.
    message.setHeader("Via", Via.OWN);
    Transport transport = request.repo().transport();
    String username = transport.username();
    if (standing == Standing.CONFIGURED && username != null) {
      String password = Optional.ofNullable(transport.password()).orElse("");
      byte[] pair = (username + ":" + password).getBytes(StandardCharsets.UTF_8);
      message.setHeader("Authorization", "Basic " + Base64.getEncoder().encodeToString(pair));
    }
    return message;
  }

  /**
   * Whether the field is for the very host whose URL a client asked for: after a redirect to
   * another one it doesn't go there.
   */
  private static boolean isStrangers(String name, UpstreamRequest request, Origin origin) {
    return (name.equals("authorization") || name.equals("cookie"))
        && request.repo().isOfStrangers()
        && Origin.of(request.uri()).filter(origin::equals).isPresent();
  }

  /**
   * What goes beside the message: Basic authentication at the proxy, without waiting to be asked,
   * for CONNECT too.
   */
  static HttpClientContext context(Transport transport) {
    HttpClientContext context = HttpClientContext.create();
    HttpHost proxy = ConnectionPools.proxy(transport);
    String username = transport.proxyUsername();
    if (proxy != null && username != null) {
      String password = Optional.ofNullable(transport.proxyPassword()).orElse("");
      BasicScheme basic = new BasicScheme();
      basic.initPreemptive(new UsernamePasswordCredentials(username, password.toCharArray()));
      AuthExchange exchange = new AuthExchange();
      exchange.select(basic);
      context.setAuthExchange(proxy, exchange);
    }
    return context;
  }
}
