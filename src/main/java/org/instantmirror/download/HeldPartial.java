package org.instantmirror.download;

import org.instantmirror.store.PartialEntry;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a download that are here, if any: one partial entry, which is let go of once,
 * whatever fails in between. Confined to the transfer's thread.
 */
final class HeldPartial {

  private @Nullable PartialEntry entry;

  /** Null if there are none. */
  @Nullable PartialEntry entry() {
    return entry;
  }

  /** Holds that one from now on; an earlier one has been let go of. */
  void hold(@Nullable PartialEntry next) {
    entry = next;
  }

  /** How many bytes are here, wherever in the file. */
  long bytes() {
    return entry == null ? 0 : entry.written().size();
  }

  /** How many bytes are here without a gap. */
  long size() {
    return entry == null ? 0 : entry.size();
  }

  /** Lets go of it: they are no use. */
  void discard() {
    if (entry != null) {
      entry.discard();
      entry = null;
    }
  }

  /** Lets go of it: they may be gone on with later. */
  void suspend() {
    if (entry != null) {
      entry.suspend();
      entry = null;
    }
  }
}
