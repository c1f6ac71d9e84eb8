package org.instantmirror.upstream;

import java.io.IOException;
import java.net.SocketException;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.EndpointDetails;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.ProtocolException;
import org.instantmirror.repo.Transport;
import org.instantmirror.upstream.ConnectionPools.Pool;
import org.instantmirror.upstream.KnownOrigins.Standing;
import org.instantmirror.upstream.UpstreamException.Kind;

/**
 * Asks upstreams through Apache HttpClient. It follows redirects itself, because each hop is
 * checked, and loses credentials and client certificate when it leaves the base URLs' origins.
 * Thread-safe; one instance serves all repositories.
 */
public final class HttpUpstreamClient implements UpstreamClient {

  /** More redirects than this are not followed. */
  static final int MAX_REDIRECTS = 10;

  private static final int REDIRECT_BODY_LIMIT = 8 * 1024;
  private static final long SWEEP_NANOS = Duration.ofSeconds(30).toNanos();

  private final ConnectionPools pools;
  private final LongSupplier nanoClock;
  private final AtomicLong lastSweepNanos;

  /** A client that resolves names as the system does. */
  public HttpUpstreamClient() {
    this(SystemDefaultDnsResolver.INSTANCE, System::nanoTime);
  }

  HttpUpstreamClient(DnsResolver dns, LongSupplier nanoClock) {
    this.pools = new ConnectionPools(ProductVersion.userAgent(), dns, nanoClock);
    this.nanoClock = nanoClock;
    this.lastSweepNanos = new AtomicLong(nanoClock.getAsLong());
  }

  /**
   * Takes those of a new configuration. New requests go over connections by what their files held;
   * what is running goes on, and connections that no configuration knows any more are closed when
   * nobody uses them. Without this call files are read when they are first needed.
   */
  public void use(Transports transports) {
    pools.use(transports);
  }

  /** How many connection pools there are. */
  int openPools() {
    return pools.count();
  }

  @Override
  public UpstreamResponse execute(UpstreamRequest request, Cancellation cancellation)
      throws UpstreamException {
    try {
      return follow(request, cancellation);
    } catch (UpstreamException fault) {
      throw cancellation.isCancelled()
          ? new UpstreamException(Kind.BROKEN, fault.uri(), "given up", fault)
          : fault;
    }
  }

  private UpstreamResponse follow(UpstreamRequest request, Cancellation cancellation)
      throws UpstreamException {
    sweepNowAndThen();
    Transport transport = request.repo().transport();
    KnownOrigins origins = new KnownOrigins(request.repo());
    Set<URI> visited = new HashSet<>();
    long startNanos = nanoClock.getAsLong();
    URI uri = request.uri();
    while (true) {
      visited.add(uri);
      HttpUpstreamResponse response = hop(request, uri, origins, cancellation);
      Optional<String> location = response.header("Location");
      if (!RedirectTarget.isRedirect(response.status()) || location.isEmpty()) {
        return response;
      }
      response.drainOrGiveUp(REDIRECT_BODY_LIMIT);
      URI target = RedirectTarget.resolve(uri, location.get());
      if (visited.contains(target)) {
        throw new UpstreamException(Kind.REDIRECT, uri, "a redirect loop over " + target);
      }
      if (visited.size() > MAX_REDIRECTS) {
        throw new UpstreamException(
            Kind.REDIRECT, request.uri(), "more than " + MAX_REDIRECTS + " redirects");
      }
      if (nanoClock.getAsLong() - startNanos > budgetNanos(transport)) {
        throw new UpstreamException(Kind.TIMEOUT, request.uri(), "the redirects take too long");
      }
      uri = target;
    }
  }

  /** How long redirects may be followed: as long as one slow answer may take. */
  private static long budgetNanos(Transport transport) {
    return transport.connectTimeout().plus(transport.timeout()).plus(transport.timeout()).toNanos();
  }

