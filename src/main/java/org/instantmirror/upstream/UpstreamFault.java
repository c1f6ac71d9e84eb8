package org.instantmirror.upstream;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.ClientProtocolException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.TruncatedChunkException;
import org.instantmirror.repo.Transport;
import org.instantmirror.upstream.PublicAddressResolver.ForbiddenAddressException;
import org.instantmirror.upstream.UpstreamException.Kind;

/** Says in one sentence, and one {@link Kind}, what a library's exception means to us. Pure. */
final class UpstreamFault {

  private UpstreamFault() {}

  /** A fault before the head of an answer was here. */
  static UpstreamException beforeHead(URI uri, IOException e, Transport transport) {
    if (e instanceof UpstreamException known) {
      return known;
    }
    if (e instanceof ForbiddenAddressException) {
      return fault(
          Kind.REDIRECT,
          uri,
          e.getMessage() + ", neither a base URL's nor in redirect_hosts; not asked",
          e);
    }
    if (e instanceof UnknownHostException) {
      return fault(Kind.UNREACHABLE, uri, "unknown host", e);
    }
    if (e instanceof ConnectTimeoutException) {
      String limit = transport.connectTimeout().toMillis() + " ms";
      return fault(Kind.TIMEOUT, uri, "no connection within " + limit, e);
    }
    if (e instanceof ConnectionRequestTimeoutException) {
      return fault(
          Kind.TIMEOUT,
          uri,
          "all " + transport.maxConnectionsPerHost() + " connections to this host are busy",
          e);
    }
    if (e instanceof ConnectException || e instanceof NoRouteToHostException) {
      return fault(Kind.UNREACHABLE, uri, connectFailure(e), e);
    }
    if (e instanceof SSLException) {
      return fault(Kind.UNREACHABLE, uri, "TLS: " + e.getMessage(), e);
    }
    if (e instanceof NoHttpResponseException) {
      return fault(Kind.BROKEN, uri, "the connection was closed without an answer", e);
    }
    if (e instanceof ClientProtocolException && e.getCause() != null) {
      return fault(Kind.PROTOCOL, uri, "not proper HTTP: " + e.getCause().getMessage(), e);
    }
    return inBody(uri, e, transport);
  }

  /** A fault while the body was read. */
  static UpstreamException inBody(URI uri, IOException e, Transport transport) {
    if (e instanceof UpstreamException known) {
      return known;
    }
    if (e instanceof SocketTimeoutException) {
      return fault(
          Kind.TIMEOUT, uri, "no byte within " + transport.timeout().toMillis() + " ms", e);
    }
    if (e instanceof TruncatedChunkException || e instanceof ConnectionClosedException) {
      return fault(Kind.BROKEN, uri, "the connection was closed within the answer", e);
    }
    if (e instanceof MalformedChunkCodingException || e instanceof MessageConstraintException) {
      return fault(Kind.PROTOCOL, uri, "not proper HTTP: " + e.getMessage(), e);
    }
    return fault(Kind.BROKEN, uri, "the connection broke: " + e.getMessage(), e);
  }

  /** "connection refused", "no route to host": the system's words, without the library's. */
  private static String connectFailure(IOException e) {
    String message = String.valueOf(e.getMessage());
    int reason = message.lastIndexOf("failed: ");
    String words = reason < 0 ? message : message.substring(reason + "failed: ".length());
    return words.toLowerCase(Locale.ROOT);
  }

  private static UpstreamException fault(Kind kind, URI uri, String what, IOException cause) {
    return new UpstreamException(kind, uri, what, cause);
  }
}
