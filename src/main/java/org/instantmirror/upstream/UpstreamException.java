package org.instantmirror.upstream;

import java.io.IOException;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** An upstream could not be asked or did not keep to HTTP. The message names URL and fault. */
public final class UpstreamException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What went wrong, as far as the answer to the client differs. */
  public enum Kind {
    /** Name not resolved, connection refused, no route, TLS failure: 502. */
    UNREACHABLE,
    /** No connection or no byte within its time-out, or slower than the minimum rate: 504. */
    TIMEOUT,
    /** The connection broke in the middle of an answer: 502. */
    BROKEN,
    /** The answer breaks HTTP, or its framing is ambiguous: 502. */
    PROTOCOL,
    /** A redirect that must not be followed: 502. */
    REDIRECT
  }

  private final Kind kind;
  private final URI uri;
  private final String what;

  /**
   * A fault of that kind.
   *
   * @param uri what was asked for, or where a redirect had led
   * @param what went wrong, without the URL
   */
  public UpstreamException(Kind kind, URI uri, String what, @Nullable Throwable cause) {
    super(uri + ": " + what, cause);
    this.kind = kind;
    this.uri = uri;
    this.what = what;
  }

  /** A fault of that kind, found by ourselves. */
  public UpstreamException(Kind kind, URI uri, String what) {
    this(kind, uri, what, null);
  }

  /** What was asked for, or where a redirect had led. */
  public URI uri() {
    return uri;
  }

  /** What went wrong in words, without the URL. */
  public String what() {
    return what;
  }

  /** What went wrong, as far as the answer to the client differs. */
  public Kind kind() {
    return kind;
  }

  /**
   * Whether it says that the upstream as a whole can't be reached, and not only that something is
   * wrong with one file there.
   */
  public boolean isUnreachable() {
    return kind == Kind.UNREACHABLE || kind == Kind.TIMEOUT;
  }
}
