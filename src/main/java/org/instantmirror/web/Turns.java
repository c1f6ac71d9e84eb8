package org.instantmirror.web;

/**
 * Whose turn it is to touch a response that is being written. What one did before it passed its
 * turn on, the next one sees. Thread-safe.
 */
final class Turns {

  /** Who may have it. */
  enum Turn {
    /** The container's: it calls back, or is about to. */
    CONTAINER,
    /** The source's: it wakes the writer when there is more. */
    SOURCE,
    /** The recovery's: it brings another source, or none. */
    RECOVERY,
    /** Nobody's: the response has ended. */
    OVER
  }

  private Turn turn = Turn.CONTAINER; // guarded by this

  /** Whether it is that one's. */
  synchronized boolean is(Turn whose) {
    return turn == whose;
  }

  /** Passes it on; false, and nothing changes, if it isn't {@code from}'s. */
  boolean pass(Turn from, Turn to) {
    return pass(from, to, () -> {});
  }

  /**
   * The same.
   *
   * @param before done while nobody else can take or end the turn, if it is passed on
   */
  synchronized boolean pass(Turn from, Turn to, Runnable before) {
    if (turn != from) {
      return false;
    }
    before.run();
    turn = to;
    return true;
  }

  /** Ends it, whosever it is; false if it is over. */
  synchronized boolean end() {
    boolean first = turn != Turn.OVER;
    turn = Turn.OVER;
    return first;
  }
}
