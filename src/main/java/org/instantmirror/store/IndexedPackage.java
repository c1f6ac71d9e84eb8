package org.instantmirror.store;

import org.instantmirror.repo.EntryKey;

/** A package of a generation: its file, and what the generation says of it. */
public record IndexedPackage(EntryKey key, ListedPackage listed) {}
