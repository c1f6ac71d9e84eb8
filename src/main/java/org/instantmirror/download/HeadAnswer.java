package org.instantmirror.download;

import org.instantmirror.http.Head;

/** What upstream says of a file that isn't stored, without its bytes. */
public sealed interface HeadAnswer {

  /**
   * It is there.
   *
   * @param length in bytes, or -1
   */
  record Found(Head head, long length) implements HeadAnswer {}

  /** No upstream that could be reached has it. */
  record Missing() implements HeadAnswer {}

  /** No upstream could be asked. */
  record Unavailable(Failure failure) implements HeadAnswer {}
}
