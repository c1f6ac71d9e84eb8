package org.instantmirror.web;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for each request when it has ended: client, method, path, status, bytes, milliseconds,
 * cache status, upstream. And it is counted.
 */
final class AccessLogFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger("org.instantmirror.access");

  private final transient Metrics metrics;

  AccessLogFilter(Metrics metrics) {
    this.metrics = metrics;
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    RequestRecord record = new RequestRecord();
    record.attach(request);
    // Taken now: a container may recycle the request before an asynchronous one has ended.
    Line line =
        new Line(
            record, metrics, request.getRemoteAddr(), request.getMethod(), request.getRequestURI());
    boolean done = false;
    try {
      chain.doFilter(request, response);
      done = true;
    } finally {
      if (!done || !request.isAsyncStarted()) {
        line.write(response.getStatus());
      } else {
        request.getAsyncContext().addListener(new AtEnd(line), request, response);
      }
    }
  }

  private record Line(
      RequestRecord record, Metrics metrics, String client, String method, String path) {
    void write(int status) {
      metrics.ended(record, status);
      if (!LOG.isInfoEnabled()) {
        return;
      }
      StringBuilder line = new StringBuilder(160);
      line.append(client).append(' ').append(method).append(' ');
      line.append(record.target(path)).append(' ');
      line.append(status).append(' ').append(record.bytes()).append(' ');
      line.append((System.nanoTime() - record.beganNanos) / 1_000_000).append(" ms \"");
      line.append(record.cacheStatus()).append("\" ").append(record.upstream());
      LOG.info(record.isBroken() ? line.append(" broken").toString() : line.toString());
    }
  }

  private record AtEnd(Line line) implements AsyncListener {
    @Override
    public void onComplete(AsyncEvent event) {
      line.write(((HttpServletResponse) event.getSuppliedResponse()).getStatus());
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
      // A new cycle of the same request begins without the listeners of the last one.
      event
          .getAsyncContext()
          .addListener(this, event.getSuppliedRequest(), event.getSuppliedResponse());
    }

    @Override
    public void onError(AsyncEvent event) {
      line.record.broken();
    }

    @Override
    public void onTimeout(AsyncEvent event) {
      line.record.broken();
    }
  }
}
