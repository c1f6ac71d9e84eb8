package org.instantmirror.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.UnaryOperator;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.RepoId;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * What is known of all files of the tree: sizes, uses, and the order in which they may go. It is
 * kept as heads come and go, in their transactions; what was put into the tree or taken out of it
 * by hand is found by {@link #discover}. Nothing of it is held in memory.
 *
 * <p>As all of the index it may be lost, and knows nothing then until it has been discovered again.
 * Thread-safe; blocks for the disk. What is changed here is on disk when the method returns.
 */
public final class StoredFiles {

  private static final String SELECT =
      """
      SELECT f.*, r.name FROM files f JOIN repos r ON r.id = f.repo
      """;

  private static final String JUDGE =
      "UPDATE files SET rank = ?, priority = ?, demand = ? WHERE id = ?";

  private static final String USE =
      "UPDATE files SET used_at = ?, uses = ?, inflation = ?, priority = ? WHERE id = ?";

  private final IndexDatabase index;
  private final Tree tree;

  StoredFiles(IndexDatabase index, Tree tree) {
    this.index = index;
    this.tree = tree;
  }

  /**
   * What a repository holds, in files of the tree that are known.
   *
   * @param repo whether it is still configured or not
   */
  public record Total(RepoId repo, long bytes, long files) {}

  /** What each repository holds; those that hold nothing are left out. */
  public List<Total> totals() {
    return index
        .find(
            handle ->
                Optional.of(
                    handle
                        .createQuery(
                            """
                            SELECT r.name, t.bytes, t.files
                            FROM file_totals t JOIN repos r ON r.id = t.repo
                            WHERE t.files > 0 ORDER BY r.name
                            """)
                        .map(
                            (row, context) ->
                                new Total(
                                    new RepoId(row.getString(1)), row.getLong(2), row.getLong(3)))
                        .list()))
        .orElse(List.of());
  }

  /**
   * Files of one repository and rank, least priority first.
   *
   * @param after only those behind that one; null for all
   */
  public List<FileRecord> lowest(RepoId repo, int rank, @Nullable FileRecord after, int limit) {
    return find(
        """
        WHERE f.repo = (SELECT id FROM repos WHERE name = ?) AND f.rank = ?
          AND (f.priority, f.id) > (?, ?)
        ORDER BY f.priority, f.id LIMIT ?
        """,
        repo.value(),
        rank,
        after == null ? Double.NEGATIVE_INFINITY : after.priority(),
        after == null ? 0L : after.id(),
        limit);
  }

  /** All files by their numbers, only those with higher ones. */
  public List<FileRecord> after(long id, int limit) {
    return find("WHERE f.id > ? ORDER BY f.id LIMIT ?", id, limit);
  }

  /** Files that nobody has judged yet. */
  public List<FileRecord> unjudged(int limit) {
    List<FileRecord> found = new ArrayList<>();
    for (Total total : totals()) {
      if (found.size() < limit) {
        found.addAll(lowest(total.repo(), FileTable.UNJUDGED, null, limit - found.size()));
      }
    }
    return found;
  }

  /** One file. */
  public Optional<FileRecord> find(EntryKey key) {
    return find(
            """
            WHERE f.path_hash = ? AND f.repo = (SELECT id FROM repos WHERE name = ?) AND f.path = ?
            """,
            PackageTables.hash(key.path()),
            key.repo().value(),
            key.path())
        .stream()
        .findFirst();
  }

  /**
   * Stored files that may be versions of the same package, that one included: of few others, the
   * hash of folder, name and architecture may be the same.
   */
  public List<EntryKey> versions(EntryKey key) {
    Integer hash = FileTable.packageHash(key.path());
    return hash == null
        ? List.of()
        : find(
                """
                WHERE f.package_hash = ? AND f.repo = (SELECT id FROM repos WHERE name = ?)
                """,
                hash,
                key.repo().value())
            .stream()
            .map(FileRecord::key)
            .toList();
  }

  /** The other names of the same bytes, as far as they are known. */
  public List<FileRecord> sharing(FileRecord file) {
    String inode = file.inode();
    return inode == null ? List.of() : find("WHERE f.inode = ? AND f.id <> ?", inode, file.id());
  }

  private List<FileRecord> find(String where, Object... values) {
    return index
        .find(
            handle -> {
              var query = handle.createQuery(SELECT + where);
              for (int i = 0; i < values.length; i++) {
                query.bind(i, values[i]);
              }
              return Optional.of(query.map((row, context) -> record(row)).list());
            })
        .orElse(List.of());
  }

  private static FileRecord record(ResultSet row) throws SQLException {
    long used = row.getLong("used_at");
    boolean never = row.wasNull();
    return new FileRecord(
        row.getLong("id"),
        new EntryKey(new RepoId(row.getString("name")), row.getString("path")),
        row.getLong("size"),
        Instant.ofEpochSecond(row.getLong("stored_at")),
        never ? null : Instant.ofEpochSecond(used),
        row.getDouble("uses"),
        row.getDouble("inflation"),
        row.getDouble("demand"),
        row.getInt("rank"),
        row.getDouble("priority"),
        row.getString("inode"),
        row.getBoolean("counted"));
  }

  /** How far the judge has come; 0 at first. */
  public double inflation() {
    return index
        .find(
            handle ->
                handle
                    .createQuery("SELECT inflation FROM file_aging")
                    .mapTo(Double.class)
                    .findFirst())
        .orElse(0.0);
  }

  /** Takes note of what was judged; files that have gone meanwhile stay gone. */
  public void judged(Collection<FileRecord> files, double inflation) {
    var unused =
        change(
            handle ->
                handle.inTransaction(
                    transaction -> {
                      try (PreparedStatement judge =
                          transaction.getConnection().prepareStatement(JUDGE)) {
                        for (FileRecord file : files) {
                          judge.setInt(1, file.rank());
                          judge.setDouble(2, file.priority());
                          judge.setDouble(3, file.demand());
                          judge.setLong(4, file.id());
                          judge.executeUpdate();
                        }
                      }
                      transaction.execute(
                          "UPDATE file_aging SET inflation = max(inflation, ?)", inflation);
                      return files.size();
                    }));
  }

  /**
   * Takes note of uses.
   *
   * @param change gives each as it is now; called in a transaction, so it is quick
   * @return those of which there is no file; none if the index can't be written
   */
  public List<EntryKey> used(Collection<EntryKey> keys, UnaryOperator<FileRecord> change) {
    return change(
            handle ->
                handle.inTransaction(
                    transaction -> {
                      List<EntryKey> unknown = new ArrayList<>();
                      for (EntryKey key : keys) {
                        if (!use(transaction, key, change)) {
                          unknown.add(key);
                        }
                      }
                      return unknown;
                    }))
        .orElse(List.of());
  }

  private static boolean use(Handle handle, EntryKey key, UnaryOperator<FileRecord> change) {
    Optional<FileRecord> known =
        handle
            .createQuery(
                SELECT
                    + """
                    WHERE f.path_hash = ? AND f.path = ?
                      AND f.repo = (SELECT id FROM repos WHERE name = ?)
                    """)
            .bind(0, PackageTables.hash(key.path()))
            .bind(1, key.path())
            .bind(2, key.repo().value())
            .map((row, context) -> record(row))
            .findFirst();
    if (known.isEmpty()) {
      return false;
    }
    FileRecord now = change.apply(known.get());
    Instant used = now.usedAt();
    handle.execute(
        USE,
        used == null ? null : used.getEpochSecond(),
        now.uses(),
        now.inflation(),
        now.priority(),
        now.id());
    return true;
  }

  /** There are no such files any more. */
  public void gone(Collection<FileRecord> files) {
    var unused =
        change(
            handle ->
                handle.inTransaction(
                    transaction -> {
                      try (var noting = new FileTable.Noting(transaction.getConnection())) {
                        for (FileRecord file : files) {
                          noting.gone(file.id());
                        }
                      }
                      return files.size();
                    }));
  }

  /**
   * Looks at files of the tree, and takes note of those that are news: put there by hand, or
   * changed; and of hard links between them. Symbolic links count nothing.
   *
   * @return how many are news
   */
  public int discover(List<EntryKey> keys, Instant now) {
    record Seen(EntryKey key, FileIdentity file, boolean shared) {}
    List<Seen> seen = new ArrayList<>();
    for (EntryKey key : keys) {
      BasicFileAttributes file = attributes(key);
      if (file != null && file.isRegularFile()) {
        seen.add(new Seen(key, FileIdentity.of(file), isShared(key)));
      }
    }
    return change(
            handle ->
                handle.inTransaction(
                    transaction -> {
                      int news = 0;
                      try (var noting = new FileTable.Noting(transaction.getConnection())) {
                        for (Seen each : seen) {
                          news += noting.there(each.key, each.file, now) ? 1 : 0;
                          noting.shares(each.key, each.shared ? each.file.inode() : null);
                        }
                      }
                      return news;
                    }))
        .orElse(0);
  }

  /**
   * Takes note that those are names of the same bytes, without waiting. Where the process dies
   * before, they are counted for each name until they are discovered.
   */
  void shared(List<EntryKey> names, FileIdentity file, Instant now) {
    try {
      var unused =
          index
              .writer()
              .submit(
                  () ->
                      index.write(
                          handle ->
                              handle.inTransaction(
                                  transaction -> {
                                    try (var noting =
                                        new FileTable.Noting(transaction.getConnection())) {
                                      for (EntryKey name : names) {
                                        noting.there(name, file, now);
                                        noting.shares(name, file.inode());
                                      }
                                    }
                                    return names.size();
                                  })));
    } catch (RejectedExecutionException closed) {
      // Discovered by the next process.
    }
  }

  /** Whether it has other names, serving links included. */
  private boolean isShared(EntryKey key) {
    try {
      return ((Number) Files.getAttribute(tree.path(key), "unix:nlink", LinkOption.NOFOLLOW_LINKS))
              .intValue()
          > 1;
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return false;
    }
  }

  private @Nullable BasicFileAttributes attributes(EntryKey key) {
    try {
      return Files.readAttributes(
          tree.path(key), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException | InvalidPathException e) {
      return null;
    }
  }

  private <T> Optional<T> change(IndexChange<T> change) {
    try {
      return StoreThread.await(index.writer().submit(() -> index.write(change)));
    } catch (RejectedExecutionException | CancellationException closed) {
      return Optional.empty();
    }
  }
}
