package org.instantmirror.upstream;

import java.io.Closeable;

/** Speaks HTTP to upstreams. Thread-safe. */
public interface UpstreamClient extends Closeable {

  /**
   * Sends a request, follows redirects as promise 10 allows (bounded, no loops, http and https
   * only, private addresses only if configured, credentials only to the base URLs' own hosts), and
   * returns when the head of the final answer is here.
   *
   * @param cancellation breaks it off at any time: while it waits for a connection or for the head,
   *     or while the answer's body is read
   * @throws UpstreamException if there is no answer, or it was cancelled
   */
  UpstreamResponse execute(UpstreamRequest request, Cancellation cancellation)
      throws UpstreamException;

  /** The same, where nobody gives it up before its answer is here. */
  default UpstreamResponse execute(UpstreamRequest request) throws UpstreamException {
    return execute(request, new Cancellation());
  }
}
