package org.instantmirror.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes the log to the console in blocks: a line for each request costs a busy server little this
 * way, where a system call, or a hand-over to another thread, for each would cost it far more.
 * Lines are out after a fifth of a second; warnings and errors at once.
 */
public final class BufferedConsoleAppender extends ConsoleAppender<ILoggingEvent> {

  private static final int BUFFER = 64 * 1024;
  private static final long FLUSH_MILLIS = 200;

  private @Nullable ScheduledFuture<?> flushing;

  @Override
  public void setOutputStream(OutputStream target) {
    super.setOutputStream(new BufferedOutputStream(target, BUFFER));
  }

  @Override
  public void start() {
    setImmediateFlush(false);
    super.start();
    flushing =
        getContext()
            .getScheduledExecutorService()
            .scheduleWithFixedDelay(this::flush, FLUSH_MILLIS, FLUSH_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  protected void subAppend(ILoggingEvent event) {
    super.subAppend(event);
    if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
      flush();
    }
  }

  private void flush() {
    streamWriteLock.lock();
    try {
      OutputStream stream = getOutputStream();
      if (stream != null) {
        stream.flush();
      }
    } catch (IOException e) {
      addError("cannot write the log", e);
    } finally {
      streamWriteLock.unlock();
    }
  }

  @Override
  public void stop() {
    if (flushing != null) {
      flushing.cancel(false);
    }
    flush();
    super.stop();
  }
}
