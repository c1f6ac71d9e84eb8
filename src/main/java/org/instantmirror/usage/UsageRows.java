package org.instantmirror.usage;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.instantmirror.store.StorageException;
import org.instantmirror.store.UsageFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ledger's rows in the file. For the thread that learns. */
final class UsageRows {

  private static final Logger LOG = LoggerFactory.getLogger(UsageRows.class);

  /** So many rows are written in one transaction. */
  private static final int AT_ONCE = 5_000;

  private final UsageFile file;
  private final Ledger ledger;

  UsageRows(UsageFile file, Ledger ledger) {
    this.file = file;
    this.ledger = ledger;
  }

  /**
   * Reads all of it.
   *
   * @param clients the clients' ids are added to it
   */
  void load(Set<String> clients, Instant now) throws StorageException {
    Map<Integer, FolderUse> folders = new HashMap<>();
    for (UsageFile.FolderRow row : file.folders()) {
      folders.put(row.id(), ledger.restore(row.id(), row.folder(), row.asked(), row.askedAt()));
    }
    file.packages(
        row -> {
          FolderUse folder = folders.get(row.folder());
          if (folder != null) {
            UsedPackage what = new UsedPackage(folder.folder, row.name(), row.arch());
            ledger.restore(row.id(), what, folder, popularity(row, now));
          }
        });
    ledger.restored();
    file.clients(
        row -> {
          clients.add(row.client());
          ledger.changed(IdSet.EMPTY, packages(row));
        });
  }

  private static Popularity popularity(UsageFile.PackageRow row, Instant now) {
    try {
      return Popularity.of(row.learnt());
    } catch (IllegalArgumentException damaged) {
      LOG.debug("{}: what was learnt is lost", row.name(), damaged);
      return Popularity.unknown(now);
    }
  }

  /** The packages of a client. */
  static IdSet packages(UsageFile.ClientRow row) {
    try {
      return IdSet.of(row.packages());
    } catch (IllegalArgumentException damaged) {
      LOG.debug("{}: its packages are lost", row.client(), damaged);
      return IdSet.EMPTY;
    }
  }

  static UsageFile.PackageRow row(PackageUse use, Instant now) {
    return new UsageFile.PackageRow(
        use.id, use.folder.id, use.what.name(), use.what.arch(), use.lasting(now).bytes());
  }

  static UsageFile.FolderRow row(FolderUse use, Instant now) {
    return new UsageFile.FolderRow(use.id, use.folder, use.asking(now), now);
  }

  /** Writes what has changed. */
  void flush(Instant now) throws StorageException {
    List<FolderUse> folders = ledger.folders().stream().filter(use -> !use.stored).toList();
    write(folders, List.of(), List.of(), now);
    List<PackageUse> some = new ArrayList<>();
    for (PackageUse use : ledger.packages()) {
      if (!use.stored) {
        some.add(use);
      }
      if (some.size() == AT_ONCE) {
        write(List.of(), some, List.of(), now);
        some.clear();
      }
    }
    write(List.of(), some, List.of(), now);
  }

  /** Writes these, all of them or none. */
  void write(
      Collection<FolderUse> folders,
      Collection<PackageUse> packages,
      Collection<UsageFile.ClientRow> clients,
      Instant now)
      throws StorageException {
    if (folders.isEmpty() && packages.isEmpty() && clients.isEmpty()) {
      return;
    }
    file.write(
        folders.stream().map(use -> row(use, now)).toList(),
        packages.stream().map(use -> row(use, now)).toList(),
        clients);
    folders.forEach(
        use -> {
          use.known = true;
          use.stored = true;
        });
    packages.forEach(
        use -> {
          use.known = true;
          use.stored = true;
        });
  }

  /**
   * Forgets clients that are silent, and packages that nobody has any more.
   *
   * @param clients the clients' ids are removed from it
   */
  void forget(Set<String> clients, Instant now) throws StorageException {
    List<UsageFile.ClientRow> silent;
    do {
      silent = file.expired(now, AT_ONCE / 10);
      file.remove(silent.stream().map(UsageFile.ClientRow::client).toList(), List.of());
      for (UsageFile.ClientRow row : silent) {
        clients.remove(row.client());
        ledger.changed(packages(row), IdSet.EMPTY);
      }
    } while (!silent.isEmpty());
    List<PackageUse> forgotten =
        ledger.packages().stream().filter(use -> use.isForgotten(now)).toList();
    file.remove(List.of(), forgotten.stream().map(use -> use.id).toList());
    ledger.forget(forgotten);
  }
}
