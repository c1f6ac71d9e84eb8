package org.instantmirror.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import org.instantmirror.http.ConditionalRequest;
import org.jspecify.annotations.Nullable;

/** Reads request fields. */
final class Fields {

  private Fields() {}

  /** All lines of a field as one (RFC 9110 section 5.3), or null. */
  static @Nullable String joined(HttpServletRequest request, String name) {
    String first = request.getHeader(name);
    if (first == null) {
      return null;
    }
    List<String> all = Collections.list(request.getHeaders(name));
    return all.size() == 1 ? first : String.join(", ", all);
  }

  static ConditionalRequest conditions(HttpServletRequest request) {
    return new ConditionalRequest(
        joined(request, "If-Match"),
        joined(request, "If-None-Match"),
        request.getHeader("If-Modified-Since"),
        request.getHeader("If-Unmodified-Since"),
        request.getHeader("If-Range"));
  }
}
