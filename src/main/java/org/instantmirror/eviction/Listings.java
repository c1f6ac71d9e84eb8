package org.instantmirror.eviction;

import java.time.Instant;
import org.instantmirror.repo.EntryKey;

/** What is known of stored files beside what the store knows. Thread-safe; no network. */
public interface Listings {

  /** What generations say of a file. */
  Standing standing(EntryKey key, Instant now);

  /** Whether the file is being downloaded or confirmed. */
  boolean isBusy(EntryKey key);

  /** Another number after generations have come or gone. */
  long version();
}
