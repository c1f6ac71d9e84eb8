package org.instantmirror.usage;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.instantmirror.store.StorageException;
import org.instantmirror.store.UsageFile;
import org.jspecify.annotations.Nullable;

/**
 * Some reports that are written in one transaction, and counted when that is done. Of a client only
 * the numbers of its packages are kept, and the difference to those before goes into the counts. To
 * be used once, by the thread that learns.
 */
final class ReportBatch {

  private final UsageFile file;
  private final UsageRows rows;
  private final ReportCounts counts;
  private final Instant now;

  private final Map<String, UsageFile.ClientRow> clients = new HashMap<>();
  private final Set<PackageUse> fresh = new HashSet<>();

  ReportBatch(UsageFile file, UsageRows rows, Ledger ledger, Instant now) {
    this.file = file;
    this.rows = rows;
    this.counts = new ReportCounts(ledger, now);
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
    // The same report may come twice, when its answer was lost, and a late one after its successor.
    boolean late = known != null && report.window().isBefore(known.window());
    boolean again = late || (known != null && report.window().equals(known.window()));
    List<UsedPackage> installed = report.installed();
    IdSet has = installed == null || late ? had : counts.numbered(installed, this::written);
    clients.put(client, row(report, known, has));
    counts.add(client, had, has, again ? List.of() : report.changes());
  }

  private void written(PackageUse use) {
    if (!use.known) {
      fresh.add(use);
    }
  }

  private UsageFile.ClientRow row(Report report, UsageFile.@Nullable ClientRow known, IdSet has) {
    Instant window =
        known != null && known.window().isAfter(report.window()) ? known.window() : report.window();
    return new UsageFile.ClientRow(
        report.client(), window, ReportCounts.silentFrom(report, now), has.bytes());
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
    rows.write(folders, fresh, reporters().values(), gone(), now);
    counts.apply();
  }

  /** The clients that have reported, and have packages. */
  Map<String, UsageFile.ClientRow> reporters() {
    return withPackages(true);
  }

  /**
   * Clients without packages, of which nothing is kept: such as the old id of a host that has taken
   * a new one, or one of which only changes are known.
   */
  Set<String> gone() {
    return withPackages(false).keySet();
  }

  private Map<String, UsageFile.ClientRow> withPackages(boolean some) {
    Map<String, UsageFile.ClientRow> found = new HashMap<>(clients);
    found.values().removeIf(row -> row.packages().length > 0 != some);
    return found;
  }
}
