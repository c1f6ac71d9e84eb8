package org.instantmirror.upstream;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentLengthStrategy;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.ProtocolException;
import org.instantmirror.http.EntityTag;
import org.instantmirror.http.Head;
import org.instantmirror.http.HttpDate;
import org.instantmirror.repo.Transport;
import org.instantmirror.upstream.UpstreamException.Kind;
import org.jspecify.annotations.Nullable;

/** An answer that comes over a pooled connection; the connection goes back at the body's end. */
final class HttpUpstreamResponse implements UpstreamResponse {

  private static final int COPY_BLOCK = 16 * 1024;

  private final URI effectiveUri;
  private final HttpUriRequestBase request;
  private final Transport transport;
  private final LongSupplier nanoClock;
  private final int status;
  private final List<Map.Entry<String, String>> headers;
  private final long framedLength;
  private final @Nullable InputStream body;
  private final MinimumRate rate;

  /** Whether the end of the body was read. Only the reading thread touches it. */
  private boolean ended;

  /**
   * Takes over an answer.
   *
   * @param request by which the answer's connection is given up
   * @throws ProtocolException if the head is unfit
   */
  HttpUpstreamResponse(
      URI effectiveUri,
      HttpUriRequestBase request,
      ClassicHttpResponse response,
      Transport transport,
      LongSupplier nanoClock)
      throws IOException, ProtocolException {
    this.effectiveUri = effectiveUri;
    this.request = request;
    this.transport = transport;
    this.nanoClock = nanoClock;
    this.status = response.getCode();
    this.framedLength = MessageFraming.INSTANCE.determineLength(response);
    if (status > 599) {
      throw new ProtocolException("status " + status);
    }
    this.headers =
        Stream.of(response.getHeaders())
            .map(
                field ->
                    Map.entry(field.getName(), Optional.ofNullable(field.getValue()).orElse("")))
            .toList();
    HttpEntity entity = response.getEntity();
    this.body = entity == null ? null : entity.getContent();
    this.ended = body == null || framedLength == 0;
    if (body != null && ended) {
      body.close(); // Nothing to read: the connection goes back at once.
    }
    this.rate = new MinimumRate(transport.minRate(), transport.timeout());
  }

  @Override
  public int status() {
    return status;
  }

  @Override
  public List<Map.Entry<String, String>> headers() {
    return headers;
  }

  @Override
  public Optional<String> header(String name) {
    return headers.stream()
        .filter(field -> field.getKey().equalsIgnoreCase(name))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  @Override
  public Head head() {
    return new Head(
        EntityTag.parse(header("ETag").orElse(null)).orElse(null),
        HttpDate.parse(header("Last-Modified").orElse(null)).orElse(null),
        HttpDate.parse(header("Date").orElse(null)).orElse(null),
        header("Content-Type").orElse(null));
  }

  /** For HEAD the length that the body would have, or -1; for 204 and 304 zero. */
  @Override
  public long contentLength() {
    if (body == null && !request.getMethod().equals("HEAD")) {
      return 0;
    }
    return Math.max(framedLength, -1);
  }

  @Override
  public boolean endIsCertain() {
    return body == null || framedLength != ContentLengthStrategy.UNDEFINED;
  }

  @Override
  public URI effectiveUri() {
    return effectiveUri;
  }

  @Override
  public int read(ByteBuffer target) throws UpstreamException {
    InputStream in = body;
    if (in == null || ended) {
      return -1;
    }
    if (!target.hasRemaining()) {
      return 0;
    }
    int count;
    try {
      long before = nanoClock.getAsLong();
      count = read(in, target);
      ended = count < 0;
      if (rate.isTooSlowAfter(nanoClock.getAsLong() - before, Math.max(0, count)) && !ended) {
        throw new UpstreamException(
            Kind.TIMEOUT, effectiveUri, "slower than " + transport.minRate() + " bytes a second");
      }
      return count;
    } catch (IOException e) {
      request.cancel();
      throw UpstreamFault.inBody(effectiveUri, e, transport);
    }
  }

  private static int read(InputStream in, ByteBuffer target) throws IOException {
    if (target.hasArray()) {
      int count =
          in.read(target.array(), target.arrayOffset() + target.position(), target.remaining());
      target.position(target.position() + Math.max(0, count));
      return count;
    }
    byte[] block = new byte[Math.min(COPY_BLOCK, target.remaining())];
    int count = in.read(block);
    if (count > 0) {
      target.put(block, 0, count);
    }
    return count;
  }

  /** Reads what is left if it is little, so that the connection can be used again. */
  void drainOrGiveUp(int atMost) {
    try {
      if (framedLength >= 0 && framedLength <= atMost) {
        ByteBuffer rest = ByteBuffer.allocate(atMost);
        while (read(rest) > 0) {
          rest.clear();
        }
      }
    } catch (UpstreamException e) {
      // Then the connection is gone already.
    } finally {
      close();
    }
  }

  @Override
  public void close() {
    if (!ended) {
      // Closing the stream would drain it, be it a gigabyte.
      request.cancel();
      ended = true;
    }
  }

  @Override
  public void abort() {
    request.cancel();
  }
}
