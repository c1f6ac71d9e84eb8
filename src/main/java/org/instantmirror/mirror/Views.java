package org.instantmirror.mirror;

import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.instantmirror.repo.Config;
import org.instantmirror.repo.PathMeaning;
import org.instantmirror.repo.Repo;
import org.instantmirror.repo.RepoId;
import org.instantmirror.upstream.UpstreamPool;
import org.instantmirror.upstream.UpstreamPools;

/**
 * The view that requests take now. A new configuration takes the place of the one before as a
 * whole, in one write: nobody ever sees half of each. Thread-safe.
 */
public final class Views implements Repositories, Supplier<View> {

  private final UpstreamPools pools;
  private volatile View current;

  /**
   * @param pools makes those of each view; not closed here
   */
  public Views(Config first, UpstreamPools pools) {
    this.pools = pools;
    this.current = view(first, Map.of());
  }

  private View view(Config config, Map<RepoId, UpstreamPool> earlier) {
    return new View(
        config,
        new PathMeaning.Reader(config.repos()),
        new PathMeaning.Reader(config.served()),
        pools.of(config.served().values(), earlier));
  }

  @Override
  public View get() {
    return current;
  }

  /** Has requests that come from now on take another configuration. */
  synchronized void change(Config next) {
    current = view(next, current.pools());
  }

  @Override
  public Optional<Repo> repo(RepoId id) {
    return Optional.ofNullable(current.config().served().get(id));
  }

  @Override
  public UpstreamPool pool(Repo repo) {
    UpstreamPool pool = current.pools().get(repo.id());
    return pool != null && pool.isOf(repo) ? pool : pools.alone(repo);
  }
}
