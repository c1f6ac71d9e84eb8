package org.instantmirror.download;

import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.FileClass;
import org.instantmirror.repo.Repo;
import org.instantmirror.repodata.ListedFile;
import org.jspecify.annotations.Nullable;

/**
 * A file that somebody wants.
 *
 * @param repo its repository
 * @param key its name
 * @param fileClass package or metadata
 * @param noCache whether upstream is to be asked although the stored copy's lifetime hasn't passed
 * @param listed what the file must be; null if that is for the current generation to say
 * @param preference which of the upstreams to ask first
 */
public record Order(
    Repo repo,
    EntryKey key,
    FileClass fileClass,
    boolean noCache,
    @Nullable ListedFile listed,
    Preference preference) {

  /** Where the upstreams' own order is as good as any. */
  public Order(
      Repo repo, EntryKey key, FileClass fileClass, boolean noCache, @Nullable ListedFile listed) {
    this(repo, key, fileClass, noCache, listed, Preference.NONE);
  }

  /** The same wish for another file. */
  public Order of(EntryKey other) {
    return new Order(repo, other, fileClass, noCache, listed);
  }

  /** The same with another preference. */
  public Order with(Preference other) {
    return new Order(repo, key, fileClass, noCache, listed, other);
  }
}
