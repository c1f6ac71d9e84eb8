package org.instantmirror.store;

import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.instantmirror.http.EntityTag;
import org.instantmirror.http.Head;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.Checksum;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/** The statements on table {@code heads}. Instants are ISO 8601 text, so that none overflows. */
final class HeadTable {
  private static final String SELECT = "SELECT * FROM heads WHERE repo = :repo AND path = :path";

  private static final String DELETE = "DELETE FROM heads WHERE repo = :repo AND path = :path";

  private static final String REPLACE =
      """
      INSERT OR REPLACE INTO heads
        (repo, path, size, modified, inode, etag, last_modified, date, content_type,
         origin, source, fetched_at, checked_at, gone_since, checksum)
      VALUES
        (:repo, :path, :size, :modified, :inode, :etag, :lastModified, :date, :contentType,
         :origin, :source, :fetchedAt, :checkedAt, :goneSince, :checksum)
      """;

  private HeadTable() {}

  /** What lies in areas of ours. '`' is what follows '_'. */
  static List<StoredEntry> ofAreas(Handle handle) {
    return handle
        .createQuery("SELECT * FROM heads WHERE repo >= '_' AND repo < '`'")
        .map(
            (row, context) ->
                entry(new EntryKey(new RepoId(row.getString("repo")), row.getString("path")), row))
        .list();
  }

  static Optional<StoredEntry> find(Handle handle, EntryKey key) {
    return handle
        .createQuery(SELECT)
        .bind("repo", key.repo().value())
        .bind("path", key.path())
        .map((row, context) -> entry(key, row))
        .findOne();
  }

  /** All of them or none; returns how many. */
  static int write(Handle handle, Collection<HeadWrite> writes) throws SQLException {
    handle.useTransaction(
        transaction -> {
          for (HeadWrite write : writes) {
            StoredEntry entry = write.entry();
            try (Update update = transaction.createUpdate(entry == null ? DELETE : REPLACE)) {
              update.bind("repo", write.key().repo().value()).bind("path", write.key().path());
              if (entry != null) {
                bind(update, entry);
              }
              update.execute();
            }
          }
          FileTable.note(transaction.getConnection(), writes);
        });
    return writes.size();
  }

  private static void bind(Update update, StoredEntry entry) {
    Head head = entry.head();
    update
        .bind("size", entry.file().size())
        .bind("modified", entry.file().modified().toString())
        .bind("inode", entry.file().inode())
        .bind("etag", text(head.etag()))
        .bind("lastModified", text(head.lastModified()))
        .bind("date", text(head.date()))
        .bind("contentType", head.contentType())
        .bind("origin", entry.origin().name())
        .bind("source", text(entry.source()))
        .bind("fetchedAt", entry.fetchedAt().toString())
        .bind("checkedAt", entry.checkedAt().toString())
        .bind("goneSince", text(entry.goneSince()))
        .bind("checksum", text(entry.checksum()));
  }

  private static StoredEntry entry(EntryKey key, ResultSet row) throws SQLException {
    String source = row.getString("source");
    return new StoredEntry(
        key,
        new FileIdentity(
            row.getLong("size"), Instant.parse(row.getString("modified")), row.getString("inode")),
        new Head(
            EntityTag.parse(row.getString("etag")).orElse(null),
            instant(row.getString("last_modified")),
            instant(row.getString("date")),
            row.getString("content_type")),
        StoredEntry.Origin.valueOf(row.getString("origin")),
        source == null ? null : URI.create(source),
        Instant.parse(row.getString("fetched_at")),
        Instant.parse(row.getString("checked_at")),
        instant(row.getString("gone_since")),
        Checksum.parse(row.getString("checksum")).orElse(null));
  }

  private static @Nullable String text(@Nullable Object value) {
    return value == null ? null : value.toString();
  }

  private static @Nullable Instant instant(@Nullable String text) {
    return text == null ? null : Instant.parse(text);
  }
}
