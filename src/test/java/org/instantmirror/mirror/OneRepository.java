package org.instantmirror.mirror;

import java.util.Optional;
import org.instantmirror.repo.Repo;
import org.instantmirror.repo.RepoId;
import org.instantmirror.upstream.UpstreamPool;

/** One repository, which stays as it is. */
final class OneRepository implements Repositories {

  private final Repo repo;
  private final UpstreamPool pool;

  OneRepository(Repo repo) {
    this.repo = repo;
    this.pool = new UpstreamPool(repo);
  }

  @Override
  public Optional<Repo> repo(RepoId id) {
    return Optional.of(repo).filter(it -> it.id().equals(id));
  }

  @Override
  public UpstreamPool pool(Repo asked) {
    return pool;
  }
}
