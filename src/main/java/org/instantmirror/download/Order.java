package org.instantmirror.download;

import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.FileClass;
import org.instantmirror.repo.Repo;

/**
 * A file that somebody wants.
 *
 * @param repo its repository
 * @param key its name
 * @param fileClass package or metadata
 * @param noCache whether upstream is to be asked although the stored copy's lifetime hasn't passed
 */
public record Order(Repo repo, EntryKey key, FileClass fileClass, boolean noCache) {}
