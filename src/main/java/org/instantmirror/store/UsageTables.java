package org.instantmirror.store;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.store.UsageFile.ClientRow;
import org.instantmirror.store.UsageFile.FolderRow;
import org.instantmirror.store.UsageFile.PackageRow;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.ResultIterable;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;

/**
 * The tables of {@link UsageFile}: what is read of them, and written to them. Methods throw {@link
 * org.jdbi.v3.core.JdbiException} for what the database reports.
 */
final class UsageTables {

  /** The step at index n leads from version n to n + 1. Steps are only ever added. */
  private static final List<List<String>> STEPS =
      List.of(
          List.of(
              """
              CREATE TABLE folders (
                id INTEGER PRIMARY KEY,
                repo TEXT NOT NULL,
                path TEXT NOT NULL,
                asked REAL NOT NULL,
                asked_at INTEGER NOT NULL,
                UNIQUE (repo, path)
              )
              """,
              """
              CREATE TABLE packages (
                id INTEGER PRIMARY KEY,
                folder INTEGER NOT NULL,
                name TEXT NOT NULL,
                arch TEXT NOT NULL,
                learnt BLOB NOT NULL
              )
              """,
              """
              CREATE TABLE clients (
                id INTEGER PRIMARY KEY,
                client TEXT NOT NULL UNIQUE,
                last_window INTEGER NOT NULL,
                expires INTEGER NOT NULL,
                packages BLOB NOT NULL
              )
              """,
              "CREATE INDEX clients_expiry ON clients (expires)"));

  private UsageTables() {}

  /**
   * Brings the tables into the form that this program knows.
   *
   * @throws IllegalStateException if they are of a later one
   */
  static void migrate(Handle handle) {
    int version = handle.createQuery("PRAGMA user_version").mapTo(Integer.class).one();
    if (version > STEPS.size()) {
      throw new IllegalStateException("of version " + version + ", made by a later program");
    }
    for (List<String> step : STEPS.subList(version, STEPS.size())) {
      int next = STEPS.indexOf(step) + 1;
      handle.useTransaction(
          transaction -> {
            step.forEach(transaction::execute);
            transaction.execute("PRAGMA user_version = " + next);
          });
    }
  }

  static List<FolderRow> folders(Handle handle) {
    return handle
        .createQuery("SELECT id, repo, path, asked, asked_at FROM folders")
        .map(
            (row, context) ->
                new FolderRow(
                    row.getInt("id"),
                    new RepositoryFolder(new RepoId(row.getString("repo")), row.getString("path")),
                    row.getDouble("asked"),
                    Instant.ofEpochSecond(row.getLong("asked_at"))))
        .list();
  }

  /** Gives each package. */
  static void packages(Handle handle, Consumer<PackageRow> action) {
    handle
        .createQuery("SELECT id, folder, name, arch, learnt FROM packages")
        .map(
            (row, context) ->
                new PackageRow(
                    row.getInt("id"),
                    row.getInt("folder"),
                    row.getString("name"),
                    row.getString("arch"),
                    row.getBytes("learnt")))
        .useStream(all -> all.forEach(action));
  }

  /** Gives each client. */
  static void clients(Handle handle, Consumer<ClientRow> action) {
    clientQuery(handle, "").useStream(all -> all.forEach(action));
  }

  static Optional<ClientRow> client(Handle handle, String client) {
    return clientQuery(handle, "WHERE client = ?", client).findOne();
  }

  /** Some of the clients that are to be forgotten by now. */
  static List<ClientRow> expired(Handle handle, Instant now, int most) {
    return clientQuery(handle, "WHERE expires < ? LIMIT ?", now.getEpochSecond(), most).list();
  }

  private static ResultIterable<ClientRow> clientQuery(
      Handle handle, String which, Object... parameters) {
    Query query =
        handle.createQuery("SELECT client, last_window, expires, packages FROM clients " + which);
    for (int i = 0; i < parameters.length; i++) {
      query.bind(i, parameters[i]);
    }
    return query.map(
        (row, context) ->
            new ClientRow(
                row.getString("client"),
                Instant.ofEpochSecond(row.getLong("last_window")),
                Instant.ofEpochSecond(row.getLong("expires")),
                row.getBytes("packages")));
  }

  static void writeFolders(Handle transaction, Collection<FolderRow> folders) {
    if (folders.isEmpty()) {
      return;
    }
    PreparedBatch batch =
        transaction.prepareBatch(
            """
            INSERT INTO folders (id, repo, path, asked, asked_at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET asked = excluded.asked, asked_at = excluded.asked_at
            """);
    folders.forEach(
        folder ->
            batch.add(
                folder.id(),
                folder.folder().repo().value(),
                folder.folder().path(),
                folder.asked(),
                folder.askedAt().getEpochSecond()));
    batch.execute();
  }

  static void writePackages(Handle transaction, Collection<PackageRow> packages) {
    if (packages.isEmpty()) {
      return;
    }
    PreparedBatch batch =
        transaction.prepareBatch(
            """
            INSERT INTO packages (id, folder, name, arch, learnt) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET folder = excluded.folder, name = excluded.name,
              arch = excluded.arch, learnt = excluded.learnt
            """);
    packages.forEach(
        each -> batch.add(each.id(), each.folder(), each.name(), each.arch(), each.learnt()));
    batch.execute();
  }

  /**
   * A new row's number is random: else rows would be in the order in which clients first reported,
   * which is that of an access log, too.
   */
  static void writeClients(Handle transaction, Collection<ClientRow> clients) {
    if (clients.isEmpty()) {
      return;
    }
    PreparedBatch batch =
        transaction.prepareBatch(
            """
            INSERT INTO clients (id, client, last_window, expires, packages)
              VALUES (random(), ?, ?, ?, ?)
            ON CONFLICT (client) DO UPDATE SET last_window = excluded.last_window,
              expires = excluded.expires, packages = excluded.packages
            """);
    clients.forEach(
        each ->
            batch.add(
                each.client(),
                each.window().getEpochSecond(),
                each.expires().getEpochSecond(),
                each.packages()));
    batch.execute();
  }

  static void removeClients(Handle transaction, Collection<String> clients) {
    clients.forEach(each -> transaction.execute("DELETE FROM clients WHERE client = ?", each));
  }

  static void removePackages(Handle transaction, Collection<Integer> ids) {
    ids.forEach(each -> transaction.execute("DELETE FROM packages WHERE id = ?", each));
  }

  static void removeFolders(Handle transaction, Collection<Integer> ids) {
    ids.forEach(each -> transaction.execute("DELETE FROM folders WHERE id = ?", each));
  }
}
