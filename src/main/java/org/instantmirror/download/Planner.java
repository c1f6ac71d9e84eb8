package org.instantmirror.download;

import java.time.Instant;

/** Knows what is stored and what was learned of missing files. Thread-safe. */
public interface Planner {

  /** What a download of that order has to do now. */
  Plan plan(Order order, Instant now);

  /** Where the same content lies under other names. */
  default OtherNames otherNames() {
    return OtherNames.NONE;
  }

  /** Remembers that no upstream has the file. */
  void recordMissing(Order order, Instant now);

  /** Remembers that upstream was asked for a file that is stored, and gave no usable answer. */
  void recordFailedCheck(Order order, Instant now);

  /** Remembers that upstream has the file for each client by itself. */
  void recordUnshared(Order order, Instant now);

  /** Forgets what was recorded: upstream has the file, and what is stored is the same. */
  void recordPresent(Order order);

  /** The same: upstream has the file, and it has been stored. */
  void recordStored(Order order);
}
