package org.instantmirror.download;

import java.net.URI;
import org.instantmirror.http.Head;
import org.instantmirror.store.StorageException;
import org.instantmirror.upstream.UpstreamException;

/** How one request to one upstream ended. */
sealed interface AttemptResult {

  /** All bytes are here. */
  record Whole(boolean endIsCertain) implements AttemptResult {}

  /** What is stored holds; the head is what is known of it now. */
  record Confirmed(Head head, int status) implements AttemptResult {}

  /** 404 or 410. */
  record NotThere() implements AttemptResult {}

  /**
   * A failed try.
   *
   * @param upstreamDown whether the upstream as a whole is to rest, not only this file
   */
  record Failed(Failure failure, boolean upstreamDown) implements AttemptResult {}

  /**
   * Upstream has another file than the one whose bytes are here, and clients have some of these.
   */
  record Changed() implements AttemptResult {}

  /**
   * The bytes are not the file that repodata lists; they have been discarded.
   *
   * @param failure names the upstream
   */
  record Corrupt(Failure failure) implements AttemptResult {}

  /**
   * Segments of several mirrors together are not the file that repodata lists; they have been
   * discarded.
   *
   * @param culprit finds out whose are wrong
   */
  record Mixture(Failure failure, Culprit culprit) implements AttemptResult {}

  /** What was asked for is here, and behind it something is missing: within an attempt only. */
  record Onward() implements AttemptResult {}

  /** The partial that was found can't be gone on with; it has been discarded: ask anew. */
  record Anew() implements AttemptResult {}

  /** The disk doesn't take it. */
  record NotStored(StorageException fault) implements AttemptResult {}

  /** Upstream says that the name is a folder's: none of our business, to be passed through. */
  record Folder() implements AttemptResult {}

  /**
   * Upstream doesn't want that others get what it sends.
   *
   * @param why for the log
   */
  record Unshared(String why) implements AttemptResult {}

  /** The server is stopping, or all clients have left. */
  record Stopped() implements AttemptResult {}

  /** A try that failed because what came can't be the file. */
  static Failed implausible(URI uri, String what) {
    return new Failed(new Failure(Failure.Kind.BAD_GATEWAY, uri, "sent " + what), false);
  }

  /** A try that failed because upstream answered with an error. */
  static Failed answered(URI uri, int status) {
    boolean overloaded = status == 429 || status == 502 || status == 503 || status == 504;
    return new Failed(
        new Failure(
            status == 504 ? Failure.Kind.TIMEOUT : Failure.Kind.BAD_GATEWAY,
            uri,
            "answered " + status),
        overloaded);
  }

  /**
   * A try that failed because the exchange broke.
   *
   * @param answered whether the head of an answer had come
   */
  static Failed broken(UpstreamException fault, boolean answered) {
    boolean upstreamDown =
        fault.kind() == UpstreamException.Kind.UNREACHABLE
            || (fault.kind() == UpstreamException.Kind.TIMEOUT && !answered);
    return new Failed(Failure.of(fault), upstreamDown);
  }
}
