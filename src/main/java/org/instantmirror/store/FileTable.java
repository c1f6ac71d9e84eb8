package org.instantmirror.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.PackageFile;
import org.jspecify.annotations.Nullable;

/**
 * The statements on tables {@code files} and {@code file_totals}: how large the files of the tree
 * are, how they are used, and in which order they may go. Triggers keep the totals, so that they
 * are right after each transaction, however it ends.
 *
 * <p>On bare JDBC, since it is written with each head and there may be a million rows. Instants are
 * seconds since the epoch: what counts here are hours.
 */
final class FileTable {
  static final List<String> CREATE =
      List.of(
          """
          CREATE TABLE files (
            id INTEGER PRIMARY KEY,
            repo INTEGER NOT NULL,
            path TEXT NOT NULL,
            path_hash INTEGER NOT NULL,
            package_hash INTEGER,
            size INTEGER NOT NULL,
            stored_at INTEGER NOT NULL,
            used_at INTEGER,
            uses REAL NOT NULL,
            inflation REAL NOT NULL,
            demand REAL NOT NULL,
            rank INTEGER NOT NULL,
            priority REAL NOT NULL
          )
          """,
          "CREATE INDEX files_at ON files (path_hash, repo)",
          "CREATE INDEX files_in_order ON files (repo, rank, priority)",
          """
          CREATE INDEX files_of_package ON files (package_hash, repo)
          WHERE package_hash IS NOT NULL
          """,
          """
          CREATE TABLE file_totals (
            repo INTEGER PRIMARY KEY,
            bytes INTEGER NOT NULL,
            files INTEGER NOT NULL
          )
          """,
          """
          CREATE TRIGGER files_added AFTER INSERT ON files BEGIN
            INSERT INTO file_totals (repo, bytes, files) VALUES (new.repo, new.size, 1)
            ON CONFLICT (repo) DO UPDATE SET bytes = bytes + new.size, files = files + 1;
          END
          """,
          """
          CREATE TRIGGER files_removed AFTER DELETE ON files BEGIN
            UPDATE file_totals SET bytes = bytes - old.size, files = files - 1
            WHERE repo = old.repo;
          END
          """,
          """
          CREATE TRIGGER files_resized AFTER UPDATE OF size ON files BEGIN
            UPDATE file_totals SET bytes = bytes - old.size + new.size WHERE repo = new.repo;
          END
          """,
          "CREATE TABLE file_aging (inflation REAL NOT NULL)",
          "INSERT INTO file_aging VALUES (0)");

  /**
   * Bytes with several names (hard links) are counted at one of them. {@code inode} tells which
   * names share; of a file with a single name, or not known to have more, it is null.
   */
  static final List<String> SHARED =
      List.of(
          "ALTER TABLE files ADD COLUMN inode TEXT",
          "ALTER TABLE files ADD COLUMN counted INTEGER NOT NULL DEFAULT 1",
          "CREATE INDEX files_sharing ON files (inode) WHERE inode IS NOT NULL",
          "DROP TRIGGER files_removed",
          """
          CREATE TRIGGER files_removed AFTER DELETE ON files BEGIN
            UPDATE file_totals SET bytes = bytes - old.size * old.counted, files = files - 1
            WHERE repo = old.repo;
          END
          """,
          "DROP TRIGGER files_resized",
          """
          CREATE TRIGGER files_resized AFTER UPDATE OF size, counted ON files BEGIN
            UPDATE file_totals SET bytes = bytes - old.size * old.counted + new.size * new.counted
            WHERE repo = new.repo;
          END
          """);

  /** Not judged yet. It stays until then. */
  static final int UNJUDGED = 3;

  /** What file systems allot at once, most of them. */
  private static final long BLOCK = 4096;

  private static final String FIND =
      "SELECT id, size, inode FROM files WHERE path_hash = ? AND repo = ? AND path = ?";

  private static final String INSERT =
      """
      INSERT INTO files (repo, path, path_hash, package_hash, size, stored_at, uses, inflation,
        demand, rank, priority)
      VALUES (?, ?, ?, ?, ?, ?, 1, (SELECT inflation FROM file_aging), 0, 3, 0)
      """;

  private static final String RESIZE =
      "UPDATE files SET size = ?, stored_at = ?, rank = 3 WHERE id = ?";

  private static final String REMOVE = "DELETE FROM files WHERE id = ? RETURNING inode, counted";

  private static final String SHARE =
      """
      UPDATE files SET rank = 3, inode = ?1,
        counted = NOT EXISTS
          (SELECT 1 FROM files o WHERE o.inode = ?1 AND o.counted AND o.id <> files.id)
      WHERE id = ?2
      """;

  private static final String LEAVE =
      """
      UPDATE files SET rank = 3, inode = NULL, counted = 1 WHERE id = ?1 AND inode IS NOT NULL
      """;

  /** Of names that share, one has to be counted. */
  private static final String COUNT =
      """
      UPDATE files SET counted = 1
      WHERE id = (SELECT min(id) FROM files WHERE inode = ?1)
        AND NOT EXISTS (SELECT 1 FROM files WHERE inode = ?1 AND counted)
      """;

  private FileTable() {}

