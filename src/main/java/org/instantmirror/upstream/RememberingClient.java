package org.instantmirror.upstream;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.instantmirror.http.Head;
import org.jspecify.annotations.Nullable;

/** Remembers what comes of each request for a file that another client makes. Thread-safe. */
public final class RememberingClient implements UpstreamClient {

  private final UpstreamClient client;
  private final RememberedAnswers answers;
  private final Clock clock;

  /**
   * @param client makes the requests; closed with this one
   */
  public RememberingClient(UpstreamClient client, RememberedAnswers answers, Clock clock) {
    this.client = client;
    this.answers = answers;
    this.clock = clock;
  }

  @Override
  public UpstreamResponse execute(UpstreamRequest request, Cancellation cancellation)
      throws UpstreamException {
    String path = request.path();
    if (path == null) {
      return client.execute(request, cancellation);
    }
    Instant at = clock.instant();
    long began = System.nanoTime();
    try {
      UpstreamResponse response = client.execute(request, cancellation);
      RememberedAnswer answer =
          answer(request, at, began, response.effectiveUri(), response.status(), null);
      answers.record(request.repo().id(), path, answer);
      return new Remembered(
          response, fault -> answers.broke(request.repo().id(), path, answer, fault));
    } catch (UpstreamException fault) {
      answers.record(request.repo().id(), path, answer(request, at, began, null, 0, fault.what()));
      throw fault;
    }
  }

  private static RememberedAnswer answer(
      UpstreamRequest request,
      Instant at,
      long beganNanos,
      @Nullable URI finalUri,
      int status,
      @Nullable String fault) {
    return new RememberedAnswer(
        request.method(),
        request.uri(),
        finalUri,
        status,
        fault,
        at,
        Duration.ofNanos(System.nanoTime() - beganNanos));
  }

  @Override
  public void close() throws IOException {
    client.close();
  }

  /** Says so when its body breaks, once. */
  private static final class Remembered implements UpstreamResponse {
    private final UpstreamResponse response;
    private final java.util.function.Consumer<String> broke;
    private final AtomicBoolean said = new AtomicBoolean();

    Remembered(UpstreamResponse response, java.util.function.Consumer<String> broke) {
      this.response = response;
      this.broke = broke;
    }

    @Override
    public int read(ByteBuffer target) throws UpstreamException {
      try {
        return response.read(target);
      } catch (UpstreamException fault) {
        if (said.compareAndSet(false, true)) {
          broke.accept(fault.what());
        }
        throw fault;
      }
    }

    @Override
    public Duration held() {
      return response.held();
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
      response.close();
    }

    @Override
    public void abort() {
      response.abort();
    }
  }
}
