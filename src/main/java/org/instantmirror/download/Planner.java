package org.instantmirror.download;

import java.time.Instant;
import org.instantmirror.repo.EntryKey;

/** Knows what is stored and what was learned of missing files. Thread-safe. */
public interface Planner {

  /** What a download of that order has to do now. */
  Plan plan(Order order, Instant now);

  /** Remembers that no upstream has the file. */
  void recordMissing(Order order, Instant now);

  /** Forgets that the file was missing. */
  void recordPresent(EntryKey key);
}
