package org.instantmirror.usage;

import java.time.Instant;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.RepositoryFolder;

/**
 * How much packages are wanted: what is fetched ahead, and what is kept, go by it. Thread-safe;
 * answers from memory.
 */
public interface Demand {

  /** Nobody is known to want anything. */
  Demand UNKNOWN = (repo, name, arch, now) -> 0;

  /**
   * How many clients are expected to ask for a new version of a package within a week.
   *
   * @return 0 or more; 0 if nobody is known to have it
   */
  double ofNewVersion(RepoId repo, String name, String arch, Instant now);

  /**
   * The same of one release and architecture of a repository that holds several, by those of its
   * clients alone.
   */
  default double ofNewVersion(RepositoryFolder folder, String name, String arch, Instant now) {
    return ofNewVersion(folder.repo(), name, arch, now);
  }
}
