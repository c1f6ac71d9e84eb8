package org.instantmirror.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.instantmirror.repodata.RepositoryFolder;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleConsumer;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;

/**
 * What is learnt of clients, in a database of its own ({@code usage.db}): an index that is begun
 * anew must not lose it, since it can't be learnt again from tree or upstream. Packages are
 * numbered once, and a client's packages are one value of its row, so that 10,000 clients with
 * 2,000 packages each are 10,000 rows and not 20 million. The file grows to {@value #MOST_BYTES}
 * bytes at most.
 *
 * <p>One thread at a time, by one connection: nothing is read while requests are answered. A file
 * that is damaged, or of a version that isn't known, is set aside.
 */
public final class UsageFile implements Closeable {

  static final long MOST_BYTES = 512L << 20;

  private static final Logger LOG = LoggerFactory.getLogger(UsageFile.class);
  private static final int PAGE_BYTES = 4096;

  private final Handle handle;
  private final Path file;

  /**
   * A repository.
   *
   * @param id 0 or more, the caller's
   * @param asked how many addresses have asked for its packages
   * @param askedAt when that was so
   */
  public record FolderRow(int id, RepositoryFolder folder, double asked, Instant askedAt) {}

  /** A package, whatever its version. */
  public static final class PackageRow {
    private final int id;
    private final int folder;
    private final String name;
    private final String arch;
    private final byte[] learnt;

    /**
     * @param id 0 or more, the caller's
     * @param folder the id of its repository
     * @param learnt what the caller knows of it, in its own form; not copied
     */
    public PackageRow(int id, int folder, String name, String arch, byte[] learnt) {
      this.id = id;
      this.folder = folder;
      this.name = name;
      this.arch = arch;
      this.learnt = learnt;
    }

    public int id() {
      return id;
    }

    public int folder() {
      return folder;
    }

    public String name() {
      return name;
    }

    public String arch() {
      return arch;
    }

    /** Not a copy. */
    public byte[] learnt() {
      return learnt;
    }
  }

  /** A client. */
  public static final class ClientRow {
    private final String client;
    private final Instant window;
    private final Instant expires;
    private final byte[] packages;

    /**
     * @param client its random id
     * @param window begin of the last one that it has reported
     * @param expires when it is forgotten unless it reports again
     * @param packages their ids, in the caller's own form; not copied
     */
    public ClientRow(String client, Instant window, Instant expires, byte[] packages) {
      this.client = client;
      this.window = window;
      this.expires = expires;
      this.packages = packages;
    }

    public String client() {
      return client;
    }

    public Instant window() {
      return window;
    }

    public Instant expires() {
      return expires;
    }

    /** Not a copy. */
    public byte[] packages() {
      return packages;
    }
  }

  private UsageFile(Handle handle, Path file) {
    this.handle = handle;
    this.file = file;
  }

  /**
   * Opens the file, or begins a new one.
   *
   * @throws StorageException if the folder doesn't take one
   */
  public static UsageFile open(Path file) throws StorageException {
    try {
      return new UsageFile(connect(file), file);
    } catch (IllegalStateException damaged) {
      return begin(file, damaged);
    } catch (JdbiException e) {
      if (!IndexDatabase.isUseless(e)) {
        throw cannotOpen(file, e);
      }
      return begin(file, e);
    }
  }

  /**
   * Sets a file aside that is of no use, and begins a new one.
   *
   * @param why what {@link #isUseless} is true of
   * @throws StorageException if the folder doesn't take one
   */
  public static UsageFile begin(Path file, Exception why) throws StorageException {
    LOG.warn(
        "'{}' is set aside as '.damaged', and what clients use is learnt anew: {}",
        file,
        why.getMessage());
    setAside(file);
    try {
      return new UsageFile(connect(file), file);
    } catch (JdbiException | IllegalStateException e) {
      throw cannotOpen(file, e);
    }
  }

  /** Whether the file is the reason, and not a disk that is full, say. */
  public static boolean isUseless(StorageException fault) {
    return fault.getCause() instanceof IllegalArgumentException || IndexDatabase.isUseless(fault);
  }

