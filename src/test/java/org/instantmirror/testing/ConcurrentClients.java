package org.instantmirror.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Clients that ask at the same time, each on a thread and a connection of its own. */
public final class ConcurrentClients implements AutoCloseable {

  private static final long PATIENCE_SECONDS = 45;

  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "client");
            thread.setDaemon(true);
            return thread;
          });
  private final int port;

  /** Clients of that port. */
  public ConcurrentClients(int port) {
    this.port = port;
  }

  /** One GET of a file of repository {@code repo}. */
  public Future<RawResponse> get(String path, String... fields) {
    return threads.submit(() -> RawClient.get(port, "/mirror/repo/" + path, fields));
  }

  /** That many GETs of one file. */
  public List<Future<RawResponse>> gets(int count, String path) {
    List<Future<RawResponse>> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(get(path));
    }
    return all;
  }

  /**
   * What a client received.
   *
   * @throws AssertionError if it hangs
   */
  public static RawResponse of(Future<RawResponse> client) {
    try {
      return client.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("a client hangs", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    } catch (ExecutionException e) {
      throw new AssertionError("a client failed", e);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
