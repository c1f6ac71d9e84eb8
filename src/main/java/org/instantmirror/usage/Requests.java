package org.instantmirror.usage;

import java.time.Instant;
import java.util.List;
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

  /** All of these learn it, in that order. */
  static Requests all(List<Requests> listeners) {
    List<Requests> each = List.copyOf(listeners);
    return (key, fileClass, client, now) -> {
      for (Requests listener : each) {
        listener.served(key, fileClass, client, now);
      }
    };
  }
}
