package org.instantmirror.download;

import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.Repo;
import org.instantmirror.upstream.Urgency;

/**
 * One that waits for a place.
 *
 * @param position from 1 on, among those that were asked for
 * @param saving as for {@link Ahead}; 0 for a client's
 */
public record QueueStanding(
    int position, Repo repo, EntryKey key, Urgency urgency, double saving) {}
