package org.instantmirror.download;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Writes {@link Wishes} down when they have changed, every second at most and for one twentieth of
 * the time, whatever their number.
 */
final class WishKeeping implements AutoCloseable {

  private static final int REST = 20;

  private final Wishes wishes;
  private final WishFile file;
  private final ScheduledExecutorService thread;

  // Both confined to the thread, and to close() after it.
  private long written = -1;
  private long restsUntilNanos = System.nanoTime();

  WishKeeping(Wishes wishes, WishFile file) {
    this.wishes = wishes;
    this.file = file;
    this.thread =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread made = new Thread(task, "ahead-queue");
              made.setDaemon(true);
              return made;
            });
    var unused = thread.scheduleWithFixedDelay(this::writeIfDue, 1, 1, TimeUnit.SECONDS);
  }

  private void writeIfDue() {
    if (System.nanoTime() - restsUntilNanos >= 0) {
      write();
    }
  }

  private void write() {
    long version = wishes.version();
    if (version == written) {
      return;
    }
    long begin = System.nanoTime();
    file.write(wishes.snapshot());
    written = version;
    long end = System.nanoTime();
    restsUntilNanos = end + REST * (end - begin);
  }

  /** Writes what has changed, for the last time. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (thread.awaitTermination(5, TimeUnit.SECONDS)) {
        write();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
