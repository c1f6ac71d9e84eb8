package org.instantmirror.upstream;

import java.io.IOException;

/**
 * An upstream could not be asked or did not keep to HTTP. The message names the URL and the fault.
 */
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

  /** A fault of that kind. */
  public UpstreamException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** A fault of that kind, found by ourselves. */
  public UpstreamException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  /** What went wrong. */
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
