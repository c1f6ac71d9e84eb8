package org.instantmirror.server;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has tasks look every two seconds whether files have changed. Looking at a dozen files costs next
 * to nothing, and works where notifications don't: on NFS, and where a link is set anew.
 */
final class ConfigWatch implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ConfigWatch.class);
  private static final long INTERVAL_MILLIS = 2000;

  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "config-watch");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * Begins.
   *
   * @param look may block for files
   */
  void every(Runnable look) {
    var unused =
        timer.scheduleWithFixedDelay(
            () -> {
              try {
                look.run();
              } catch (RuntimeException fault) {
                // Thrown, it would end the watch.
                LOG.error("while looking for changed files", fault);
              }
            },
            INTERVAL_MILLIS,
            INTERVAL_MILLIS,
            TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
