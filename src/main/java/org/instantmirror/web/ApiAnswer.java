package org.instantmirror.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.function.Consumer;

/** Answers of the API: JSON that nobody stores and no other site may read. */
final class ApiAnswer {

  private ApiAnswer() {}

  /** Answers with an object; it is held until it is whole, so that a fault can still be told. */
  static void send(
      HttpServletRequest request,
      HttpServletResponse response,
      int status,
      Consumer<JsonObject> fields)
      throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    JsonObject.write(body, fields);
    head(response, status);
    response.setContentLength(body.size());
    if (!request.getMethod().equals("HEAD")) {
      body.writeTo(response.getOutputStream());
      RequestRecord.of(request).sent(body.size());
    }
  }

  /** Answers with what went wrong. */
  static void error(
      HttpServletRequest request, HttpServletResponse response, int status, String sentence)
      throws IOException {
    send(request, response, status, json -> json.text("error", sentence));
  }

  /** Answers that the call has no such method. */
  static void notAllowed(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    notAllowed(request, response, "GET, HEAD, DELETE, OPTIONS");
  }

  /**
   * The same.
   *
   * @param allowed the methods that it may have
   */
  static void notAllowed(HttpServletRequest request, HttpServletResponse response, String allowed)
      throws IOException {
    response.setHeader("Allow", allowed);
    error(request, response, 405, "the call has no method " + request.getMethod());
  }

  /** What each answer has. */
  static void head(HttpServletResponse response, int status) {
    response.setStatus(status);
    response.setContentType("application/json;charset=UTF-8");
    response.setHeader("Cache-Control", "no-store");
    response.setHeader("X-Content-Type-Options", "nosniff");
  }
}
