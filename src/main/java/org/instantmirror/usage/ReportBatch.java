package org.instantmirror.usage;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.instantmirror.store.StorageException;
import org.instantmirror.store.UsageFile;
import org.jspecify.annotations.Nullable;

/**
 * Some reports that are written in one transaction, and counted when that is done. Of a client only
 * the numbers of its packages are kept, and the difference to those before goes into the counts. To
 * be used once, by the thread that learns.
 */
final class ReportBatch {

  /** A client that is silent for that many of its periods is forgotten: three days, mostly. */
  private static final int SILENT_PERIODS = 3;

  private static final Duration SILENCE = Duration.ofDays(3);

  private final UsageFile file;
  private final UsageRows rows;
  private final Ledger ledger;
  private final Instant now;

  private final Map<String, UsageFile.ClientRow> clients = new HashMap<>();
  private final Map<String, IdSet> before = new HashMap<>();
  private final Map<String, IdSet> after = new HashMap<>();
  private final Set<PackageUse> fresh = new HashSet<>();
  private final Map<PackageUse, Integer> updates = new HashMap<>();
  private final Map<PackageUse, Integer> installs = new HashMap<>();

  ReportBatch(UsageFile file, UsageRows rows, Ledger ledger, Instant now) {
    this.file = file;
    this.rows = rows;
    this.ledger = ledger;
    this.now = now;
  }

  /**
   * Adds a report.
   *
   * @throws StorageException if what is known of the client can't be read
   */
  void add(Report report) throws StorageException {
    String client = report.client();
    UsageFile.ClientRow known = clients.get(client);
    if (known == null) {
      known = file.client(client).orElse(null);
    }
    IdSet had = known == null ? IdSet.EMPTY : UsageRows.packages(known);
    before.putIfAbsent(client, had);
    // The same report may come twice, when its answer was lost, and a late one after its successor.
    boolean late = known != null && report.window().isBefore(known.window());
    boolean again = late || (known != null && report.window().equals(known.window()));
    List<UsedPackage> installed = report.installed();
    IdSet has = installed == null || late ? had : numbered(installed);
    after.put(client, has);
    clients.put(client, row(report, known, has));
    if (!again) {
      report.changes().forEach(change -> count(change, had));
    }
  }

  private UsageFile.ClientRow row(Report report, UsageFile.@Nullable ClientRow known, IdSet has) {
    Duration silence = report.period().multipliedBy(SILENT_PERIODS);
    Instant window =
        known != null && known.window().isAfter(report.window()) ? known.window() : report.window();
    return new UsageFile.ClientRow(
        report.client(),
        window,
        now.plus(silence.compareTo(SILENCE) < 0 ? SILENCE : silence),
        has.bytes());
  }

  private IdSet numbered(Collection<UsedPackage> packages) {
    IntStream.Builder ids = IntStream.builder();
    for (UsedPackage each : packages) {
      Optional<PackageUse> use = ledger.learn(each, now);
      if (use.isPresent()) {
        ids.add(use.get().id);
        if (!use.get().known) {
          fresh.add(use.get());
        }
      }
    }
    return IdSet.of(ids.build());
  }

  private void count(Report.Change change, IdSet had) {
    Optional<PackageUse> use = ledger.find(change.what());
    if (use.isEmpty()) {
      return;
    }
    boolean install = change.action() == Report.Action.INSTALL;
    // A kernel is installed beside the one that is there: for us that is an update.
    if (change.action() == Report.Action.UPGRADE || (install && had.contains(use.get().id))) {
      updates.merge(use.get(), 1, Integer::sum);
    } else if (install) {
      installs.merge(use.get(), 1, Integer::sum);
    }
  }

  /**
   * Writes all of it, and counts it.
   *
   * @throws StorageException if it can't be written; it is as if nobody had reported then
   */
  void commit() throws StorageException {
    List<FolderUse> folders =
        new ArrayList<>(
            fresh.stream().map(use -> use.folder).filter(use -> !use.known).distinct().toList());
    rows.write(folders, fresh, clients.values(), now);
    after.forEach((client, has) -> ledger.changed(before.getOrDefault(client, IdSet.EMPTY), has));
    updates.forEach((use, count) -> use.learn(use.popularity().updated(count, now)));
    installs.forEach((use, count) -> use.learn(use.popularity().installed(count, now)));
  }

  /** The clients that have reported. */
  Set<String> reporters() {
    return clients.keySet();
  }
}
