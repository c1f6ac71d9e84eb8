package org.instantmirror.upstream;

import java.nio.file.Path;
import java.time.Clock;
import java.util.Collection;
import java.util.LinkedHashMap;
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
  private final Map<RepoId, UpstreamPool> pools = new LinkedHashMap<>();

  /**
   * @param folder where lists are kept; made when there is one
   */
  public UpstreamPools(Collection<Repo> repos, UpstreamClient client, Path folder, Clock clock) {
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
    MirrorLists.Background background =
        new MirrorLists.Background(
            new ListFetcher(client, new ListFolder(folder), clock), threads, clock);
    repos.forEach(repo -> pools.put(repo.id(), new UpstreamPool(repo, background)));
  }

  /** A pool for each repository. */
  public Map<RepoId, UpstreamPool> byRepo() {
    return Map.copyOf(pools);
  }

  /** Fetches no more. What is being fetched ends with its client. */
  @Override
  public void close() {
    threads.shutdownNow();
  }
}
