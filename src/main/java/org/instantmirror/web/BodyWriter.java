package org.instantmirror.web;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.instantmirror.download.ByteSource;
import org.instantmirror.download.ByteSource.Break;
import org.instantmirror.download.ByteSource.State;
import org.instantmirror.web.Turns.Turn;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a body without holding a thread: it writes when the container says that the client takes
 * more and the source has more, and rests otherwise.
 *
 * <p>All writing is done by the container's threads, within its callbacks; when more has arrived
 * the request is dispatched to get one. A write on a thread of our own that fails while the
 * container is busy with the same request would leave its failure in a response that the container
 * has begun to use for a stranger's request (Tomcat recycles it without calling a listener, and
 * stores the exception after).
 *
 * <p>A source that breaks ends in a broken transfer, never in a body that looks complete: with an
 * unknown length, {@code complete()} would end it cleanly; with a Content-Length it would keep the
 * connection, and the next response would be read as the rest of this one. Throwing in a dispatched
 * servlet is what makes Tomcat close the connection, also when the client is blocked.
 */
final class BodyWriter implements WriteListener {

  /** Set on a request whose response must be broken off. */
  static final String ABORT = BodyWriter.class.getName() + ".abort";

  /** Set on a request that is dispatched to be answered anew: nothing has been sent. */
  static final String ANEW = BodyWriter.class.getName() + ".anew";

  /** The writer to go on with, set on a request that is dispatched because more has arrived. */
  private static final String WRITER = BodyWriter.class.getName();

  private static final Logger LOG = LoggerFactory.getLogger(BodyWriter.class);

  /** The container copies what it can't send at once, so the threads' buffers can be shared. */
  private static final ThreadLocal<byte[]> BUFFERS =
      ThreadLocal.withInitial(() -> new byte[ClientPace.MOST]);

  private final Recovery recovery;
  private final ResponseStream out;
  private final Turns turns = new Turns();

  // Touched by whose turn it is; the container's callbacks for one request come one after another.
  private AsyncContext async;
  private Cursor cursor;

  private BodyWriter(
      HttpServletRequest request, HttpServletResponse response, Body body, Recovery recovery)
      throws IOException {
    this.cursor = new Cursor(body);
    this.recovery = recovery;
    this.async = suspend(request);
    this.out = new ResponseStream(request, response.getOutputStream());
  }

  /**
   * Sends a body.
   *
   * @param recovery finds another where the source breaks
   */
  static void send(
      HttpServletRequest request, HttpServletResponse response, Body body, Recovery recovery)
      throws IOException {
    new BodyWriter(request, response, body, recovery).listen(response);
  }

  /** Goes on with a body, if that is what the request was dispatched for. */
  static boolean resume(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (!(request.getAttribute(WRITER) instanceof BodyWriter writer)) {
      return false;
    }
    request.removeAttribute(WRITER);
    writer.async = suspend(request);
    writer.out.moveTo(response.getOutputStream());
    writer.listen(response);
    return true;
  }

  private static AsyncContext suspend(ServletRequest request) {
    AsyncContext async = request.startAsync();
    async.setTimeout(0);
    return async;
  }

  private void listen(HttpServletResponse response) throws IOException {
    async.addListener(new Leaving(this));
    response.getOutputStream().setWriteListener(this);
  }

  @Override
  public void onWritePossible() throws IOException {
    if (!turns.is(Turn.CONTAINER)) {
      return;
    }
    out.turnBegins();
    try {
      step();
    } catch (RuntimeException fault) {
      LOG.debug("a response broke", fault);
      abort(Turn.CONTAINER);
    }
  }

  @Override
  public void onError(Throwable fault) {
    LOG.debug("a client has left", fault);
    if (leave()) {
      complete();
    }
  }

  /** The request has ended, for whatever reason; true if nobody knew. */
  boolean leave() {
    if (!turns.end()) {
      return false;
    }
    out.broken();
    cursor.source().close();
    return true;
  }

  private void step() throws IOException {
    while (out.isReady()) {
      if (cursor.isAtEnd()) {
        if (!out.isUnflushed()) {
          finish();
          return;
        }
        // Pushed out before the end, so that complete() has nothing to block on.
        out.flush();
      } else if (cursor.segment() instanceof Segment.Bytes ours) {
        out.write(ours.bytes(), ours.bytes().length);
        cursor.next();
      } else if (!slice((Segment.Slice) cursor.segment())) {
        return;
      }
    }
  }

