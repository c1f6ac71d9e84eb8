package org.instantmirror.web;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.instantmirror.http.SharedCopy;
import org.instantmirror.http.Via;
import org.instantmirror.mirror.AbsoluteUrls;
import org.instantmirror.mirror.AbsoluteUrls.Meaning;
import org.instantmirror.repo.AddressRange;
import org.instantmirror.repo.BadPathException;
import org.instantmirror.repo.FileClass;
import org.instantmirror.repo.PathMeaning;
import org.instantmirror.repo.RequestPath;

/**
 * Answers requests for absolute URLs: those that our own forward proxy hands over, and those of
 * proxies that have us as their parent. Containers take a target's authority away ({@code GET
 * http://host/path}) and show it as the Host, so it's by Host, and by who asks, that such a request
 * is known. It stands for what its URL says and for nothing else: a path like {@code /mirror/…} or
 * {@code /api/…} is upstream's then, whatever we have of that name.
 *
 * <p>It comes before all that judges paths, and in asynchronous dispatches too, which the container
 * maps by that same path.
 */
final class AbsoluteUrlFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;

  /** Set when the request has its {@link Route} by this filter. */
  private static final String ROUTED = AbsoluteUrlFilter.class.getName() + ".routed";

  /** How often the request has waited for lists of mirrors. */
  private static final String WAITS = AbsoluteUrlFilter.class.getName() + ".waits";

  private static final int MOST_WAITS = 3;
  private static final int WAIT_SECONDS = 10;

  private final transient AbsoluteUrls urls;
  private final transient ReadGate gate;
  private final transient FreshnessFilter freshness;
  private final transient MirrorServlet mirror;

  AbsoluteUrlFilter(
      AbsoluteUrls urls, ReadGate gate, FreshnessFilter freshness, MirrorServlet mirror) {
    this.urls = urls;
    this.gate = gate;
    this.freshness = freshness;
    this.mirror = mirror;
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (isAbsolute(request)) {
      mirror.service(request, response);
      return;
    }
    boolean handedOver = request.getAttribute(WebApplication.HANDED_OVER) != null;
    if (!handedOver && !isPeers(request)) {
      chain.doFilter(request, response);
      return;
    }
    RequestRecord.of(request).url(request.getRequestURL().toString());
    if (!request.getMethod().equals("GET") && !request.getMethod().equals("HEAD")) {
      response.setHeader("Allow", PlainAnswer.METHODS);
      PlainAnswer.send(request, response, 405, "A mirror is read only.");
    } else if (!handedOver && Via.isLoop(Fields.joined(request, "Via"))) {
      PlainAnswer.send(request, response, 508, "This request has been here before (Via).");
    } else {
      answer(request, response);
    }
  }

  /** Whether a request that is being answered is one for an absolute URL. */
  static boolean isAbsolute(ServletRequest request) {
    return request.getAttribute(ROUTED) != null;
  }

  /** A proxy says in Via that it is one; a program on the same machine doesn't. */
  private boolean isPeers(HttpServletRequest request) {
    String address = request.getRemoteAddr();
    return request.getHeader("Via") != null
        && urls.settings().peers().stream().anyMatch(range -> range.contains(address))
        && !isOwn(request);
  }

  /** Whether the Host is this server by an address that can be nobody else's. */
  private static boolean isOwn(HttpServletRequest request) {
    String name = request.getServerName();
    return request.getServerPort() == request.getLocalPort()
        && (name.equalsIgnoreCase("localhost")
            || AddressRange.isLoopback(name)
            || name.equals(request.getLocalAddr()));
  }

  private void answer(HttpServletRequest request, HttpServletResponse response)
      throws IOException, ServletException {
    String path;
    try {
      path = RequestPath.decode(request.getRequestURI());
    } catch (BadPathException e) {
      PlainAnswer.send(request, response, 400, "Refused: " + e.getMessage() + ".");
      return;
    }
    Meaning meaning =
        urls.meaning(
            request.getServerName(),
            request.getServerPort(),
            path,
            request.getQueryString() != null);
    if (meaning instanceof Meaning.Found found) {
      if (!gate.admitsUnasked(request, response, found.entry().repo())) {
        return;
      }
      route(request, found.entry()).attach(request);
      request.setAttribute(ROUTED, true);
      freshness.doFilter(request, response, mirror::service);
    } else if (meaning instanceof Meaning.Awaited awaited) {
      await(request, response, awaited.lists());
    } else if (meaning instanceof Meaning.Refused refused) {
      PlainAnswer.send(request, response, 403, refused.why());
    }
  }

  /** A stranger's file is kept, or taken from the cache, only for those who share it. */
  private static Route route(HttpServletRequest request, PathMeaning.Entry entry) {
    boolean own =
        entry.repo().isOfStrangers() && SharedCopy.isOwn(name -> Fields.joined(request, name));
    return own ? new Route(entry.repo(), entry.path(), FileClass.OTHER, null) : Route.of(entry);
  }

  private static void await(
      HttpServletRequest request, HttpServletResponse response, CompletableFuture<Void> lists)
      throws IOException {
    int waits = request.getAttribute(WAITS) instanceof Integer before ? before : 0;
    if (waits == MOST_WAITS) {
      PlainAnswer.send(request, response, 503, "The lists of mirrors aren't here yet.");
      return;
    }
    request.setAttribute(WAITS, waits + 1);
    AsyncContext async = request.startAsync();
    async.setTimeout(0);
    lists.orTimeout(WAIT_SECONDS, TimeUnit.SECONDS).whenComplete((end, late) -> async.dispatch());
  }
}
