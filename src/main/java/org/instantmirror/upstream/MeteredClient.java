package org.instantmirror.upstream;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.instantmirror.http.Head;

/** Counts what another client fetches. Thread-safe. */
public final class MeteredClient implements UpstreamClient {

  private final UpstreamClient client;
  private final LongAdder requests = new LongAdder();
  private final LongAdder bytes = new LongAdder();

  /**
   * @param client makes the requests; closed with this one
   */
  public MeteredClient(UpstreamClient client) {
    this.client = client;
  }

  @Override
  public UpstreamResponse execute(UpstreamRequest request, Cancellation cancellation)
      throws UpstreamException {
    requests.increment();
    return new Metered(client.execute(request, cancellation));
  }

  /** How many requests were made; one that was redirected counts once. */
  public long requests() {
    return requests.sum();
  }

  /** How many bytes of bodies have come. */
  public long bytes() {
    return bytes.sum();
  }

  @Override
  public void close() throws IOException {
    client.close();
  }

  private final class Metered implements UpstreamResponse {
    private final UpstreamResponse response;

    Metered(UpstreamResponse response) {
      this.response = response;
    }

    @Override
    public int read(ByteBuffer target) throws UpstreamException {
      int n = response.read(target);
      bytes.add(Math.max(0, n));
      return n;
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
