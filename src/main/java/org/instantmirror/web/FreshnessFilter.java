package org.instantmirror.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.instantmirror.repo.FileClass;

/**
 * Looks up and decides: what can be answered at once goes on to the servlet in this dispatch, where
 * the container's sendfile works; everything else is suspended until upstream has been asked.
 */
final class FreshnessFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;

  private final transient Asker asker;

  FreshnessFilter(Asker asker) {
    this.asker = asker;
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    Route route = Route.of(request);
    if (route.fileClass() == FileClass.OTHER) {
      asker.passThrough(request, route);
    } else if (asker.immediate(request, route)) {
      chain.doFilter(request, response);
    } else {
      asker.ask(request, route);
    }
  }
}
