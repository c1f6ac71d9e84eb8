package org.instantmirror.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.Checksum;
import org.instantmirror.repodata.ChecksumType;
import org.instantmirror.repodata.Evr;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.repodata.RepositoryFolder;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The statements on the tables of {@link PackageIndex}, but for those that write many rows.
 *
 * <p>A package is a row for each file that any generation lists: path, checksum and size tell one
 * from another. Generations share it, and {@code members} says which list it; so another generation
 * of an unchanged repository costs some 20 bytes for each package. By the order of its key a
 * package's generations are found at once, by the index a generation's packages.
 *
 * <p>Names and architectures have no index yet; one on {@code packages (repo, name, arch)} would
 * serve a search for the versions of a package.
 */
final class PackageTables {
  static final List<String> CREATE =
      List.of(
          "CREATE TABLE repos (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
          """
          CREATE TABLE generations (
            id INTEGER PRIMARY KEY,
            repo INTEGER NOT NULL,
            folder TEXT NOT NULL,
            number INTEGER NOT NULL,
            state TEXT NOT NULL
          )
          """,
          "CREATE INDEX generations_of_folder ON generations (repo, folder)",
          """
          CREATE TABLE packages (
            id INTEGER PRIMARY KEY,
            repo INTEGER NOT NULL,
            path TEXT NOT NULL,
            path_hash INTEGER NOT NULL,
            checksum_type TEXT,
            checksum BLOB,
            size INTEGER NOT NULL,
            name TEXT NOT NULL,
            epoch INTEGER NOT NULL,
            version TEXT NOT NULL,
            release TEXT NOT NULL,
            arch TEXT NOT NULL,
            file_time INTEGER,
            build_time INTEGER
          )
          """,
          "CREATE INDEX packages_at ON packages (path_hash, repo)",
          """
          CREATE TABLE members (
            package INTEGER NOT NULL,
            generation INTEGER NOT NULL,
            PRIMARY KEY (package, generation)
          ) WITHOUT ROWID
          """,
          "CREATE INDEX members_of_generation ON members (generation, package)");

  static final List<String> WITH_REPOMD =
      List.of(
          "ALTER TABLE generations ADD COLUMN since TEXT",
          "ALTER TABLE generations ADD COLUMN repomd BLOB",
          "ALTER TABLE generations ADD COLUMN signature_verified INTEGER",
          // Nobody knows what they stand for.
          "UPDATE generations SET state = 'DROPPED' WHERE state = 'COMPLETE'");

  /**
   * Of packages by their content. The beginning of a checksum tells one from another, so the index
   * stays small.
   */
  static final List<String> BY_CONTENT =
      List.of("CREATE INDEX packages_of_content ON packages (substr(checksum, 1, 6))");

  /** What a generation is at. Only a complete one can be seen. */
  enum State {
    /** Being written. At start: by a process that has died. */
    INDEXING,
    COMPLETE,
    /** Being removed. */
    DROPPED
  }

  static final String FIND =
      """
      SELECT g.folder, g.number, p.checksum_type, p.checksum, p.size, p.name, p.epoch, p.version,
        p.release, p.arch, p.file_time
      FROM packages p
        JOIN members m ON m.package = p.id
        JOIN generations g ON g.id = m.generation
      WHERE p.path_hash = :hash AND p.repo = (SELECT id FROM repos WHERE name = :repo)
        AND p.path = :path AND g.state = 'COMPLETE'
      ORDER BY g.number DESC, g.folder
      """;

  static final String NAMES =
      """
      SELECT r.name, p.path
      FROM packages p JOIN repos r ON r.id = p.repo
      WHERE substr(p.checksum, 1, 6) = substr(:checksum, 1, 6) AND p.checksum = :checksum
        AND p.checksum_type = :type AND p.size = :size
      ORDER BY p.id LIMIT :most
      """;

  private static final String NUMBERED =
      """
      (SELECT id FROM generations
        WHERE repo = (SELECT id FROM repos WHERE name = :repo) AND folder = :folder
          AND number = %s AND state = 'COMPLETE')
      """;

