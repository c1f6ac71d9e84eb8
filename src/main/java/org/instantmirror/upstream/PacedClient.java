package org.instantmirror.upstream;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.instantmirror.http.Head;
import org.instantmirror.repo.Repo;

/**
 * Has the bodies of another client's answers come no faster than the lines may be used, and what
 * nobody waits for give way to what somebody does. Answers without a body aren't held up, and
 * neither is what comes from the cache. A time-out of the other client, or its minimum rate, never
 * counts the time that is spent waiting here. Thread-safe.
 */
public final class PacedClient implements UpstreamClient {

  private final UpstreamClient client;
  private final Lines lines;

  /**
   * @param client makes the requests; closed with this one
   */
  public PacedClient(UpstreamClient client, Lines lines) {
    this.client = client;
    this.lines = lines;
  }

  @Override
  public UpstreamResponse execute(UpstreamRequest request, Cancellation cancellation)
      throws UpstreamException {
    Ride ride = new Ride(request, cancellation);
    try {
      ride.awaitLeave();
      UpstreamResponse response = ride.ask(() -> client.execute(request, cancellation));
      ride.goOn(response.effectiveUri());
      PacedResponse paced = new PacedResponse(response, ride);
      cancellation.onCancel(paced::abort);
      return paced;
    } catch (UpstreamException | RuntimeException | Error fault) {
      ride.end();
      throw fault;
    }
  }

  @Override
  public void close() throws IOException {
    client.close();
  }

  /** Asks upstream for something. */
  private interface Question<T> {
    T ask() throws UpstreamException;
  }

  /** One exchange on its lines. Confined to its thread but for {@link #wake} and {@link #end}. */
  private final class Ride {
    private final Repo repo;
    private final Rider rider;
    private final Cancellation cancellation;
    private volatile URI uri;
    private volatile Line line;
    private final AtomicBoolean ended = new AtomicBoolean();
    private long heldNanos;

    Ride(UpstreamRequest request, Cancellation cancellation) {
      this.repo = request.repo();
      this.rider = request.rider();
      this.cancellation = cancellation;
      this.uri = request.uri();
      this.line = lines.enter(uri, repo);
      cancellation.onCancel(this::wake);
      rider.onChange(this::wake);
    }

    void wake() {
      line.wake();
      lines.all().wake();
    }

    /** Before a request for what nobody waits for: its answer would fill buffers. */
    void awaitLeave() throws UpstreamException {
      if (rider.urgency() == Urgency.AHEAD) {
        line.brought(Urgency.AHEAD, turn(line, Turnstile.LEAST_BLOCK), 0);
      }
    }

    /** Nobody else is brought anything while a client waits for this. */
    <T> T ask(Question<T> question) throws UpstreamException {
      boolean client = rider.urgency() == Urgency.INTERACTIVE;
      Line asked = line;
      if (client) {
        asked.clientBegins();
      }
      try {
        return question.ask();
      } finally {
        if (client) {
          asked.clientEnds();
        }
      }
    }

    /** Redirects may have led to another host. */
    void goOn(URI effective) {
      if (!Lines.areSame(uri, effective)) {
        lines.leave(uri, repo);
        uri = effective;
        line = lines.enter(effective, repo);
      }
    }

    int read(UpstreamResponse response, ByteBuffer target) throws UpstreamException {
      int ofLine = turn(line, target.remaining());
      return ask(() -> readInTurn(response, target, ofLine));
    }

    private int readInTurn(UpstreamResponse response, ByteBuffer target, int ofLine)
        throws UpstreamException {
      Urgency urgency = rider.urgency();
      int granted = 0;
      int count = 0;
      try {
        granted = turn(lines.all(), ofLine);
        int limit = target.limit();
        target.limit(target.position() + granted);
        try {
          count = response.read(target);
        } finally {
          target.limit(limit);
        }
        return count;
      } finally {
        line.brought(urgency, ofLine, Math.max(0, count));
        lines.all().brought(urgency, granted, Math.max(0, count));
      }
    }

    private int turn(Line of, int wanted) throws UpstreamException {
      long begin = System.nanoTime();
      try {
        return of.await(rider, wanted, cancellation, uri);
      } finally {
        heldNanos += System.nanoTime() - begin;
      }
    }

    void end() {
      if (ended.compareAndSet(false, true)) {
        lines.leave(uri, repo);
      }
    }
  }

  /** Reads in turn. */
  private static final class PacedResponse implements UpstreamResponse {
    private final UpstreamResponse response;
    private final Ride ride;
    private long received;

    PacedResponse(UpstreamResponse response, Ride ride) {
      this.response = response;
      this.ride = ride;
    }

    @Override
    public int read(ByteBuffer target) throws UpstreamException {
      // That a body has ended is told without a turn: its last bytes are here.
      if (!target.hasRemaining() || received == response.contentLength()) {
        return response.read(target);
      }
      int count = ride.read(response, target);
      received += Math.max(0, count);
      return count;
    }

    @Override
    public Duration held() {
      return response.held().plusNanos(ride.heldNanos);
    }

    @Override
    public int status() {
      return response.status();
    }

    @Override
    public List<Map.Entry<String, String>> headers() {
      return response.headers();
    }

    @Override
    public Optional<String> header(String name) {
      return response.header(name);
    }

    @Override
    public Head head() {
      return response.head();
    }

    @Override
    public long contentLength() {
      return response.contentLength();
    }

    @Override
    public boolean endIsCertain() {
      return response.endIsCertain();
    }

    @Override
    public URI effectiveUri() {
      return response.effectiveUri();
    }

    @Override
    public void close() throws IOException {
      ride.end();
      response.close();
    }

    @Override
    public void abort() {
      response.abort();
      ride.wake();
      ride.end();
    }
  }
}
