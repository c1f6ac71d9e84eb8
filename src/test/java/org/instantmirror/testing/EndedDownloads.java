package org.instantmirror.testing;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.LoggerFactory;

/**
 * Knows which downloads of this process have ended, by the log's one line for each. A client has
 * all bytes before the file is in the tree; a test that goes on with the next request waits here,
 * or that request might still join the old download. Thread-safe.
 */
public final class EndedDownloads implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Logger logger = (Logger) LoggerFactory.getLogger("org.instantmirror.download");
  private final AppenderBase<ILoggingEvent> appender;

  private final Map<String, Integer> counts = new HashMap<>(); // guarded by this

  /** Counts from now on. */
  public EndedDownloads() {
    appender =
        new AppenderBase<>() {
          @Override
          protected void append(ILoggingEvent event) {
            if (event.getMessage().contains("bytes in")) {
              count(String.valueOf(event.getArgumentArray()[0]));
            }
          }
        };
    appender.setContext(logger.getLoggerContext());
    appender.start();
    logger.addAppender(appender);
  }

  private synchronized void count(String key) {
    counts.merge(key, 1, Integer::sum);
    notifyAll();
  }

  /** How many downloads of a file ({@code repo/path}) have ended. */
  public synchronized int of(String key) {
    return counts.getOrDefault(key, 0);
  }

  /**
   * Waits until that many downloads of a file have ended.
   *
   * @throws AssertionError if they don't within 20 seconds
   */
  public synchronized void await(String key, int count) {
    Waiting.until(this, PATIENCE, () -> of(key) >= count, () -> of(key) + " downloads of " + key);
  }

  @Override
  public void close() {
    logger.detachAppender(appender);
    appender.stop();
  }
}
