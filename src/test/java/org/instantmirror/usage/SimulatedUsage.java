package org.instantmirror.usage;

import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.RepositoryFolder;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Usage} learns, by the same counts, without its thread and its file; addresses are
 * numbers and their hashes not secret, so that the same requests always give the same. For one
 * thread.
 */
public final class SimulatedUsage implements Demand {

  private final Ledger ledger = new Ledger((what, now) -> true);
  private final Map<String, Client> clients = new LinkedHashMap<>();
  private YearMonth month = YearMonth.of(2000, 1);

  /**
   * A client.
   *
   * @param list as it was told, whose numbers they are
   */
  private record Client(IdSet packages, @Nullable List<UsedPackage> list, Instant silentFrom) {}

  /** As {@link Usage#take}, learnt at once. The very list of the last time is not read again. */
  public void report(Report report, Instant now) {
    Client known = clients.get(report.client());
    IdSet had = known == null ? IdSet.EMPTY : known.packages;
    ReportCounts counts = new ReportCounts(ledger, now);
    List<UsedPackage> told = known == null ? null : known.list;
    List<UsedPackage> list = report.installed() == null ? told : report.installed();
    IdSet has = list == null || list == told ? had : counts.numbered(list, use -> {});
    counts.add(report.client(), had, has, report.changes());
    counts.apply();
    clients.put(report.client(), new Client(has, list, ReportCounts.silentFrom(report, now)));
  }

  /** As {@link Usage#served}. */
  public void asked(UsedPackage what, int client, Instant now) {
    renewHashes(now);
    ledger.asked(what, hash(client), now);
  }

  private void renewHashes(Instant now) {
    YearMonth current = YearMonth.from(now.atOffset(ZoneOffset.UTC));
    if (!current.equals(month)) {
      month = current;
      ledger.countAnew(now);
    }
  }

  /** The last step of SplitMix64 (Steele, Lea, Flood 2014). */
  private int hash(int client) {
    long z = (((long) month.hashCode() << Integer.SIZE) | client) + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return (int) ((z ^ (z >>> 31)) >>> Integer.SIZE);
  }

  /** As {@link Usage#released}. */
  public void released(Collection<UsedPackage> packages, Instant now) {
    ledger.released(packages, now);
  }

  /** Forgets clients that are silent, and packages that nobody has any more. */
  public void forget(Instant now) {
    clients
        .values()
        .removeIf(
            client -> {
              boolean silent = !client.silentFrom.isAfter(now);
              if (silent) {
                ledger.changed(client.packages, IdSet.EMPTY);
              }
              return silent;
            });
    ledger.forget(ledger.packages().stream().filter(use -> use.isForgotten(now)).toList());
  }

  @Override
  public double ofNewVersion(RepoId repo, String name, String arch, Instant now) {
    return ledger.ofNewVersion(repo, name, arch, now);
  }

  @Override
  public double ofNewVersion(RepositoryFolder folder, String name, String arch, Instant now) {
    return ledger.ofNewVersion(folder, name, arch, now);
  }
}
