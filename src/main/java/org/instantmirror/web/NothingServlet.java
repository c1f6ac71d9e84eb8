package org.instantmirror.web;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Answers what nothing else is mapped to. */
final class NothingServlet extends HttpServlet {

  private static final long serialVersionUID = 1L;

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    send(request, response);
  }

  static void send(HttpServletRequest request, HttpServletResponse response) throws IOException {
    PlainAnswer.send(
        request, response, 404, "There is nothing here. The mirror is at /mirror/<repo>/<path>.");
  }
}
