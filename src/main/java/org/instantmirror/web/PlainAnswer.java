package org.instantmirror.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Short answers of our own: one sentence of text, no stack trace, no version. */
final class PlainAnswer {

  static final String METHODS = "GET, HEAD, OPTIONS";

  private PlainAnswer() {}

  /** Answers with a sentence. */
  static void send(
      HttpServletRequest request, HttpServletResponse response, int status, String sentence)
      throws IOException {
    byte[] body = (sentence + "\n").getBytes(StandardCharsets.UTF_8);
    response.setStatus(status);
    response.setContentType("text/plain;charset=UTF-8");
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("Cache-Control", "no-store");
    if (status == HttpServletResponse.SC_SERVICE_UNAVAILABLE) {
      response.setIntHeader("Retry-After", 5);
    }
    response.setContentLength(body.length);
    if (!request.getMethod().equals("HEAD")) {
      response.getOutputStream().write(body);
      RequestRecord.of(request).sent(body.length);
    }
  }
}
