package org.instantmirror.store;

import java.util.Optional;
import org.instantmirror.repo.EntryKey;

/** Makes room for files that are about to be stored. Thread-safe. */
public interface Room {

  /** There is as much as there is. */
  Room AS_IS =
      new Room() {
        @Override
        public Optional<String> require(EntryKey key, long length) {
          return Optional.empty();
        }

        @Override
        public boolean isMaking() {
          return false;
        }
      };

  /**
   * Waits a bounded time, of seconds, until a file may come, if it must wait at all. Whether the
   * disk has room for it is looked at afterwards by the caller.
   *
   * @param length in bytes; negative if unknown
   * @return why it may not come, in a sentence; empty if it may
   */
  Optional<String> require(EntryKey key, long length);

  /** Whether it is worth waiting for room on a disk that is full. */
  boolean isMaking();
}
