package org.instantmirror.store;

import org.instantmirror.repo.EntryKey;
import org.jspecify.annotations.Nullable;

/**
 * What the index is to say of a key.
 *
 * @param entry null: nothing
 */
record HeadWrite(EntryKey key, @Nullable StoredEntry entry) {}
