package org.instantmirror.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.instantmirror.mirror.PassThroughAnswer.Relayed;

/** Writes status and fields of a passed-through answer. */
final class RelayedHead {

  /** Fields that speak for upstream's host, not for ours, or that we set ourselves. */
  private static final Set<String> DROPPED =
      Set.of(
          "set-cookie",
          "set-cookie2",
          "strict-transport-security",
          "alt-svc",
          "clear-site-data",
          "content-length",
          "content-security-policy",
          "x-content-type-options");

  private RelayedHead() {}

  /**
   * Writes them.
   *
   * @return whether a body follows
   */
  static boolean write(HttpServletRequest request, HttpServletResponse response, Relayed answer) {
    // To the client of a proxy a stranger's answer comes from that host, and not from ours.
    boolean ours = !Route.of(request).repo().isOfStrangers();
    if (ours) {
      response.setHeader("Content-Security-Policy", "sandbox");
      response.setHeader("X-Content-Type-Options", "nosniff");
    }
    if (answer.toFolder()) {
      // Upstream redirected to the folder; so do we, or the links of its index would lead astray.
      String uri = request.getRequestURI();
      response.setStatus(HttpServletResponse.SC_MOVED_PERMANENTLY);
      String query = request.getQueryString() == null ? "" : "?" + request.getQueryString();
      // With a dot: a name that holds a colon would else be read as a URL of that scheme.
      response.setHeader("Location", "./" + uri.substring(uri.lastIndexOf('/') + 1) + "/" + query);
      response.setContentLength(0);
      return false;
    }
    response.setStatus(answer.status());
    for (Map.Entry<String, String> field : answer.fields()) {
      String name = field.getKey().toLowerCase(Locale.ROOT);
      if (name.equals("content-type")) {
        response.setContentType(field.getValue());
      } else if (name.equals("date")) {
        response.setHeader("Date", field.getValue());
      } else if (!name.equals("content-length") && !(ours && DROPPED.contains(name))) {
        response.addHeader(field.getKey(), field.getValue());
      }
    }
    if (!Route.of(request).repo().access().isOpen()) {
      // Upstream doesn't know who may read here: no cache in front of us may hand it to all.
      response.setHeader("Cache-Control", "private, no-cache");
    }
    boolean bodiless =
        request.getMethod().equals("HEAD") || answer.status() == 204 || answer.status() == 304;
    if (bodiless) {
      answer.fields().stream()
          .filter(field -> field.getKey().equalsIgnoreCase("Content-Length"))
          .findFirst()
          .ifPresent(field -> response.setHeader("Content-Length", field.getValue()));
      return false;
    }
    if (answer.length() >= 0) {
      response.setContentLengthLong(answer.length());
    } else if (!answer.endIsCertain()) {
      response.setHeader("Connection", "close");
    }
    return true;
  }

  /** The whole body, whatever its length. */
  static Segment segment(Relayed answer) {
    return new Segment.Slice(0, answer.length() < 0 ? Long.MAX_VALUE : answer.length());
  }
}
