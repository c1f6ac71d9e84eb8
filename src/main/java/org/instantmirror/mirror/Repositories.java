package org.instantmirror.mirror;

import java.util.Optional;
import org.instantmirror.repo.Repo;
import org.instantmirror.repo.RepoId;
import org.instantmirror.upstream.UpstreamPool;

/** The repositories as they are configured at the moment, and their upstreams. Thread-safe. */
public interface Repositories {

  /** The repository of that id. */
  Optional<Repo> repo(RepoId id);

  /**
   * The upstreams of a repository as whoever asks knows it: a request that began before a reload is
   * carried out as the repository was then.
   */
  UpstreamPool pool(Repo repo);
}
