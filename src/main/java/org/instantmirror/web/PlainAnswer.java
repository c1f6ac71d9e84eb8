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
    response.setStatus(status);
    send(request, response, "text/plain;charset=UTF-8", sentence + "\n");
  }

  /** Answers with a text of that media type; its status is set already. */
  static void send(
      HttpServletRequest request, HttpServletResponse response, String mediaType, String text)
      throws IOException {
    send(request, response, mediaType, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Answers with a small file of that media type; its status is set already. */
  static void send(
      HttpServletRequest request, HttpServletResponse response, String mediaType, byte[] body)
      throws IOException {
    response.setContentType(mediaType);
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("Cache-Control", "no-store");
    if (response.getStatus() == HttpServletResponse.SC_SERVICE_UNAVAILABLE) {
      response.setIntHeader("Retry-After", 5);
    }
    response.setContentLength(body.length);
    if (!request.getMethod().equals("HEAD")) {
      response.getOutputStream().write(body);
      RequestRecord.of(request).sent(body.length);
    }
  }
}
