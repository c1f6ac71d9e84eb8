package org.instantmirror.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.instantmirror.repo.FrontKey;
import org.jspecify.annotations.Nullable;

/**
 * How a web server in front wants to be told of a file that it shall send by itself, in place of
 * the body that the mirror would send. It says so with each request, in a field {@value #OFFER} (as
 * Rack has it), with the key that proves that it is no client: a client that was given a file's
 * place in place of the file would take it for an empty file.
 */
enum HandOff {
  /** Apache's mod_xsendfile, and lighttpd: the file's path, percent-encoded. */
  X_SENDFILE("X-Sendfile") {
    @Override
    String place(Path file) {
      return file.toUri().getRawPath();
    }
  },
  /** nginx: a URI of its own, below {@value #LOCATION}, which it maps to the links' folder. */
  X_ACCEL_REDIRECT("X-Accel-Redirect") {
    @Override
    String place(Path file) {
      return LOCATION + file.getFileName();
    }
  };

  static final String OFFER = "X-Sendfile-Type";
  static final String LOCATION = "/instantmirror-serving/";

  private static final String[] CONDITIONS = {
    "Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range"
  };

  private final String field;

  HandOff(String field) {
    this.field = field;
  }

  /** The value of the field. */
  abstract String place(Path file);

  /** Whether a body may be left to whoever sent the request, and how it wants that. */
  static Optional<HandOff> wanted(@Nullable FrontKey key, HttpServletRequest request) {
    String offer = key == null ? null : Fields.joined(request, OFFER);
    if (key == null || offer == null) {
      return Optional.empty();
    }
    boolean plain =
        request.getMethod().equals("GET")
            && Stream.of(CONDITIONS).allMatch(name -> request.getHeader(name) == null);
    return plain ? offered(key, offer) : Optional.empty();
  }

  /**
   * What an offer says.
   *
   * @param offer the name of the response's field, a space, the key
   * @return empty if that is no offer that we know, or not said by one who knows the key
   */
  static Optional<HandOff> offered(FrontKey key, String offer) {
    int space = offer.indexOf(' ');
    if (space < 0 || !key.isKnownBy(offer.substring(space + 1))) {
      return Optional.empty();
    }
    String name = offer.substring(0, space);
    return Stream.of(values()).filter(each -> each.field.equalsIgnoreCase(name)).findFirst();
  }

  /** Names the file in a response whose head has been written; there is no body. */
  void write(HttpServletResponse response, Path file) {
    response.setHeader(field, place(file));
    response.setContentLengthLong(0);
  }
}
