package org.instantmirror.web;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.instantmirror.download.ByteSource;
import org.instantmirror.download.ByteSource.Break;
import org.instantmirror.download.ByteSource.State;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a body without holding a thread: it writes when the container says that the client takes
 * more and the source has more, and rests otherwise. One thread at a time works, whichever of the
 * two woke it; the others leave a note ({@code notes}) and go.
 *
 * <p>A source that breaks ends in a broken transfer, never in a body that looks complete: with an
 * unknown length, {@code complete()} would end it cleanly; with a Content-Length it would keep the
 * connection, and the next response would be read as the rest of this one. Throwing in a dispatched
 * servlet is what makes Tomcat close the connection, also when the client is blocked.
 */
final class BodyWriter implements WriteListener {

  /** Set on a request whose response must be broken off. */
  static final String ABORT = BodyWriter.class.getName() + ".abort";

  private static final Logger LOG = LoggerFactory.getLogger(BodyWriter.class);

  /**
   * Bytes handed to the container at once. Not more than its socket buffer takes ({@code
   * socket.appWriteBufSize}, framing included): what is left over Tomcat keeps in a buffer of 64 kB
   * of its own, for each slow client.
   */
  private static final int CHUNK = 8 * 1024 - 64;

  /** The container copies what it can't send at once, so the threads' buffers can be shared. */
  private static final ThreadLocal<byte[]> BUFFERS = ThreadLocal.withInitial(() -> new byte[CHUNK]);

  /** Bytes sent in one turn; then others have theirs, however fast this client is. */
  private static final int TURN = 256 * 1024;

  /** Set on a request that is dispatched to be answered anew: nothing has been sent. */
  static final String ANEW = BodyWriter.class.getName() + ".anew";

  /** Finds a way to go on when a source broke. */
  interface Recovery {
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

  private final AsyncContext async;
  private final ServletOutputStream out;
  private final RequestRecord record;
  private final Recovery recovery;
  private final Executor threads;
  private final AtomicInteger notes = new AtomicInteger();
  private final AtomicBoolean over = new AtomicBoolean();

  /**
   * Held by the thread that works. When a client hangs up, the container ends the request on a
   * thread of its own and then uses its objects for the next one: whoever is still within a write
   * would leave its failure, or its bytes, to a stranger's response. So the container's callbacks
   * wait for the lock before they return. Nothing that is done under it waits for the container, as
   * all writes are non-blocking.
   */
  private final ReentrantLock working = new ReentrantLock();

  // Touched only by the thread that works, or while recovering by the one that recovers.
  private ByteSource source;
  private List<Segment> segments;
  private int index;
  private long position;
  private boolean begun;
  private boolean unflushed;
  private volatile boolean recovering;

  BodyWriter(
      AsyncContext async,
      ServletOutputStream out,
      Body body,
      RequestRecord record,
      Recovery recovery,
      Executor threads) {
    this.async = async;
    this.out = out;
    this.source = body.source();
    this.segments = body.segments();
    this.record = record;
    this.recovery = recovery;
    this.threads = threads;
    seek();
  }

  /**
   * Bodies are written by threads of our own: thousands of clients that take more at the same
   * moment must not fill the container's pool, where the short answers of others wait for a thread.
   */
  @Override
  public void onWritePossible() {
    threads.execute(this::work);
  }

  @Override
  public void onError(Throwable fault) {
    LOG.debug("a client has left", fault);
    if (leave()) {
      complete();
    }
  }

  /** The request has ended, for whatever reason: nothing of it is touched after this returns. */
  void gone() {
    leave();
  }

  /** Ends the writer when nobody works; false if it has ended before. */
  private boolean leave() {
    boolean mine = over.compareAndSet(false, true);
    working.lock();
    try {
      if (mine) {
        record.broken();
        source.close();
      }
    } finally {
      working.unlock();
    }
    return mine;
  }

  private void work() {
    if (notes.getAndIncrement() != 0) {
      return;
    }
    int seen = 1;
    do {
      working.lock();
      try {
        step();
      } catch (IOException | RuntimeException fault) {
        LOG.debug("a response broke", fault);
        abort();
      } finally {
        working.unlock();
      }
      seen = notes.addAndGet(-seen);
    } while (seen != 0);
  }

  private void step() throws IOException {
    long turnEnds = record.bytes() + TURN;
    while (!over.get() && !recovering && out.isReady()) {
      if (record.bytes() >= turnEnds) {
        threads.execute(this::work);
        return;
      }
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

  /** Sends some of a slice; false if there is nothing to send now. */
  private boolean slice(Segment.Slice slice) throws IOException {
    State state = source.state();
    long available = source.available();
    boolean toTheEnd = slice.end() == Long.MAX_VALUE;
    if (position < Math.min(available, slice.end())) {
      send(Math.min(available, slice.end()));
      return true;
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
    source.whenChanged(this::work);
    return source.state() != state || source.available() != available;
  }

  private void send(long end) throws IOException {
    byte[] buffer = BUFFERS.get();
    int most = (int) Math.min(buffer.length, end - position);
    int n = source.read(ByteBuffer.wrap(buffer, 0, most), position);
    if (n <= 0) {
      throw new IOException("the file ends before its length");
    }
    write(buffer, n);
    position += n;
  }

  private void write(byte[] bytes, int length) throws IOException {
    begun = true;
    unflushed = true;
    out.write(bytes, 0, length);
    record.sent(length);
  }

  private void flush() throws IOException {
    unflushed = false;
    out.flush();
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
      abort();
      return;
    }
    recovering = true;
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
                abort();
              }
            });
  }

  private boolean release() {
    if (!over.compareAndSet(false, true)) {
      return false;
    }
    source.close();
    async.getRequest().setAttribute(ANEW, true);
    return true;
  }

  private void swap(Body body) {
    working.lock();
    try {
      source.close();
      source = body.source();
      segments = body.segments();
      index = 0;
      seek();
      recovering = false;
      if (over.get()) {
        source.close();
      }
    } finally {
      working.unlock();
    }
    work();
  }

  private void finish() {
    if (over.compareAndSet(false, true)) {
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

  private void abort() {
    if (over.compareAndSet(false, true)) {
      record.broken();
      source.close();
      try {
        async.getRequest().setAttribute(ABORT, true);
        async.dispatch();
      } catch (IllegalStateException ended) {
        LOG.debug("already ended", ended);
      }
    }
  }
}
