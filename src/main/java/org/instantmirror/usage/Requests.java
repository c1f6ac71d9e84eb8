package org.instantmirror.usage;

import java.time.Instant;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.FileClass;

/** Learns what clients are sent. Thread-safe; neither blocks nor throws. */
@FunctionalInterface
public interface Requests {

  /** Nobody listens. */
  Requests NONE = (key, fileClass, client, now) -> {};

  /**
   * A client's GET for a file that is ours is being answered with it, or with ranges of it.
   *
   * @param client its address, as the container tells it
   */
  void served(EntryKey key, FileClass fileClass, String client, Instant now);
}
