package org.instantmirror.store;

import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * The versions of the index's schema, {@code PRAGMA user_version}. A new index goes through the
 * same steps as an old one, so there is one way to each version.
 */
final class IndexSchema {

  /** The step at index n leads from version n to n + 1. Steps are only ever added. */
  private static final List<List<String>> STEPS =
      List.of(
          List.of(
              """
              CREATE TABLE heads (
                repo TEXT NOT NULL,
                path TEXT NOT NULL,
                size INTEGER NOT NULL,
                modified TEXT NOT NULL,
                inode TEXT NOT NULL,
                etag TEXT,
                last_modified TEXT,
                date TEXT,
                content_type TEXT,
                origin TEXT NOT NULL,
                source TEXT,
                fetched_at TEXT NOT NULL,
                checked_at TEXT NOT NULL,
                PRIMARY KEY (repo, path)
              ) WITHOUT ROWID
              """),
          List.of("ALTER TABLE heads ADD COLUMN gone_since TEXT"),
          PackageTables.CREATE,
          List.of("ALTER TABLE heads ADD COLUMN checksum TEXT"),
          PackageTables.WITH_REPOMD,
          FileTable.CREATE,
          PackageTables.BY_CONTENT,
          FileTable.SHARED);

  static final int CURRENT = STEPS.size();

  private IndexSchema() {}

  static int version(Handle handle) {
    return handle.createQuery("PRAGMA user_version").mapTo(Integer.class).one();
  }

  /** Whether {@link #migrate} knows the way from what is there. */
  static boolean isKnown(Handle handle) {
    int version = version(handle);
    boolean empty =
        handle.createQuery("SELECT count(*) FROM sqlite_master").mapTo(Integer.class).one() == 0;
    return version == 0 ? empty : version > 0 && version <= CURRENT;
  }

  /** Leads to {@link #CURRENT}, each step whole or not at all. */
  static void migrate(Handle handle) {
    migrate(handle, CURRENT);
  }

  static void migrate(Handle handle, int target) {
    for (int version = version(handle); version < target; version++) {
      List<String> step = STEPS.get(version);
      int next = version + 1;
      handle.useTransaction(
          transaction -> {
            step.forEach(transaction::execute);
            // A pragma takes no parameters.
            transaction.execute("PRAGMA user_version = " + next);
          });
    }
  }
}
