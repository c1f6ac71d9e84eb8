package org.instantmirror.download;

import org.instantmirror.upstream.UpstreamException;

/**
 * Why a file could not be had.
 *
 * @param kind decides the answer's status
 * @param message for the client and the log: what happened, to what
 */
public record Failure(Kind kind, String message) {

  /** What kind of failure it is. */
  public enum Kind {
    /** No upstream could be reached, or none gave a usable answer: 502. */
    BAD_GATEWAY,
    /** An upstream didn't answer in time: 504. */
    TIMEOUT,
    /** No place in the queue, or the server is stopping: 503. */
    OVERLOADED
  }

  /** The failure that an exception stands for. */
  static Failure of(UpstreamException fault) {
    Kind kind = fault.kind() == UpstreamException.Kind.TIMEOUT ? Kind.TIMEOUT : Kind.BAD_GATEWAY;
    return new Failure(kind, String.valueOf(fault.getMessage()));
  }

  /** The exception that stands for it where failures of an upstream are remembered. */
  UpstreamException toException() {
    UpstreamException.Kind fault =
        kind == Kind.TIMEOUT ? UpstreamException.Kind.TIMEOUT : UpstreamException.Kind.UNREACHABLE;
    return new UpstreamException(fault, message);
  }
}
