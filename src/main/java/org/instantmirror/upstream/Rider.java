package org.instantmirror.upstream;

/** Whom an answer is for, as far as it shares a line with others. Thread-safe. */
public interface Rider {

  /** A client, or who else waits. */
  Rider CLIENT = () -> Urgency.INTERACTIVE;

  /** How urgent it is now; that may change while the answer comes. */
  Urgency urgency();

  /**
   * Says what to do when {@link #urgency} changes, in place of what was said before.
   *
   * @param wake must not block
   */
  default void onChange(Runnable wake) {}

  /**
   * It has waited so long for its turn that upstream may lose patience with the connection. Called
   * by the thread that waits, which goes on waiting until it is cancelled.
   */
  default void keptWaiting() {}
}
