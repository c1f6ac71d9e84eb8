package org.instantmirror.web;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.instantmirror.download.ByteSource;
import org.instantmirror.download.ByteSource.Break;
import org.instantmirror.download.ByteSource.State;
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

  /**
   * Bytes that go into the container's buffer and are pushed out from there. What the client
   * doesn't take of them stays in that buffer, so it must fit ({@code socket.appWriteBufSize}, 8 kB
   * in Tomcat, framing included).
   */
  private static final int PIECE = 8 * 1024 - 64;

  /**
   * Multiples of this go past the container's buffer, straight to the socket; of what the client
   * doesn't take of them the container makes a copy of 64 kB. So they are for clients that take
   * everything, not for thousands of slow ones.
   */
  private static final int BLOCK = 16 * 1024;

  /** Bytes written in blocks in one turn; then others have theirs. */
  private static final int IN_BLOCKS = 4 * BLOCK;

  /** Slow is who lets wait longer than this for room; a busy server is no reason. */
  private static final long SLOW_NANOS = Duration.ofMillis(250).toNanos();

  /**
   * Fast is who has taken this much since it was last slow: more than what the system takes in its
   * stead (the send buffer).
   */
  private static final long FAST = 512 * 1024;

  /** The container copies what it can't send at once, so the threads' buffers can be shared. */
  private static final ThreadLocal<byte[]> BUFFERS =
      ThreadLocal.withInitial(() -> new byte[IN_BLOCKS]);

  /** Finds a way to go on when a source broke. */
  interface Recovery {

    /** Breaks the response off. */
    Recovery NONE = (reason, position) -> CompletableFuture.completedFuture(Optional.empty());

    /**
     * Answers the request anew, if the break gives reason to hope. The client has received nothing.
     *
     * @param release ends the writer, so that the request can be dispatched; false if it has ended
     *     already
     * @return whether it does
     */
    default boolean beginAnew(Break reason, AsyncContext async, BooleanSupplier release) {
      return false;
    }

    /**
     * Looks for one.
     *
     * @param reason why it broke
     * @param position up to where the file has been sent
     */
    CompletableFuture<Optional<Body>> after(Break reason, long position);
  }

  /** Whose turn it is. */
  private enum Turn {
    /** The container's: it calls back, or is about to. */
    CONTAINER,
    /** The source's: it wakes the writer when there is more. */
    SOURCE,
    /** The recovery's: it brings another source, or none. */
    RECOVERY,
    /** Nobody's: the response has ended. */
    OVER
  }

  private final RequestRecord record;
  private final Recovery recovery;

  private final Object lock = new Object();
  private Turn turn = Turn.CONTAINER; // guarded by lock

  // Touched by whose turn it is, each seeing what the one before wrote through the lock; the
  // container's callbacks for one request come one after another.
  private AsyncContext async;
  private ServletOutputStream out;
  private ByteSource source;
  private List<Segment> segments;
  private int index;
  private long position;
  private boolean begun;
  private boolean unflushed;
  private boolean blocked;
  private long blockedSinceNanos;
  private long slowAt;
  private int inBlocks;

  private BodyWriter(
      HttpServletRequest request, HttpServletResponse response, Body body, Recovery recovery)
      throws IOException {
    this.source = body.source();
    this.segments = body.segments();
    this.record = RequestRecord.of(request);
    this.recovery = recovery;
    this.async = suspend(request);
    this.out = response.getOutputStream();
    seek();
  }

  /**
   * Sends a body.
   *
   * @param recovery finds another where the source breaks
   */
  static void send(
      HttpServletRequest request, HttpServletResponse response, Body body, Recovery recovery)
      throws IOException {
    BodyWriter writer = new BodyWriter(request, response, body, recovery);
    writer.listen();
  }

  /** Goes on with a body, if that is what the request was dispatched for. */
  static boolean resume(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (!(request.getAttribute(WRITER) instanceof BodyWriter writer)) {
      return false;
    }
    request.removeAttribute(WRITER);
    writer.async = suspend(request);
    writer.out = response.getOutputStream();
    writer.listen();
    return true;
  }

  private static AsyncContext suspend(ServletRequest request) {
    AsyncContext async = request.startAsync();
    async.setTimeout(0);
    return async;
  }

  private void listen() {
    async.addListener(new Leaving(this));
    out.setWriteListener(this);
  }

  @Override
  public void onWritePossible() throws IOException {
    if (!isTurn(Turn.CONTAINER)) {
      return;
    }
    if (blocked && System.nanoTime() - blockedSinceNanos > SLOW_NANOS) {
      slowAt = record.bytes();
    }
    inBlocks = record.bytes() - slowAt >= FAST ? IN_BLOCKS : 0;
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
    ByteSource last;
    synchronized (lock) {
      if (turn == Turn.OVER) {
        return false;
      }
      turn = Turn.OVER;
      last = source;
    }
    record.broken();
    last.close();
    return true;
  }

  private boolean isTurn(Turn whose) {
    synchronized (lock) {
      return turn == whose;
    }
  }

  private boolean pass(Turn from, Turn to) {
    synchronized (lock) {
      boolean passed = turn == from;
      if (passed) {
        turn = to;
      }
      return passed;
    }
  }

  private void step() throws IOException {
    while (isReady()) {
      if (index == segments.size()) {
        if (!unflushed) {
          finish();
          return;
        }
        // Pushed out before the end, so that complete() has nothing to block on.
        flush();
      } else if (segments.get(index) instanceof Segment.Bytes ours) {
        write(ours.bytes(), ours.bytes().length);
        next();
      } else if (!slice((Segment.Slice) segments.get(index))) {
        return;
      }
    }
  }

  private boolean isReady() {
    boolean ready = out.isReady();
    if (!ready && !blocked) {
      blockedSinceNanos = System.nanoTime();
    }
    blocked = !ready;
    return ready;
  }

  /** Sends some of a slice; false if there is nothing to send now. */
  private boolean slice(Segment.Slice slice) throws IOException {
    State state = source.state();
    long available = source.available(position);
    boolean toTheEnd = slice.end() == Long.MAX_VALUE;
    if (position < Math.min(available, slice.end())) {
      return send(Math.min(available, slice.end()));
    }
    if (position == slice.end() || (toTheEnd && state == State.COMPLETE)) {
      next();
      return true;
    }
    if (state != State.GROWING) {
      broken(state);
      return false;
    }
    if (unflushed || !begun) {
      // Before the first byte this sends the head: the wait for bytes far ahead, or from an
      // upstream that thinks after its own head, may be longer than clients wait for a status line.
      begun = true;
      flush();
      return true;
    }
    pass(Turn.CONTAINER, Turn.SOURCE);
    source.whenChanged(position, this::wake);
    // It may have changed just before; then whoever is first goes on.
    return (source.state() != state || source.available(position) > position)
        && pass(Turn.SOURCE, Turn.CONTAINER);
  }

  /** Called by the source, on whichever thread. */
  private void wake() {
    if (pass(Turn.SOURCE, Turn.CONTAINER)) {
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
  private boolean send(long end) throws IOException {
    byte[] buffer = BUFFERS.get();
    long blocks = Math.min(inBlocks, end - position) / BLOCK;
    int most = blocks > 0 ? (int) blocks * BLOCK : (int) Math.min(PIECE, end - position);
    int n = read(ByteBuffer.wrap(buffer, 0, most));
    if (n < 0) {
      abort(Turn.CONTAINER);
      return false;
    }
    if (n == 0) {
      return true;
    }
    write(buffer, n);
    position += n;
    if (blocks > 0) {
      inBlocks -= most;
    } else {
      flush();
    }
    return true;
  }

  private int read(ByteBuffer target) {
    try {
      return source.read(target, position);
    } catch (IOException fault) {
      LOG.warn("can't read the bytes of a response, which is broken off", fault);
      return -1;
    }
  }

  private void write(byte[] bytes, int length) throws IOException {
    begun = true;
    unflushed = true;
    out.write(bytes, 0, length);
    record.sent(length);
  }

  /** Only while the container is ready; it isn't any more when it has buffered something. */
  private void flush() throws IOException {
    if (isReady()) {
      unflushed = false;
      out.flush();
    }
  }

  private void next() {
    index++;
    seek();
  }

  private void seek() {
    if (index < segments.size() && segments.get(index) instanceof Segment.Slice slice) {
      position = slice.first();
    }
  }

  private void broken(State state) {
    Break reason = source.reason();
    if (state == State.COMPLETE || reason == null) {
      abort(Turn.CONTAINER);
      return;
    }
    pass(Turn.CONTAINER, Turn.RECOVERY);
    if (!begun && recovery.beginAnew(reason, async, this::release)) {
      return;
    }
    recovery
        .after(reason, position)
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
    if (!pass(Turn.RECOVERY, Turn.OVER)) {
      return false;
    }
    source.close();
    async.getRequest().setAttribute(ANEW, true);
    return true;
  }

  private void swap(Body body) {
    ByteSource useless;
    boolean over;
    synchronized (lock) {
      over = turn != Turn.RECOVERY;
      useless = over ? body.source() : source;
      if (!over) {
        turn = Turn.CONTAINER;
        source = body.source();
        segments = body.segments();
        index = 0;
        seek();
      }
    }
    useless.close();
    if (!over) {
      dispatch(WRITER, this);
    }
  }

  private void finish() {
    if (pass(Turn.CONTAINER, Turn.OVER)) {
      source.close();
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
    if (pass(whose, Turn.OVER)) {
      record.broken();
      source.close();
      dispatch(ABORT, true);
    }
  }
}
