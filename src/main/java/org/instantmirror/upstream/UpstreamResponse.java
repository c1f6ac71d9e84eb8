package org.instantmirror.upstream;

import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.instantmirror.http.Head;

/**
 * An upstream's final answer after redirects; its body is read by one thread. Closing it before the
 * end of the body gives the connection up instead of draining it.
 */
public interface UpstreamResponse extends Closeable {

  /** 200 to 599; a redirect that was followed is never seen. */
  int status();

  /** All fields as they came, in order. */
  List<Map.Entry<String, String>> headers();

  /** The first field of that name, case-insensitive. */
  Optional<String> header(String name);

  /** Validators and media type. */
  Head head();

  /** The length of the body by its framing, or -1 if chunked or ended by closing. */
  long contentLength();

  /**
   * Whether the end of the body can be told from a break: by a length, a last chunk, or having no
   * body; false where it is ended by closing the connection.
   */
  boolean endIsCertain();

  /** The URL that answered, after redirects. */
  URI effectiveUri();

  /**
   * Reads the next bytes of the body, blocking for upstream.
   *
   * @return how many; -1 at the proper end
   * @throws UpstreamException if the transfer breaks: reset, closed before the length was reached
   *     or the last chunk came, nothing within the time-out, slower than the minimum rate
   */
  int read(ByteBuffer target) throws UpstreamException;

  /**
   * How long we ourselves have held it up until now, for the sake of others or of a limit: no time
   * that upstream took.
   */
  default Duration held() {
    return Duration.ZERO;
  }

  @Override
  void close() throws IOException;

  /** Gives the connection up from another thread; a blocked read fails. */
  void abort();
}