  /**
   * What a file of that length takes on disk. Holes of a sparse one can't be told, so they count.
   */
  static long allotted(long length) {
    return length > Long.MAX_VALUE - BLOCK ? length : (length + BLOCK - 1) / BLOCK * BLOCK;
  }

  /** Packages of one hash may be versions of one. Null if it is none. */
  static @Nullable Integer packageHash(String path) {
    return PackageFile.of(path)
        .map(file -> file.folder() + file.name() + "." + file.arch())
        .map(String::hashCode)
        .orElse(null);
  }

  /** Files have come or gone, as their heads have. */
  static void note(Connection connection, Collection<HeadWrite> writes) throws SQLException {
    try (Noting noting = new Noting(connection)) {
      for (HeadWrite write : writes) {
        StoredEntry entry = write.entry();
        // Areas hold little, which goes by itself.
        if (!write.key().repo().isArea()) {
          if (entry == null) {
            noting.gone(write.key());
          } else {
            noting.there(write.key(), entry.file(), entry.fetchedAt());
          }
        }
      }
    }
  }

  /** The statements of one transaction. */
  static final class Noting implements AutoCloseable {
    private final Connection connection;
    private final PreparedStatement find;
    private final PreparedStatement insert;
    private final PreparedStatement resize;
    private final PreparedStatement remove;
    private final Map<RepoId, Long> repos = new HashMap<>();

    Noting(Connection connection) throws SQLException {
      this.connection = connection;
      this.find = connection.prepareStatement(FIND);
      this.insert = connection.prepareStatement(INSERT);
      this.resize = connection.prepareStatement(RESIZE);
      this.remove = connection.prepareStatement(REMOVE);
    }

    private long repo(RepoId repo) throws SQLException {
      Long known = repos.get(repo);
      if (known != null) {
        return known;
      }
      try (PreparedStatement add =
              connection.prepareStatement("INSERT OR IGNORE INTO repos (name) VALUES (?)");
          PreparedStatement look =
              connection.prepareStatement("SELECT id FROM repos WHERE name = ?")) {
        add.setString(1, repo.value());
        add.executeUpdate();
        look.setString(1, repo.value());
        try (ResultSet row = look.executeQuery()) {
          row.next();
          long id = row.getLong(1);
          repos.put(repo, id);
          return id;
        }
      }
    }

    private ResultSet find(EntryKey key) throws SQLException {
      find.setInt(1, PackageTables.hash(key.path()));
      find.setLong(2, repo(key.repo()));
      find.setString(3, key.path());
      return find.executeQuery();
    }

    /** Returns whether that is news. */
    boolean there(EntryKey key, FileIdentity file, Instant since) throws SQLException {
      long size = allotted(file.size());
      try (ResultSet row = find(key)) {
        if (row.next()) {
          String inode = row.getString(3);
          if (inode != null && !inode.equals(file.inode())) {
            leave(row.getLong(1), inode);
          }
          boolean changed = row.getLong(2) != size;
          if (changed) {
            resize.setLong(1, size);
            resize.setLong(2, since.getEpochSecond());
            resize.setLong(3, row.getLong(1));
            resize.executeUpdate();
          }
          return changed;
        }
      }
      insert.setLong(1, repo(key.repo()));
      insert.setString(2, key.path());
      insert.setInt(3, PackageTables.hash(key.path()));
      Integer packageHash = packageHash(key.path());
      if (packageHash == null) {
        insert.setNull(4, Types.INTEGER);
      } else {
        insert.setInt(4, packageHash);
      }
      insert.setLong(5, size);
      insert.setLong(6, since.getEpochSecond());
      insert.executeUpdate();
      return true;
    }

    /** The file, which is known, has other names, too, or no others any more. */
    void shares(EntryKey key, @Nullable String inode) throws SQLException {
      long id;
      String before;
      try (ResultSet row = find(key)) {
        if (!row.next()) {
          return;
        }
        id = row.getLong(1);
        before = row.getString(3);
      }
      if (before != null && !before.equals(inode)) {
        leave(id, before);
      }
      if (inode != null && !inode.equals(before)) {
        try (PreparedStatement share = connection.prepareStatement(SHARE)) {
          share.setString(1, inode);
          share.setLong(2, id);
          share.executeUpdate();
        }
      }
    }

    private void leave(long id, String inode) throws SQLException {
      try (PreparedStatement leave = connection.prepareStatement(LEAVE)) {
        leave.setLong(1, id);
        leave.executeUpdate();
      }
      count(inode);
    }

    private void count(String inode) throws SQLException {
      try (PreparedStatement count = connection.prepareStatement(COUNT)) {
        count.setString(1, inode);
        count.executeUpdate();
      }
    }

    void gone(EntryKey key) throws SQLException {
      long id;
      try (ResultSet row = find(key)) {
        if (!row.next()) {
          return;
        }
        id = row.getLong(1);
      }
      gone(id);
    }

    void gone(long id) throws SQLException {
      String inode = null;
      remove.setLong(1, id);
      try (ResultSet row = remove.executeQuery()) {
        if (row.next() && row.getBoolean(2)) {
          inode = row.getString(1);
        }
      }
      if (inode != null) {
        count(inode);
      }
    }

    @Override
    public void close() throws SQLException {
      find.close();
      insert.close();
      resize.close();
      remove.close();
    }
  }
}
