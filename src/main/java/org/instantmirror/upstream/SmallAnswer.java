package org.instantmirror.upstream;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import org.instantmirror.upstream.UpstreamException.Kind;
import org.jspecify.annotations.Nullable;

/**
 * An answer that is wanted as a whole and known to be small: a list, a key.
 *
 * @param from the URL that answered, after redirects
 */
record SmallAnswer(ByteBuffer body, URI from, @Nullable Instant lastModified) {

  /** What is small is here sooner, or its server would hold up what waits for it. */
  private static final Duration LONGEST = Duration.ofMinutes(2);

  /**
   * Asks for it. Blocks.
   *
   * @param mostBytes what its body may hold
   * @throws UpstreamException if it can't be had, is larger, or takes longer than two minutes
   */
  static SmallAnswer get(UpstreamClient client, UpstreamRequest request, int mostBytes)
      throws UpstreamException {
    long until = System.nanoTime() + LONGEST.toNanos();
    try (UpstreamResponse response = client.execute(request)) {
      if (response.status() != 200) {
        throw new UpstreamException(Kind.PROTOCOL, request.uri(), "answered " + response.status());
      }
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      ByteBuffer buffer = ByteBuffer.allocate(16 * 1024);
      while (response.read(buffer) >= 0) {
        body.write(buffer.array(), 0, buffer.position());
        buffer.clear();
        if (body.size() > mostBytes) {
          throw new UpstreamException(
              Kind.PROTOCOL, request.uri(), "sent more than " + mostBytes + " bytes");
        }
        if (System.nanoTime() - until > 0) {
          throw new UpstreamException(
              Kind.TIMEOUT, request.uri(), "took longer than " + LONGEST.toSeconds() + " s");
        }
      }
      return new SmallAnswer(
          ByteBuffer.wrap(body.toByteArray()),
          response.effectiveUri(),
          response.head().lastModified());
    } catch (UpstreamException e) {
      throw e;
    } catch (IOException e) {
      throw new UpstreamException(Kind.BROKEN, request.uri(), String.valueOf(e.getMessage()), e);
    }
  }
}
