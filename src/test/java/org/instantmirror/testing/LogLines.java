package org.instantmirror.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/** What is logged in this process from now on, at INFO and above. Thread-safe. */
public final class LogLines implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final List<Logger> loggers;
  private final AppenderBase<ILoggingEvent> appender;
  private final List<Line> lines = new ArrayList<>(); // guarded by this

  private record Line(Level level, String text) {}

  /**
   * Collects what these say.
   *
   * @param loggers their names; those below them are included
   */
  public LogLines(String... loggers) {
    this.loggers = Stream.of(loggers).map(name -> (Logger) LoggerFactory.getLogger(name)).toList();
    this.appender =
        new AppenderBase<>() {
          @Override
          protected void append(ILoggingEvent event) {
            add(new Line(event.getLevel(), event.getFormattedMessage()));
          }
        };
    appender.start();
    this.loggers.forEach(logger -> logger.addAppender(appender));
  }

  private synchronized void add(Line line) {
    lines.add(line);
    notifyAll();
  }

  /** All lines so far, without date, level and name. */
  public synchronized List<String> all() {
    return lines.stream().map(Line::text).toList();
  }

  /** Those so far that are warnings or errors. */
  public synchronized List<String> troubles() {
    return lines.stream()
        .filter(line -> line.level.isGreaterOrEqual(Level.WARN))
        .map(Line::text)
        .toList();
  }

  /**
   * The first line that contains {@code part}, when it is there.
   *
   * @throws AssertionError if it isn't within 20 seconds
   */
  public synchronized String await(String part) {
    Waiting.until(
        this, PATIENCE, () -> with(part).findFirst().isPresent(), () -> "no line with " + part);
    return with(part).findFirst().orElseThrow();
  }

  private Stream<String> with(String part) {
    return all().stream().filter(line -> line.contains(part));
  }

  @Override
  public void close() {
    loggers.forEach(logger -> logger.detachAppender(appender));
    appender.stop();
  }
}
