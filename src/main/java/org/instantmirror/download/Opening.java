package org.instantmirror.download;

import org.instantmirror.http.Head;
import org.instantmirror.store.StoredEntry;

/** What becomes known first of a download: the moment at which clients can be answered. */
public sealed interface Opening {

  /**
   * A body is arriving; its first bytes are here and can be what was asked for.
   *
   * @param head upstream's
   * @param length in bytes, or -1
   * @param endIsCertain false where upstream ends the body by closing the connection
   * @param shared whether the bytes are those that arrive for another name of the same content
   */
  record Streaming(Head head, long length, boolean endIsCertain, boolean shared)
      implements Opening {

    /** From an upstream of its own. */
    public Streaming(Head head, long length, boolean endIsCertain) {
      this(head, length, endIsCertain, false);
    }
  }

  /**
   * Its content was here under another name, and is under its own now; upstream wasn't asked.
   *
   * @param entry of its own name
   */
  record Linked(StoredEntry entry) implements Opening {}

  /**
   * What is stored holds.
   *
   * @param entry as it is now
   * @param upstreamStatus what upstream answered: 304, or 200 for the same or an older file; 404
   *     where metadata is kept for a while; 0 if it wasn't asked because somebody else just had
   */
  record Unchanged(StoredEntry entry, int upstreamStatus) implements Opening {}

  /**
   * What is stored must do: somebody else has just asked upstream in vain.
   *
   * @param entry past its lifetime
   */
  record Stale(StoredEntry entry) implements Opening {}

  /** Upstream doesn't have it. */
  record Missing() implements Opening {}

  /** It can't be had now. */
  record Unavailable(Failure failure) implements Opening {}

  /**
   * It is there, but can't be stored: pass it through.
   *
   * @param reason for the log
   */
  record Unstorable(String reason) implements Opening {}

  /**
   * It is there, but for each client by itself: pass it through.
   *
   * @param reason for the log
   */
  record Unshared(String reason) implements Opening {}

  /** This download was given up before it began in earnest: ask again. */
  record Withdrawn() implements Opening {}
}
