package org.instantmirror.upstream;

import java.io.Closeable;

/** Speaks HTTP to upstreams. Thread-safe. */
public interface UpstreamClient extends Closeable {

  /**
   * Sends a request, follows redirects as promise 10 allows (bounded, no loops, http and https
   * only, private addresses only if configured, credentials only to the base URLs' own hosts), and
   * returns when the head of the final answer is here.
   *
   * @throws UpstreamException if there is none
   */
  UpstreamResponse execute(UpstreamRequest request) throws UpstreamException;
}