  static final String NEW =
      """
      SELECT g.folder, g.number, p.path, p.checksum_type, p.checksum, p.size, p.name, p.epoch,
        p.version, p.release, p.arch, p.file_time
      FROM generations g
        JOIN members m ON m.generation = g.id
        JOIN packages p ON p.id = m.package
      WHERE g.id = %s
        AND NOT EXISTS
          (SELECT 1 FROM members b WHERE b.package = m.package AND b.generation = %s)
      """
          .formatted(NUMBERED.formatted(":number"), NUMBERED.formatted(":base"));

  private PackageTables() {}

  static List<ListedPackage> find(Handle handle, EntryKey key) {
    return handle
        .createQuery(FIND)
        .bind("repo", key.repo().value())
        .bind("hash", hash(key.path()))
        .bind("path", key.path())
        .map((row, context) -> listed(key.repo(), row))
        .list();
  }

  /** Files that some generation lists with that content. */
  static List<EntryKey> names(Handle handle, ListedFile content, int most) {
    return handle
        .createQuery(NAMES)
        .bind("checksum", content.checksum().bytes())
        .bind("type", content.checksum().type().name())
        .bind("size", content.size())
        .bind("most", most)
        .map(
            (row, context) ->
                new EntryKey(new RepoId(row.getString("name")), row.getString("path")))
        .list();
  }

  /** What one complete generation lists and the other, if there is one, doesn't. */
  static void forEachNew(
      Handle handle,
      RepositoryFolder folder,
      long number,
      @Nullable Long base,
      Consumer<IndexedPackage> each) {
    handle
        .createQuery(NEW)
        .bind("repo", folder.repo().value())
        .bind("folder", folder.path())
        .bind("number", number)
        .bind("base", base == null ? -1 : base)
        .map(
            (row, context) ->
                new IndexedPackage(
                    new EntryKey(folder.repo(), row.getString("path")), listed(folder.repo(), row)))
        .forEach(each);
  }

  /**
   * What paths are indexed by: at a tenth of their length the index stays small, and so does what
   * of it a turn of writing touches, as packages don't come in its order.
   */
  static int hash(String path) {
    return path.hashCode();
  }

  private static ListedPackage listed(RepoId repo, ResultSet row) throws SQLException {
    long fileTime = row.getLong("file_time");
    boolean noFileTime = row.wasNull();
    return new ListedPackage(
        new RepositoryFolder(repo, row.getString("folder")),
        row.getLong("number"),
        row.getString("name"),
        new Evr(row.getLong("epoch"), row.getString("version"), row.getString("release")),
        row.getString("arch"),
        checksum(row.getString("checksum_type"), row.getBytes("checksum")),
        row.getLong("size"),
        noFileTime ? null : Instant.ofEpochSecond(fileTime));
  }

  private static @Nullable Checksum checksum(@Nullable String type, byte @Nullable [] bytes) {
    return type == null || bytes == null ? null : Checksum.of(ChecksumType.valueOf(type), bytes);
  }

  /** The complete generations of a folder, the newest first. */
  static List<Long> generations(Handle handle, RepositoryFolder folder) {
    return handle
        .createQuery(
            """
            SELECT DISTINCT number FROM generations
            WHERE repo = (SELECT id FROM repos WHERE name = :repo) AND folder = :folder
              AND state = 'COMPLETE'
            ORDER BY number DESC
            """)
        .bind("repo", folder.repo().value())
        .bind("folder", folder.path())
        .mapTo(Long.class)
        .list();
  }

  /** All complete ones, of each folder the newest first. */
  static List<IndexedGeneration> all(Handle handle) {
    return handle
        .createQuery(
            """
            SELECT r.name, g.folder, g.number, g.since, g.repomd, g.signature_verified
            FROM generations g JOIN repos r ON r.id = g.repo
            WHERE g.state = 'COMPLETE'
            ORDER BY r.name, g.folder, g.number DESC
            """)
        .map(
            (row, context) ->
                new IndexedGeneration(
                    new RepositoryFolder(
                        new RepoId(row.getString("name")), row.getString("folder")),
                    row.getLong("number"),
                    Instant.parse(row.getString("since")),
                    row.getBytes("repomd"),
                    row.getBoolean("signature_verified")))
        .list();
  }

