package org.instantmirror.store;

import java.io.Closeable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;

/**
 * The open database: one connection that writes, used by one thread, and a few that read, lent to
 * any. In WAL mode they don't wait for each other. Methods throw {@link JdbiException} for what the
 * database reports.
 */
final class IndexConnections implements Closeable {
  private static final int READERS = 3;
  private static final int BUSY_TIMEOUT_MILLIS = 5000;

  /** How soon a thread that waits for a reader notices that there are none any more. */
  private static final int POLL_MILLIS = 50;

  private final Handle writer;

  /** All readers; for the thread that opens and closes. */
  private final List<Handle> readers = new ArrayList<>();

  private final BlockingQueue<Handle> idle = new ArrayBlockingQueue<>(READERS);
  private volatile boolean closed;

  private IndexConnections(Handle writer) {
    this.writer = writer;
  }

  /**
   * Opens or creates the database and migrates it to the current schema.
   *
   * @throws UnknownSchemaException if it is of no version that we know
   */
  static IndexConnections open(Path file) throws UnknownSchemaException {
    // As a URI, since the driver takes what follows a question mark in a plain path for options.
    String url = "jdbc:sqlite:file:" + file.toUri().getRawPath();
    Jdbi jdbi = Jdbi.create(() -> config().createConnection(url));
    IndexConnections connections = new IndexConnections(jdbi.open());
    boolean opened = false;
    try {
      if (!IndexSchema.isKnown(connections.writer)) {
        throw new UnknownSchemaException(IndexSchema.version(connections.writer));
      }
      IndexSchema.migrate(connections.writer);
      // A schema that isn't what its version says shows here.
      connections.writer.execute("SELECT gone_since FROM heads LIMIT 1");
      connections.writer.execute("SELECT build_time FROM packages LIMIT 1");
      connections.writer.execute("SELECT counted FROM files LIMIT 1");
      for (int i = 0; i < READERS; i++) {
        Handle reader = jdbi.open();
        connections.readers.add(reader);
        connections.idle.add(reader);
      }
      opened = true;
      return connections;
    } finally {
      if (!opened) {
        connections.close();
      }
    }
  }

  /** What each database of ours is opened with. */
  static SQLiteConfig config() {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(JournalMode.WAL);
    // In WAL mode NORMAL would let a power cut undo a transaction that was reported as done.
    config.setSynchronous(SynchronousMode.FULL);
    config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
    return config;
  }

  /** For the writing thread only. */
  Handle writer() {
    return writer;
  }

  /**
   * Lends a reader; waits for one if all are lent.
   *
   * @throws ClosedException if these connections were closed meanwhile
   */
  <T> T read(Function<Handle, T> query) {
    Handle reader = borrow();
    try {
      return query.apply(reader);
    } finally {
      idle.add(reader);
    }
  }

  private Handle borrow() {
    Handle reader = poll();
    while (reader == null) {
      if (closed) {
        throw new ClosedException();
      }
      reader = poll();
    }
    return reader;
  }

  private @Nullable Handle poll() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return idle.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
          // A reader is free within milliseconds; not to know a head would be worse.
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Waits for the readers that are lent. */
  @Override
  public void close() {
    readers.forEach(reader -> closeQuietly(borrow()));
    readers.clear();
    closed = true;
    closeQuietly(writer);
  }

  private static void closeQuietly(Handle handle) {
    try {
      handle.close();
    } catch (JdbiException e) {
      // A damaged database may fail even here; its files are set aside next.
    }
  }

  /** The connections are closed: there may be new ones. */
  static final class ClosedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** The database was made by another program, or by a later version of this one. */
  static final class UnknownSchemaException extends Exception {
    private static final long serialVersionUID = 1L;
    private final int version;

    UnknownSchemaException(int version) {
      super("unknown schema version " + version);
      this.version = version;
    }

    int version() {
      return version;
    }
  }
}
