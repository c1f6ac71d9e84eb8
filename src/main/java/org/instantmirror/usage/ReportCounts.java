package org.instantmirror.usage;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * What some reports change in the counts; free of I/O. To be used once, by the thread that learns.
 */
final class ReportCounts {

  /** A client that is silent for that many of its periods is forgotten: three days, mostly. */
  private static final int SILENT_PERIODS = 3;

  private static final Duration SILENCE = Duration.ofDays(3);

  /** A month, after which a host has another id, and as many days as a report may be late. */
  private static final Duration LONGEST_SILENCE = Duration.ofDays(40);

  private final Ledger ledger;
  private final Instant now;
  private final Map<String, IdSet> before = new HashMap<>();
  private final Map<String, IdSet> after = new HashMap<>();
  private final Map<PackageUse, Integer> updates = new HashMap<>();
  private final Map<PackageUse, Integer> installs = new HashMap<>();

  ReportCounts(Ledger ledger, Instant now) {
    this.ledger = ledger;
    this.now = now;
  }

  /**
   * From when on a client is forgotten if this is its last report: the end of a day, since it is
   * stored, and shall not tell when the report came.
   */
  static Instant silentFrom(Report report, Instant now) {
    Duration silence = report.period().multipliedBy(SILENT_PERIODS);
    if (silence.compareTo(SILENCE) < 0) {
      silence = SILENCE;
    } else if (silence.compareTo(LONGEST_SILENCE) > 0) {
      silence = LONGEST_SILENCE;
    }
    return now.plus(silence).truncatedTo(ChronoUnit.DAYS).plus(1, ChronoUnit.DAYS);
  }

  /**
   * The packages' numbers, without those that are too many.
   *
   * @param each is given each of them
   */
  IdSet numbered(Collection<UsedPackage> packages, Consumer<PackageUse> each) {
    IntStream.Builder ids = IntStream.builder();
    for (UsedPackage what : packages) {
      Optional<PackageUse> use = ledger.learn(what, now);
      if (use.isPresent()) {
        ids.add(use.get().id);
        each.accept(use.get());
      }
    }
    return IdSet.of(ids.build());
  }

  /**
   * Adds what a client says.
   *
   * @param had its packages before that
   * @param has those after it
   */
  void add(String client, IdSet had, IdSet has, List<Report.Change> changes) {
    before.putIfAbsent(client, had);
    after.put(client, has);
    changes.forEach(change -> count(change, had));
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

  /** Counts it. */
  void apply() {
    after.forEach((client, has) -> ledger.changed(before.getOrDefault(client, IdSet.EMPTY), has));
    updates.forEach((use, count) -> use.learn(use.popularity().updated(count, now)));
    installs.forEach((use, count) -> use.learn(use.popularity().installed(count, now)));
  }
}
