package org.instantmirror.download;

import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.instantmirror.http.Head;
import org.instantmirror.upstream.Cancellation;
import org.instantmirror.upstream.UpstreamClient;
import org.instantmirror.upstream.UpstreamException;
import org.instantmirror.upstream.UpstreamRequest;
import org.instantmirror.upstream.UpstreamResponse;

/**
 * An upstream of one file that gives its bytes as a test releases them, and whose aborted reads end
 * only when a test lets them: the moment between the decision to give a download up and its end.
 * Thread-safe.
 */
final class HeldUpstream implements UpstreamClient {

  private static final long PATIENCE_MILLIS = 20_000;

  private final byte[] content;
  private final CountDownLatch aborted = new CountDownLatch(1);
  private final CountDownLatch abortTakesEffect = new CountDownLatch(1);

  // All guarded by this.
  private final List<String> ranges = new ArrayList<>();
  private long released;
  private boolean holdsHeads;
  private volatile int breaks; // written under this

  HeldUpstream(byte[] content) {
    this.content = content.clone();
  }

  /** Lets the bytes below that position through, of whichever answer. */
  synchronized void release(long position) {
    released = Math.max(released, position);
    notifyAll();
  }

  void releaseAll() {
    release(Long.MAX_VALUE);
  }

  /** From now on it says nothing to a request, until that is given up. */
  synchronized void holdHeads() {
    holdsHeads = true;
  }

  /** Breaks all answers off. */
  synchronized void breakOff() {
    breaks++;
    notifyAll();
  }

  /** Waits until that many requests have come. */
  synchronized void awaitRequests(int count) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    while (ranges.size() < count) {
      if (System.nanoTime() > end) {
        throw new AssertionError(ranges.size() + " of " + count + " requests");
      }
      wait(PATIENCE_MILLIS);
    }
  }

  void awaitAbort() throws InterruptedException {
    if (!aborted.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
      throw new AssertionError("nobody gave the transfer up");
    }
  }

  void letAbortedReadEnd() {
    abortTakesEffect.countDown();
  }

  /** The Range fields of all requests so far; empty for none. */
  synchronized List<String> ranges() {
    return List.copyOf(ranges);
  }

  @Override
  public UpstreamResponse execute(UpstreamRequest request, Cancellation cancellation)
      throws UpstreamException {
    String range =
        request.headers().stream()
            .filter(field -> field.getKey().equals("Range"))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElse("");
    int offset = range.isEmpty() ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
    Response response = new Response(request.uri(), offset);
    cancellation.onCancel(response::abort);
    boolean silent;
    synchronized (this) {
      ranges.add(range);
      notifyAll();
      silent = holdsHeads;
    }
    if (silent) {
      response.awaitAbort();
    }
    return response;
  }

  @Override
  public void close() {}

  private final class Response implements UpstreamResponse {
    private final URI uri;
    private final int offset;
    private int position;
    private final int breaksBefore = breaks;
    private volatile boolean given;

    Response(URI uri, int offset) {
      this.uri = uri;
      this.offset = offset;
      this.position = offset;
    }

    @Override
    public int status() {
      return offset == 0 ? 200 : 206;
    }

    @Override
    public List<Map.Entry<String, String>> headers() {
      return List.of();
    }

    @Override
    public Optional<String> header(String name) {
      return name.equals("Content-Range")
          ? Optional.of("bytes " + offset + "-" + (content.length - 1) + "/" + content.length)
          : Optional.empty();
    }

    @Override
    public Head head() {
      return DownloadFixture.HEAD;
    }

    @Override
    public long contentLength() {
      return (long) content.length - offset;
    }

    @Override
    public boolean endIsCertain() {
      return true;
    }

    @Override
    public URI effectiveUri() {
      return uri;
    }

    @Override
    public int read(ByteBuffer target) throws UpstreamException {
      if (position == content.length) {
        return -1;
      }
      int end = awaitRelease();
      if (given) {
        awaitEffect();
        throw broken("aborted");
      }
      if (breaksBefore < breaks) {
        throw broken("broken off");
      }
      int count = Math.min(target.remaining(), end - position);
      target.put(content, position, count);
      position += count;
      return count;
    }

    private int awaitRelease() {
      synchronized (HeldUpstream.this) {
        while (released <= position && !given && breaksBefore == breaks) {
          waitForChange();
        }
        return (int) Math.min(content.length, released);
      }
    }

    /** There is no head until the request is given up. */
    void awaitAbort() throws UpstreamException {
      synchronized (HeldUpstream.this) {
        while (!given) {
          waitForChange();
        }
      }
      throw broken("aborted");
    }

    private void waitForChange() {
      try {
        HeldUpstream.this.wait(PATIENCE_MILLIS);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    private UpstreamException broken(String what) {
      return new UpstreamException(UpstreamException.Kind.BROKEN, uri, what);
    }

    private void awaitEffect() {
      try {
        if (!abortTakesEffect.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
          throw new AssertionError("the aborted read was never let go");
        }
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void close() {}

    @Override
    public void abort() {
      synchronized (HeldUpstream.this) {
        given = true;
        HeldUpstream.this.notifyAll();
      }
      aborted.countDown();
    }
  }
}
