package org.instantmirror.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.instantmirror.store.IndexConnections.ClosedException;
import org.instantmirror.store.IndexConnections.UnknownSchemaException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteException;

/**
 * The index: heads, sizes and uses of files, and what packages repositories list. What it knows can
 * be learned again from the tree and from upstream, so it never fails: a database that is damaged
 * or of an unknown schema is set aside and begun anew; one that doesn't answer knows nothing. Any
 * thread may read; only {@link #writer} writes.
 */
final class IndexDatabase implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(IndexDatabase.class);

  /** SQLite's primary result codes CORRUPT, FORMAT and NOTADB. */
  private static final Set<Integer> DAMAGE = Set.of(11, 24, 26);

  /** Its extended code IOERR_SHORT_READ: the file was truncated. */
  private static final int SHORT_READ = 522;

  /** ERROR: while opening, the schema isn't what its version says. */
  private static final int ERROR = 1;

  private final Path file;

  /** Null while the database can't be opened. Set by the writing thread. */
  private volatile @Nullable IndexConnections connections;

  private volatile boolean damaged;

  /**
   * The one thread that writes. SQLite lets one writer in at a time, and others would have to poll
   * for their turn, perhaps for ever; in this thread's queue each comes in its order.
   */
  private final ScheduledExecutorService writer = StoreThread.start("instantmirror-index");

  private final AtomicBoolean failing = new AtomicBoolean();

  private IndexDatabase(Path file, IndexConnections connections) {
    this.file = file;
    this.connections = connections;
  }

  /**
   * Opens the database, or begins a new one.
   *
   * @throws StorageException if the folder doesn't take one
   */
  static IndexDatabase open(Path file) throws StorageException {
    return new IndexDatabase(file, openOrBegin(file));
  }

  private static IndexConnections openOrBegin(Path file) throws StorageException {
    try {
      return IndexConnections.open(file);
    } catch (UnknownSchemaException e) {
      setAside(file, "version-" + e.version(), e);
    } catch (JdbiException e) {
      if (!isUseless(e)) {
        throw cannotOpen(file, e);
      }
      setAside(file, "damaged", e);
    }
    try {
      return IndexConnections.open(file);
    } catch (UnknownSchemaException | JdbiException e) {
      throw cannotOpen(file, e);
    }
  }

  private static StorageException cannotOpen(Path file, Exception e) {
    return new StorageException(
        StorageException.Reason.NOT_WRITABLE, "cannot open index '" + file + "': " + e, e);
  }

  private static void setAside(Path file, String why, Exception cause) throws StorageException {
    LOG.warn(
        "index '{}' is set aside as '.{}' and begun anew, files are adopted as they are used: {}",
        file,
        why,
        cause.getMessage());
    for (String suffix : new String[] {"", "-wal", "-shm"}) {
      Path from = Path.of(file + suffix);
      Path to = Path.of(file + "." + why + suffix);
      try {
        Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
      } catch (NoSuchFileException e) {
        // Not each database has all three.
      } catch (IOException e) {
        throw StorageException.of("cannot set aside", from, e);
      }
    }
  }

  /** The thread that writes; closed by {@link #close}. */
  ScheduledExecutorService writer() {
    return writer;
  }

  /** Empty if the query finds nothing, or the database can't be read. */
  <T> Optional<T> find(Function<Handle, Optional<T>> query) {
    IndexConnections open = connections;
    if (open == null) {
      return Optional.empty();
    }
    try {
      return open.read(query);
    } catch (ClosedException e) {
      return connections == open ? Optional.empty() : find(query);
    } catch (JdbiException e) {
      failed(e);
      return Optional.empty();
    } catch (RuntimeException e) {
      LOG.debug("what the index holds can't be read", e);
      return Optional.empty();
    }
  }

  /** Whether {@link #restore} has something to do. */
  boolean isDamaged() {
    return damaged || connections == null;
  }

  /**
   * Begins a new database if the old one turned out to be damaged. Called by the writing thread.
   *
   * @return whether there is a new, empty one
   */
  boolean restore() {
    if (!isDamaged()) {
      return false;
    }
    IndexConnections old = connections;
    connections = null;
    try {
      if (old != null) {
        old.close();
        setAside(file, "damaged", new IOException("it was found damaged in use"));
      }
      connections = openOrBegin(file);
      damaged = false;
      return true;
    } catch (StorageException e) {
      failed(e);
      return false;
    }
  }

  /**
   * Makes a change that is durable when this returns. Called by the writing thread.
   *
   * @param change its handle is another one after {@link #restore}
   * @return what it returned; empty if it failed
   */
  <T> Optional<T> write(IndexChange<T> change) {
    IndexConnections open = connections;
    if (open == null) {
      return Optional.empty();
    }
    try {
      T result = change.make(open.writer());
      if (failing.getAndSet(false)) {
        LOG.info("index '{}' can be written again", file);
      }
      return Optional.of(result);
    } catch (JdbiException | SQLException e) {
      failed(e);
      return Optional.empty();
    }
  }

  /** Reads the whole database; what is found damaged is restored at the next write. */
  void check() {
    IndexConnections open = connections;
    if (open == null) {
      return;
    }
    try {
      String result =
          open.read(
              handle -> handle.createQuery("PRAGMA quick_check(1)").mapTo(String.class).one());
      if (!result.equals("ok")) {
        LOG.warn("index '{}' is damaged: {}", file, result);
        damaged = true;
      }
    } catch (JdbiException e) {
      failed(e);
    } catch (ClosedException e) {
      // Closed, or replaced by a new one.
    }
  }

  private void failed(Exception e) {
    damaged |= isDamage(e);
    if (!failing.getAndSet(true)) {
      LOG.error(
          "index '{}' fails; heads are kept in memory only, packages aren't known: {}",
          file,
          e.toString());
    }
  }

  /** Whether it says that the file is no database of ours, rather than that it can't be reached. */
  static boolean isUseless(Exception e) {
    return isDamage(e) || code(e) == ERROR;
  }

  private static boolean isDamage(Exception e) {
    int code = code(e);
    return DAMAGE.contains(code & 0xff) || code == SHORT_READ;
  }

  private static int code(Exception e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLiteException exact) {
        return exact.getResultCode().code;
      }
      if (cause instanceof SQLException sql) {
        return sql.getErrorCode();
      }
    }
    return 0;
  }

  /** Lets the writing thread end what it is at; the tasks that wait for it are dropped. */
  @Override
  public void close() {
    StoreThread.stop(writer);
    IndexConnections open = connections;
    connections = null;
    if (open != null) {
      open.close();
    }
  }
}