  /** How many packages a complete generation lists. */
  static long count(Handle handle, RepositoryFolder folder, long number) {
    return handle
        .createQuery(
            """
            SELECT count(*) FROM members WHERE generation =
              (SELECT id FROM generations
                WHERE repo = (SELECT id FROM repos WHERE name = :repo) AND folder = :folder
                  AND number = :number AND state = 'COMPLETE')
            """)
        .bind("repo", folder.repo().value())
        .bind("folder", folder.path())
        .bind("number", number)
        .mapTo(Long.class)
        .one();
  }

  /** A new generation, being indexed. */
  static Begun begin(Handle handle, RepositoryFolder folder, long number) {
    return handle.inTransaction(
        transaction -> {
          String name = folder.repo().value();
          transaction.execute("INSERT OR IGNORE INTO repos (name) VALUES (?)", name);
          long repo =
              transaction
                  .createQuery("SELECT id FROM repos WHERE name = ?")
                  .bind(0, name)
                  .mapTo(Long.class)
                  .one();
          long id =
              transaction
                  .createUpdate(
                      """
                      INSERT INTO generations (repo, folder, number, state)
                      VALUES (:repo, :folder, :number, 'INDEXING')
                      """)
                  .bind("repo", repo)
                  .bind("folder", folder.path())
                  .bind("number", number)
                  .executeAndReturnGeneratedKeys("id")
                  .mapTo(Long.class)
                  .one();
          return new Begun(handle, repo, id);
        });
  }

  /**
   * A generation that is being indexed, by its ids.
   *
   * @param database in which these ids are its
   */
  record Begun(Handle database, long repo, long generation) {

    /** Whether it is that very database, and not one begun anew, where the ids are others'. */
    @SuppressWarnings("ReferenceEquality")
    boolean isIn(Handle handle) {
      return handle == database;
    }
  }

  /** The generation is seen from now on, in place of one of the same number. */
  static boolean complete(
      Handle handle, long generation, byte[] repomd, Instant since, boolean verified) {
    return handle.inTransaction(
        transaction -> {
          transaction.execute(
              """
              UPDATE generations SET state = 'DROPPED'
              WHERE state = 'COMPLETE'
                AND (repo, folder, number) =
                  (SELECT repo, folder, number FROM generations WHERE id = ?)
              """,
              generation);
          return transaction.execute(
                  """
                  UPDATE generations SET state = 'COMPLETE', since = ?, repomd = ?, signature_verified = ?
                  WHERE id = ? AND state = 'INDEXING'
                  """,
                  since.toString(),
                  repomd,
                  verified,
                  generation)
              == 1;
        });
  }

  /** The generation isn't seen any more; returns how many there were of that number. */
  static int drop(Handle handle, RepositoryFolder folder, long number) {
    return handle.execute(
        """
        UPDATE generations SET state = 'DROPPED'
        WHERE repo = (SELECT id FROM repos WHERE name = ?) AND folder = ? AND number = ?
          AND state = 'COMPLETE'
        """,
        folder.repo().value(),
        folder.path(),
        number);
  }

  /** What is being indexed won't be completed; returns whether it was. */
  static boolean giveUp(Handle handle, long generation) {
    return handle.execute(
            "UPDATE generations SET state = 'DROPPED' WHERE id = ? AND state = 'INDEXING'",
            generation)
        == 1;
  }

  /** As {@link #giveUp}, all, since their process has died; returns how many. */
  static int giveUpAll(Handle handle) {
    return handle.execute("UPDATE generations SET state = 'DROPPED' WHERE state = 'INDEXING'");
  }

  /** One of those that are to be removed. */
  static Optional<Long> dropped(Handle handle) {
    return handle
        .createQuery("SELECT id FROM generations WHERE state = 'DROPPED' ORDER BY id LIMIT 1")
        .mapTo(Long.class)
        .findOne();
  }

  /** The last step of removing a generation that has no members any more. */
  static void forget(Handle handle, long generation) {
    handle.execute("DELETE FROM generations WHERE id = ?", generation);
  }
}
