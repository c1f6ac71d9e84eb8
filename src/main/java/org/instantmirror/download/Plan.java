package org.instantmirror.download;

import org.instantmirror.store.StoredEntry;
import org.jspecify.annotations.Nullable;

/** What a download has to do, as of the moment when it begins. */
public sealed interface Plan {

  /**
   * Nothing: since the client asked, somebody else's download has answered the question.
   *
   * @param entry fresh
   */
  record Deliver(StoredEntry entry) implements Plan {}

  /**
   * Nothing: somebody else's download has just asked, and got no usable answer.
   *
   * @param entry past its lifetime
   */
  record DeliverStale(StoredEntry entry) implements Plan {}

  /** Nothing: upstream has just said that there is no such file. */
  record KnownMissing() implements Plan {}

  /**
   * Ask upstream.
   *
   * @param stored what is to be validated; null if nothing is stored
   */
  record Ask(@Nullable StoredEntry stored) implements Plan {}
}