  private HttpUpstreamResponse hop(
      UpstreamRequest request, URI uri, KnownOrigins origins, Cancellation cancellation)
      throws UpstreamException {
    Origin origin =
        Origin.of(uri)
            .orElseThrow(
                () -> new UpstreamException(Kind.PROTOCOL, uri, "not a usable http(s) URL"));
    Standing standing = origins.standing(origin, request);
    if (standing == Standing.FOREIGN) {
      requireForeignAllowed(uri, origin);
    }
    Transport transport = request.repo().transport();
    try {
      Pool pool = pool(uri, transport, standing);
      try {
        HttpUriRequestBase message = OutgoingRequest.message(request, uri, origin, standing);
        cancellation.onCancel(message::cancel);
        try {
          return send(pool, message, uri, origin, transport);
        } catch (StaleConnectionException e) {
          // The server closed an idle connection just as we used it: no fault of the upstream. The
          // others in the pool are likely dead too.
          pool.closeIdle();
          HttpUriRequestBase again = OutgoingRequest.message(request, uri, origin, standing);
          cancellation.onCancel(again::cancel);
          return send(pool, again, uri, origin, transport);
        }
      } finally {
        pool.leave();
      }
    } catch (IllegalStateException e) {
      // How the library says that its pool was shut down.
      throw new UpstreamException(Kind.BROKEN, uri, "the client is closed", e);
    } catch (IOException e) {
      throw UpstreamFault.beforeHead(uri, e, transport);
    }
  }

  private Pool pool(URI uri, Transport transport, Standing standing) throws UpstreamException {
    try {
      return pools.pool(transport, standing);
    } catch (IOException e) {
      throw new UpstreamException(Kind.UNREACHABLE, uri, String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Checks what can be told without resolving: behind a proxy nothing else is. Names are checked
   * when they are resolved, by {@link PublicAddressResolver}.
   */
  private static void requireForeignAllowed(URI uri, Origin origin) throws UpstreamException {
    boolean forbidden =
        PublicAddress.isLocalName(origin.host()) || PublicAddress.isAmbiguousLiteral(origin.host());
    if (!forbidden && PublicAddress.isLiteral(origin.host())) {
      forbidden = !PublicAddress.isPublicLiteral(origin.host());
    }
    if (forbidden) {
      throw new UpstreamException(
          Kind.REDIRECT,
          uri,
          "a private address that is neither a base URL's nor in redirect_hosts; not asked");
    }
  }

  /** A pooled connection turned out to be dead when it was used. */
  private static final class StaleConnectionException extends IOException {
    private static final long serialVersionUID = 1L;

    StaleConnectionException(IOException cause) {
      super(cause);
    }
  }

  private HttpUpstreamResponse send(
      Pool pool, HttpUriRequestBase message, URI uri, Origin origin, Transport transport)
      throws IOException {
    HttpClientContext context = OutgoingRequest.context(transport);
    HttpHost target = new HttpHost(origin.scheme(), origin.host(), origin.port());
    ClassicHttpResponse response;
    try {
      response = pool.client().executeOpen(target, message, context);
    } catch (NoHttpResponseException | SocketException e) {
      if (cameOverUsedConnection(context) && !message.isCancelled()) {
        throw new StaleConnectionException(e);
      }
      throw e;
    }
    try {
      requireFromOrigin(uri, origin, transport, context, response);
      return new HttpUpstreamResponse(uri, message, response, transport, nanoClock);
    } catch (IOException e) {
      message.cancel();
      throw e;
    } catch (ProtocolException e) {
      message.cancel();
      throw new UpstreamException(Kind.PROTOCOL, uri, "not proper HTTP: " + e.getMessage(), e);
    }
  }

  /** Whether the connection that failed had brought an answer before. */
  private static boolean cameOverUsedConnection(HttpClientContext context) {
    EndpointDetails endpoint = context.getEndpointDetails();
    return endpoint != null && endpoint.getResponseCount() > 0;
  }

  /**
   * A proxy's own refusal must not be taken for the upstream's answer: its 404 would drop a file.
   */
  private static void requireFromOrigin(
      URI uri,
      Origin origin,
      Transport transport,
      HttpClientContext context,
      ClassicHttpResponse response)
      throws UpstreamException {
    boolean tunnelRefused =
        transport.proxy() != null && origin.isSecure() && context.getSSLSession() == null;
    if (tunnelRefused || (transport.proxy() != null && response.getCode() == 407)) {
      throw new UpstreamException(
          Kind.UNREACHABLE,
          uri,
          "the proxy " + transport.proxy() + " answered " + response.getCode());
    }
  }

  /** Connections that nobody uses are closed by whoever comes along: no thread just for that. */
  private void sweepNowAndThen() {
    long now = nanoClock.getAsLong();
    long last = lastSweepNanos.get();
    if (now - last > SWEEP_NANOS && lastSweepNanos.compareAndSet(last, now)) {
      pools.sweep();
    }
  }

  /** Breaks off what is running and closes all connections. */
  @Override
  public void close() {
    pools.close();
  }
}
