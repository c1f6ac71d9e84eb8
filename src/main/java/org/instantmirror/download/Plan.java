package org.instantmirror.download;

import org.instantmirror.repodata.ListedFile;
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

  /**
   * Look whether the stored file is what repodata lists; ask upstream if it isn't.
   *
   * @param entry of the listed size, as far as that is known
   */
  record Verify(StoredEntry entry, ListedFile listed) implements Plan {}

  /** Nothing: upstream has just said that there is no such file. */
  record KnownMissing() implements Plan {}

  /**
   * Ask upstream.
   *
   * @param stored what is to be validated; null if nothing is stored that may be served again
   * @param listed what the file must be; null if repodata doesn't say
   */
  record Ask(@Nullable StoredEntry stored, @Nullable ListedFile listed) implements Plan {}
}