  private static StorageException cannotOpen(Path file, Exception e) {
    return new StorageException(
        StorageException.Reason.NOT_WRITABLE, "cannot open '" + file + "': " + e, e);
  }

  private static Handle connect(Path file) {
    String url = "jdbc:sqlite:file:" + file.toUri().getRawPath();
    SQLiteConfig config = IndexConnections.config();
    config.setPageSize(PAGE_BYTES);
    config.setMaxPageCount((int) (MOST_BYTES / PAGE_BYTES));
    Handle handle = Jdbi.create(() -> config.createConnection(url)).open();
    boolean opened = false;
    try {
      UsageTables.migrate(handle);
      String state = handle.createQuery("PRAGMA quick_check(1)").mapTo(String.class).one();
      if (!state.equals("ok")) {
        throw new IllegalStateException(state);
      }
      opened = true;
      return handle;
    } finally {
      if (!opened) {
        handle.close();
      }
    }
  }

  private static void setAside(Path file) throws StorageException {
    for (String suffix : new String[] {"", "-wal", "-shm"}) {
      Path from = Path.of(file + suffix);
      try {
        Files.move(from, Path.of(file + ".damaged" + suffix), StandardCopyOption.REPLACE_EXISTING);
      } catch (NoSuchFileException e) {
        // Not each database has all three.
      } catch (IOException e) {
        throw StorageException.of("cannot set aside", from, e);
      }
    }
  }

  /** All repositories. */
  public List<FolderRow> folders() throws StorageException {
    return attempt(() -> UsageTables.folders(handle));
  }

  /** Gives each package. */
  public void packages(Consumer<PackageRow> action) throws StorageException {
    attempt(
        () -> {
          UsageTables.packages(handle, action);
          return true;
        });
  }

  /** Gives each client. */
  public void clients(Consumer<ClientRow> action) throws StorageException {
    attempt(
        () -> {
          UsageTables.clients(handle, action);
          return true;
        });
  }

  /** The client of that id. */
  public Optional<ClientRow> client(String client) throws StorageException {
    return attempt(() -> UsageTables.client(handle, client));
  }

  /** Some of the clients that are to be forgotten by now. */
  public List<ClientRow> expired(Instant now, int most) throws StorageException {
    return attempt(() -> UsageTables.expired(handle, now, most));
  }

  /**
   * Writes rows, in place of those of the same id, and removes clients, all of it or nothing.
   *
   * @param gone ids of clients
   * @throws StorageException if it can't; the file's bound counts as a full disk
   */
  public void write(
      Collection<FolderRow> folders,
      Collection<PackageRow> packages,
      Collection<ClientRow> clients,
      Collection<String> gone)
      throws StorageException {
    transact(
        transaction -> {
          UsageTables.writeFolders(transaction, folders);
          UsageTables.writePackages(transaction, packages);
          UsageTables.writeClients(transaction, clients);
          UsageTables.removeClients(transaction, gone);
        });
  }

  /** Removes clients by their ids, all of them or none. */
  public void removeClients(Collection<String> clients) throws StorageException {
    transact(transaction -> UsageTables.removeClients(transaction, clients));
  }

  /** Removes packages and repositories by their ids, all of them or none. */
  public void remove(Collection<Integer> packages, Collection<Integer> folders)
      throws StorageException {
    transact(
        transaction -> {
          UsageTables.removePackages(transaction, packages);
          UsageTables.removeFolders(transaction, folders);
        });
  }

  /** Bytes of the file, and of its log. */
  public long size() {
    long sum = 0;
    for (String suffix : new String[] {"", "-wal"}) {
      try {
        sum += Files.size(Path.of(file + suffix));
      } catch (IOException e) {
        // There is none.
      }
    }
    return sum;
  }

  private void transact(HandleConsumer<RuntimeException> step) throws StorageException {
    attempt(
        () -> {
          handle.useTransaction(step);
          return true;
        });
  }

  private interface Step<T> {
    T take();
  }

  private <T> T attempt(Step<T> step) throws StorageException {
    try {
      return step.take();
    } catch (JdbiException | IllegalArgumentException e) {
      // Also names that can't be any.
      throw new StorageException(
          StorageException.Reason.INDEX, "'" + file + "' fails: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    handle.close();
  }
}