  /** Sends some of a slice; false if there is nothing to send now. */
  private boolean slice(Segment.Slice slice) throws IOException {
    ByteSource source = cursor.source();
    long position = cursor.position();
    State state = source.state();
    long available = source.available(position);
    boolean toTheEnd = slice.end() == Long.MAX_VALUE;
    if (position < Math.min(available, slice.end())) {
      return send(Math.min(available, slice.end()) - position);
    }
    if (position == slice.end() || (toTheEnd && state == State.COMPLETE)) {
      cursor.next();
      return true;
    }
    if (state != State.GROWING) {
      broken(state);
      return false;
    }
    if (out.isUnflushed() || !out.hasBegun()) {
      // Before the first byte this sends the head: the wait for bytes far ahead, or from an
      // upstream that thinks after its own head, may be longer than clients wait for a status line.
      out.flush();
      return true;
    }
    turns.pass(Turn.CONTAINER, Turn.SOURCE);
    source.whenChanged(position, this::wake);
    // It may have changed just before; then whoever is first goes on.
    return (source.state() != state || source.available(position) > position)
        && turns.pass(Turn.SOURCE, Turn.CONTAINER);
  }

  /** Called by the source, on whichever thread. */
  private void wake() {
    if (turns.pass(Turn.SOURCE, Turn.CONTAINER)) {
      dispatch(WRITER, this);
    }
  }

  private void dispatch(String attribute, Object value) {
    try {
      async.getRequest().setAttribute(attribute, value);
      async.dispatch();
    } catch (IllegalStateException ended) {
      // Its end has been, or is being, told by the container.
      LOG.debug("already ended", ended);
    }
  }

  /** Sends some bytes, if they are still there; false if there can't be any. */
  private boolean send(long available) throws IOException {
    byte[] buffer = BUFFERS.get();
    int most = out.pace().next(available);
    int n = read(ByteBuffer.wrap(buffer, 0, most));
    if (n < 0) {
      abort(Turn.CONTAINER);
      return false;
    }
    if (n > 0) {
      out.write(buffer, n);
      cursor.advance(n);
      if (out.pace().wrote(most)) {
        out.flush();
      }
    }
    return true;
  }

  private int read(ByteBuffer target) {
    try {
      return cursor.source().read(target, cursor.position());
    } catch (IOException fault) {
      LOG.warn("can't read the bytes of a response, which is broken off", fault);
      return -1;
    }
  }

  private void broken(State state) {
    Break reason = cursor.source().reason();
    if (state == State.COMPLETE || reason == null) {
      abort(Turn.CONTAINER);
      return;
    }
    turns.pass(Turn.CONTAINER, Turn.RECOVERY);
    if (!out.hasBegun() && recovery.beginAnew(reason, async, this::release)) {
      return;
    }
    recovery
        .after(reason, cursor.position())
        .whenComplete(
            (body, fault) -> {
              Optional<Body> found = body == null ? Optional.empty() : body;
              if (found.isPresent()) {
                swap(found.get());
              } else {
                abort(Turn.RECOVERY);
              }
            });
  }

  private boolean release() {
    if (!turns.pass(Turn.RECOVERY, Turn.OVER)) {
      return false;
    }
    cursor.source().close();
    async.getRequest().setAttribute(ANEW, true);
    return true;
  }

  private void swap(Body body) {
    ByteSource before = cursor.source();
    boolean swapped = turns.pass(Turn.RECOVERY, Turn.CONTAINER, () -> cursor = new Cursor(body));
    (swapped ? before : body.source()).close();
    if (swapped) {
      dispatch(WRITER, this);
    }
  }

  private void finish() {
    if (turns.pass(Turn.CONTAINER, Turn.OVER)) {
      cursor.source().close();
      complete();
    }
  }

  private void complete() {
    try {
      async.complete();
    } catch (IllegalStateException ended) {
      LOG.debug("already ended", ended);
    }
  }

  private void abort(Turn whose) {
    if (turns.pass(whose, Turn.OVER)) {
      out.broken();
      cursor.source().close();
      dispatch(ABORT, true);
    }
  }
}
