package org.instantmirror.server;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.instantmirror.web.WebApplication;

/** Takes what the forward proxy hands over on its connector, and nothing else there. */
final class HandOverValve extends ValveBase {

  private final Connector connector;
  private final HandOver handOver;

  HandOverValve(Connector connector, HandOver handOver) {
    super(/* asyncSupported= */ true);
    this.connector = connector;
    this.handOver = handOver;
  }

  @Override
  public void invoke(Request request, Response response) throws IOException, ServletException {
    // Asynchronous dispatches come by here again.
    if (request.getConnector() == connector
        && request.getAttribute(WebApplication.HANDED_OVER) == null) {
      Optional<String> client = handOver.client(request.getHeader(HandOver.FIELD));
      if (client.isEmpty()) {
        response.sendError(HttpServletResponse.SC_FORBIDDEN);
        return;
      }
      request.getCoyoteRequest().getMimeHeaders().removeHeader(HandOver.FIELD);
      request.setRemoteAddr(client.get());
      request.setAttribute(WebApplication.HANDED_OVER, true);
    }
    getNext().invoke(request, response);
  }
}
