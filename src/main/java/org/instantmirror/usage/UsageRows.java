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

  private UsageRows(UsageFile file, Ledger ledger) {
    this.file = file;
    this.ledger = ledger;
  }

  /**
   * Reads all of it.
   *
   * @param ledger an empty one
   * @param clients the clients' ids are added to it
   */
  static UsageRows load(UsageFile file, Ledger ledger, Set<String> clients, Instant now)
      throws StorageException {
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
    return new UsageRows(file, ledger);
  }

  /** What was read, and is written. */
  Ledger ledger() {
    return ledger;
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
    write(folders, List.of(), now);
    List<PackageUse> some = new ArrayList<>();
    for (PackageUse use : ledger.packages()) {
      if (!use.stored) {
        some.add(use);
      }
      if (some.size() == AT_ONCE) {
        write(List.of(), some, now);
        some.clear();
      }
    }
    write(List.of(), some, now);
  }

  private void write(Collection<FolderUse> folders, Collection<PackageUse> packages, Instant now)
      throws StorageException {
    if (!folders.isEmpty() || !packages.isEmpty()) {
      write(folders, packages, List.of(), List.of(), now);
    }
  }

  /**
   * Writes these, and removes clients, all of it or nothing.
   *
   * @param gone their ids
   */
  void write(
      Collection<FolderUse> folders,
      Collection<PackageUse> packages,
      Collection<UsageFile.ClientRow> clients,
      Collection<String> gone,
      Instant now)
      throws StorageException {
    file.write(
        folders.stream().map(use -> row(use, now)).toList(),
        packages.stream().map(use -> row(use, now)).toList(),
        clients,
        gone);
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
   * Forgets clients that are silent, packages that nobody has any more, and repositories of which
   * no package is known then.
   *
   * @param clients the clients' ids are removed from it
   */
  void forget(Set<String> clients, Instant now) throws StorageException {
    List<UsageFile.ClientRow> silent;
    do {
      silent = file.expired(now, AT_ONCE / 10);
      file.removeClients(silent.stream().map(UsageFile.ClientRow::client).toList());
      for (UsageFile.ClientRow row : silent) {
        clients.remove(row.client());
        ledger.changed(packages(row), IdSet.EMPTY);
      }
    } while (!silent.isEmpty());
    List<PackageUse> forgotten =
        ledger.packages().stream().filter(use -> use.isForgotten(now)).toList();
    file.remove(forgotten.stream().map(use -> use.id).toList(), List.of());
    ledger.forget(forgotten);
    Collection<FolderUse> empty = ledger.empty();
    file.remove(List.of(), empty.stream().map(use -> use.id).toList());
    ledger.forgetFolders(empty);
  }
}
