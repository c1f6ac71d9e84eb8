package org.instantmirror.web;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a request's body of bounded length without holding a thread: a client may send it as slowly
 * as it likes, but for a bounded time. The container calls it back, one call at a time.
 */
final class Upload implements ReadListener, AsyncListener {

  private static final Logger LOG = LoggerFactory.getLogger(Upload.class);
  private static final int BUFFER = 8 * 1024;

  /** In the form in which it is meant. */
  private static final int MOST_INFLATED = 8 << 20;

  private final HttpServletRequest request;
  private final HttpServletResponse response;
  private final AsyncContext async;
  private final ServletInputStream in;
  private final Receiver receiver;
  private final Runnable release;
  private final byte[] buffer = new byte[BUFFER];
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();
  private final AtomicBoolean ended = new AtomicBoolean();

  /** Answers a request whose body is here. */
  @FunctionalInterface
  interface Receiver {
    /** In the container's thread. */
    void take(HttpServletRequest request, HttpServletResponse response, Content body)
        throws IOException;
  }

  /** A body, and whether it is in gzip. */
  static final class Content {
    private final byte[] bytes;
    private final boolean packed;

    Content(byte[] bytes, boolean packed) {
      this.bytes = bytes;
      this.packed = packed;
    }

    /** As it is meant; reading it throws {@link TooLargeException} where it gets too long. */
    InputStream open() throws IOException {
      InputStream plain = new ByteArrayInputStream(bytes);
      return packed ? new Bounded(new GZIPInputStream(plain, BUFFER)) : plain;
    }
  }

  /** There is more of it than is taken. */
  static final class TooLargeException extends IOException {
    private static final long serialVersionUID = 1L;

    TooLargeException(int most) {
      super("a report may be " + most + " bytes long");
    }
  }

  /** Ends with a fault where it would be too long. */
  private static final class Bounded extends FilterInputStream {
    private int left = MOST_INFLATED;

    Bounded(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int b = super.read();
      count(b < 0 ? 0 : 1);
      return b;
    }

    @Override
    public int read(byte[] target, int begin, int length) throws IOException {
      int n = super.read(target, begin, length);
      count(Math.max(0, n));
      return n;
    }

    private void count(int n) throws TooLargeException {
      left -= n;
      if (left < 0) {
        throw new TooLargeException(MOST_INFLATED);
      }
    }
  }

  private Upload(
      HttpServletRequest request, HttpServletResponse response, Receiver receiver, Runnable release)
      throws IOException {
    this.request = request;
    this.response = response;
    this.receiver = receiver;
    this.release = release;
    this.in = request.getInputStream();
    this.async = request.startAsync(request, response);
  }

  /** Whether it is a content coding that is understood. */
  static boolean isCoding(@Nullable String coding) {
    return coding == null || coding.equalsIgnoreCase("identity") || isGzip(coding);
  }

  private static boolean isGzip(@Nullable String coding) {
    return coding != null && (coding.equalsIgnoreCase("gzip") || coding.equalsIgnoreCase("x-gzip"));
  }

  /**
   * Takes the body of a request.
   *
   * @param receiver answers when it is here
   * @param release called when it has ended, however
   * @param patience for how long it may take
   */
  static void begin(
      HttpServletRequest request,
      HttpServletResponse response,
      Receiver receiver,
      Runnable release,
      Duration patience)
      throws IOException {
    boolean begun = false;
    try {
      Upload upload = new Upload(request, response, receiver, release);
      upload.async.setTimeout(patience.toMillis());
      upload.async.addListener(upload);
      upload.in.setReadListener(upload);
      begun = true;
    } finally {
      if (!begun) {
        release.run();
      }
    }
  }

  @Override
  public void onDataAvailable() throws IOException {
    while (in.isReady() && !in.isFinished()) {
      int n = in.read(buffer);
      if (n < 0) {
        return;
      }
      received.write(buffer, 0, n);
      if (received.size() > UsageServlet.MOST_BYTES) {
        // The rest isn't read: the connection ends with the answer.
        response.setHeader("Connection", "close");
        end(413, "a report may be " + UsageServlet.MOST_BYTES + " bytes long");
        return;
      }
    }
  }

  @Override
  public void onAllDataRead() {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    try {
      Content body =
          new Content(received.toByteArray(), isGzip(request.getHeader("Content-Encoding")));
      receiver.take(request, response, body);
    } catch (IOException gone) {
      LOG.debug("a client has left", gone);
    } catch (RuntimeException fault) {
      LOG.error("a report can't be read", fault);
    } finally {
      complete();
    }
  }

  @Override
  public void onError(Throwable fault) {
    LOG.debug("a client has left", fault);
    if (ended.compareAndSet(false, true)) {
      complete();
    }
  }

  @Override
  public void onTimeout(AsyncEvent event) {
    response.setHeader("Connection", "close");
    end(408, "the report didn't come in time");
  }

  private void end(int status, String sentence) {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    try {
      ApiAnswer.error(request, response, status, sentence);
    } catch (IOException gone) {
      LOG.debug("a client has left", gone);
    } finally {
      complete();
    }
  }

  private void complete() {
    release.run();
    try {
      async.complete();
    } catch (IllegalStateException already) {
      LOG.debug("already ended", already);
    }
  }

  @Override
  public void onError(AsyncEvent event) {
    onError(event.getThrowable());
  }

  @Override
  public void onComplete(AsyncEvent event) {
    if (ended.compareAndSet(false, true)) {
      release.run();
    }
  }

  @Override
  public void onStartAsync(AsyncEvent event) {
    // It isn't begun again.
  }
}
