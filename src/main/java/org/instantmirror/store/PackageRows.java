package org.instantmirror.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.instantmirror.repodata.Checksum;
import org.instantmirror.repodata.PackageEntry;
import org.instantmirror.store.PackageTables.Begun;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Writes and removes rows in great numbers: as many in one transaction as time allows. On bare
 * JDBC, since there are 70,000 packages in a distribution, and three statements for each.
 */
final class PackageRows {
  private static final String FIND =
      """
      SELECT id, file_time FROM packages
      WHERE repo = ? AND path = ? AND size = ? AND checksum_type IS ? AND checksum IS ?
      """;

  private static final String INSERT =
      """
      INSERT INTO packages (repo, path, size, checksum_type, checksum, name, epoch, version,
        release, arch, file_time, build_time)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      RETURNING id
      """;

  private static final String DATE = "UPDATE packages SET file_time = ? WHERE id = ?";

  private static final String JOIN =
      "INSERT OR IGNORE INTO members (package, generation) VALUES (?, ?)";

  private static final String MEMBERS =
      "SELECT package FROM members WHERE generation = ? ORDER BY package LIMIT ?";

  private static final String LEAVE = "DELETE FROM members WHERE package = ? AND generation = ?";

  private static final String REMOVE =
      """
      DELETE FROM packages
      WHERE id = ? AND NOT EXISTS (SELECT 1 FROM members WHERE package = packages.id)
      """;

  private PackageRows() {}

  /**
   * What a generation lists.
   *
   * @param path in the repository's tree
   */
  record Listed(String path, PackageEntry entry) {}

  /**
   * Adds packages to a generation in one transaction: at least one, then until time is up.
   *
   * @return how many of them, from the beginning of the list
   */
  static int add(Handle handle, Begun generation, List<Listed> packages, BooleanSupplier timeIsUp)
      throws SQLException {
    return handle.inTransaction(
        transaction -> {
          try (Adding adding = new Adding(transaction.getConnection(), generation)) {
            int added = 0;
            while (added < packages.size() && (added == 0 || !timeIsUp.getAsBoolean())) {
              adding.add(packages.get(added));
              added++;
            }
            return added;
          }
        });
  }

  /**
   * Removes packages from a generation in one transaction, and those that no other lists from the
   * database: at least one, then until time is up.
   *
   * @param most how many are looked at
   * @return whether the generation is empty
   */
  static boolean removeSome(Handle handle, long generation, int most, BooleanSupplier timeIsUp)
      throws SQLException {
    List<Long> packages =
        handle.createQuery(MEMBERS).bind(0, generation).bind(1, most).mapTo(Long.class).list();
    return handle.inTransaction(
        transaction -> {
          Connection connection = transaction.getConnection();
          try (PreparedStatement leave = connection.prepareStatement(LEAVE);
              PreparedStatement remove = connection.prepareStatement(REMOVE)) {
            int removed = 0;
            while (removed < packages.size() && (removed == 0 || !timeIsUp.getAsBoolean())) {
              long id = packages.get(removed);
              leave.setLong(1, id);
              leave.setLong(2, generation);
              leave.executeUpdate();
              remove.setLong(1, id);
              remove.executeUpdate();
              removed++;
            }
            return removed == packages.size() && packages.size() < most;
          }
        });
  }

  /** The statements of one transaction. */
  private static final class Adding implements AutoCloseable {
    private final Begun generation;
    private final PreparedStatement find;
    private final PreparedStatement insert;
    private final PreparedStatement date;
    private final PreparedStatement join;

    Adding(Connection connection, Begun generation) throws SQLException {
      this.generation = generation;
      this.find = connection.prepareStatement(FIND);
      this.insert = connection.prepareStatement(INSERT);
      this.date = connection.prepareStatement(DATE);
      this.join = connection.prepareStatement(JOIN);
    }

    void add(Listed listed) throws SQLException {
      bindIdentity(find, listed);
      long id;
      try (ResultSet row = find.executeQuery()) {
        id = row.next() ? known(row, listed.entry().fileTime()) : insert(listed);
      }
      join.setLong(1, id);
      join.setLong(2, generation.generation());
      join.executeUpdate();
    }

    private void bindIdentity(PreparedStatement statement, Listed listed) throws SQLException {
      Checksum checksum = listed.entry().checksum();
      statement.setLong(1, generation.repo());
      statement.setString(2, listed.path());
      statement.setLong(3, listed.entry().size());
      statement.setString(4, checksum == null ? null : checksum.type().name());
      statement.setBytes(5, checksum == null ? null : checksum.bytes());
    }

    private long known(ResultSet row, @Nullable Instant fileTime) throws SQLException {
      long id = row.getLong(1);
      long stored = row.getLong(2);
      if (fileTime != null && fileTime.getEpochSecond() != stored) {
        date.setLong(1, fileTime.getEpochSecond());
        date.setLong(2, id);
        date.executeUpdate();
      }
      return id;
    }

    private long insert(Listed listed) throws SQLException {
      PackageEntry entry = listed.entry();
      bindIdentity(insert, listed);
      insert.setString(6, entry.name());
      insert.setLong(7, entry.evr().epoch());
      insert.setString(8, entry.evr().version());
      insert.setString(9, entry.evr().release());
      insert.setString(10, entry.arch());
      bind(insert, 11, entry.fileTime());
      bind(insert, 12, entry.buildTime());
      try (ResultSet row = insert.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }

    private static void bind(PreparedStatement statement, int at, @Nullable Instant time)
        throws SQLException {
      if (time == null) {
        statement.setNull(at, Types.INTEGER);
      } else {
        statement.setLong(at, time.getEpochSecond());
      }
    }

    @Override
    public void close() throws SQLException {
      find.close();
      insert.close();
      date.close();
      join.close();
    }
  }
}
