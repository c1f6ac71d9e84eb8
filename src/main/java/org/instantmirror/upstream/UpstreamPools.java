package org.instantmirror.upstream;

import java.nio.file.Path;
import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.instantmirror.repo.Repo;
import org.instantmirror.repo.RepoId;

/**
 * The upstreams of all repositories, and the threads that fetch their lists of mirrors. Nothing is
 * fetched, and no thread started, before a client asks for something. Thread-safe.
 */
public final class UpstreamPools implements AutoCloseable {

  private static final int THREADS = 4;

  private final ThreadPoolExecutor threads;
  private final MirrorLists.Background background;

  /**
   * @param folder where lists are kept; made when there is one
   */
  public UpstreamPools(UpstreamClient client, Path folder, Clock clock) {
    this.threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "mirror-lists");
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    this.background =
        new MirrorLists.Background(
            new ListFetcher(client, new ListFolder(folder), clock), threads, clock);
  }

  /**
   * A pool for each of these.
   *
   * @param earlier of repositories that are the same as before theirs go on, with what they have
   *     learnt of their upstreams
   */
  public Map<RepoId, UpstreamPool> of(Collection<Repo> repos, Map<RepoId, UpstreamPool> earlier) {
    Map<RepoId, UpstreamPool> pools = new HashMap<>();
    for (Repo repo : repos) {
      UpstreamPool known = earlier.get(repo.id());
      pools.put(
          repo.id(), known != null && known.isOf(repo) ? known.of(repo, background) : alone(repo));
    }
    return Map.copyOf(pools);
  }

  /** A pool that nobody else will have: of a repository that is as it was before a reload. */
  public UpstreamPool alone(Repo repo) {
    return new UpstreamPool(repo, background);
  }

  /** Fetches no more. What is being fetched ends with its client. */
  @Override
  public void close() {
    threads.shutdownNow();
  }
}
