package org.instantmirror.web;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;

/**
 * The client's side of a body: what has been written, and whether more may be without blocking.
 * Confined to whose turn it is.
 */
final class ResponseStream {

  private final RequestRecord record;
  private final ClientPace pace = new ClientPace();
  private ServletOutputStream out;
  private boolean begun;
  private boolean unflushed;

  ResponseStream(HttpServletRequest request, ServletOutputStream out) {
    this.record = RequestRecord.of(request);
    this.out = out;
  }

  /** Goes on with that of another dispatch of the request. */
  void moveTo(ServletOutputStream next) {
    out = next;
  }

  /** How much to write at once. */
  ClientPace pace() {
    return pace;
  }

  /** The container calls, since the client takes more. */
  void turnBegins() {
    pace.turnBegins(record.bytes());
  }

  /** Whether something may be written; if not, the container will call. */
  boolean isReady() {
    boolean ready = out.isReady();
    pace.ready(ready);
    return ready;
  }

  /** Writes, having been found ready. */
  void write(byte[] bytes, int length) throws IOException {
    begun = true;
    unflushed = true;
    out.write(bytes, 0, length);
    record.sent(length);
  }

  /** Only while the container is ready; it isn't any more when it has buffered something. */
  void flush() throws IOException {
    if (isReady()) {
      begun = true;
      unflushed = false;
      out.flush();
    }
  }

  /** Whether anything has gone out, be it only the head. */
  boolean hasBegun() {
    return begun;
  }

  /** Whether something has been written that hasn't been pushed out. */
  boolean isUnflushed() {
    return unflushed;
  }

  /** The response ends otherwise than it should. */
  void broken() {
    record.broken();
  }
}
