package org.instantmirror.usage;

import java.io.Closeable;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.FileClass;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.store.ListedPackage;
import org.instantmirror.store.PackageIndex;
import org.instantmirror.store.StorageException;
import org.instantmirror.store.UsageFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns what clients use, from what they report and from what they ask for, and answers how much a
 * package is wanted. One thread learns; what is handed to it waits in bounded queues. What was
 * learnt from requests is written once a minute, reports when they are learnt. Thread-safe.
 */
public final class Usage implements Demand, Requests, Releases, Closeable {

  /** More clients aren't taken: of 2,000 packages each they are some 100 MB in the file. */
  static final int MOST_CLIENTS = 50_000;

  private static final Logger LOG = LoggerFactory.getLogger(Usage.class);

  private static final int MOST_WAITING_REQUESTS = 4_096;
  private static final int STOP_SECONDS = 30;

  /** What becomes of a report. */
  public enum Verdict {
    TAKEN,
    /** It says that nothing has changed, and this server doesn't know since what. */
    TAKEN_IN_PART,
    /** Too many are waiting, or none can be written at the moment: it may come again. */
    BUSY,
    /** As many clients are known as may be. */
    FULL
  }

  private record Asked(EntryKey key, String client, Instant at) {}

  private final UsageFile file;
  private final Ledger ledger;
  private final UsageRows rows;
  private final AskedPackages files;
  private final AddressHash hashes;
  private final BooleanSupplier learns;
  private final Clock clock;
  private final RecentRequests recent = new RecentRequests();

  /** The ids of those that report. The learning thread changes it. */
  private final Set<String> clients = ConcurrentHashMap.newKeySet();

  private final WaitingReports reports = new WaitingReports();
  private final BlockingQueue<Asked> asked = new ArrayBlockingQueue<>(MOST_WAITING_REQUESTS);
  private final AtomicBoolean called = new AtomicBoolean();
  private final AtomicBoolean failing = new AtomicBoolean();

  private final LongAdder taken = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder lost = new LongAdder();
  private final LongAdder learnt = new LongAdder();
  private final LongAdder unlearnt = new LongAdder();

  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(
          1,
          task -> {
            Thread made = new Thread(task, "instantmirror-usage");
            made.setDaemon(true);
            return made;
          });

  /**
   * Opens what was learnt before, or begins anew.
   *
   * @param path of the database; one that can't be read is set aside
   * @param index what repositories list
   * @param learns whether it does at the moment
   * @throws StorageException if there can't be one
   */
  public Usage(Path path, PackageIndex index, BooleanSupplier learns, Clock clock)
      throws StorageException {
    this(path, index::find, new ListedNames(index), learns, clock);
  }

  Usage(
      Path path,
      Function<EntryKey, List<ListedPackage>> index,
      Ledger.Listed listed,
      BooleanSupplier learns,
      Clock clock)
      throws StorageException {
    Instant now = clock.instant();
    UsageRows loaded;
    UsageFile opened = UsageFile.open(path);
    try {
      loaded = UsageRows.load(opened, new Ledger(listed), clients, now);
    } catch (StorageException fault) {
      opened.close();
      if (!UsageFile.isUseless(fault)) {
        throw fault;
      }
      clients.clear();
      opened = UsageFile.begin(path, fault);
      loaded = UsageRows.load(opened, new Ledger(listed), clients, now);
    }
    this.file = opened;
    this.rows = loaded;
    this.ledger = loaded.ledger();
    this.files = new AskedPackages(index);
    this.hashes = new AddressHash(now);
    this.learns = learns;
    this.clock = clock;
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    thread.scheduleWithFixedDelay(this::flush, 1, 1, TimeUnit.MINUTES);
    thread.scheduleWithFixedDelay(this::forget, 5, 60, TimeUnit.MINUTES);
  }

  /** Takes a client's report, to be learnt soon. */
  public Verdict take(Report report) {
    boolean known = clients.contains(report.client());
    if (!known && clients.size() >= MOST_CLIENTS) {
      return Verdict.FULL;
    }
    if (failing.get() || !reports.offer(report)) {
      return Verdict.BUSY;
    }
    taken.increment();
    call();
    return known || report.installed() != null ? Verdict.TAKEN : Verdict.TAKEN_IN_PART;
  }

  /** Whether the client has reported before, and isn't forgotten. */
  public boolean knows(String client) {
    return clients.contains(client);
  }

  /** Counts a report that wasn't taken. */
  public void refused() {
    refused.increment();
  }

  @Override
  public void served(EntryKey key, FileClass fileClass, String client, Instant now) {
    if (fileClass == FileClass.PACKAGE && learns.getAsBoolean() && recent.isNew(key, client, now)) {
      if (asked.offer(new Asked(key, client, now))) {
        call();
      } else {
        unlearnt.increment();
      }
    }
  }

  @Override
  public void released(RepositoryFolder folder, List<Version> versions, Instant at) {
    submit(
        () ->
            ledger.released(
                versions.stream()
                    .map(each -> new UsedPackage(folder, each.name(), each.arch()))
                    .distinct()
                    .toList(),
                at));
  }

  private void call() {
    if (called.compareAndSet(false, true)) {
      submit(this::learn);
    }
  }

  private void submit(Runnable task) {
    try {
      thread.execute(
          () -> {
            try {
              task.run();
            } catch (RuntimeException fault) {
              LOG.error("what clients use can't be learnt", fault);
            }
          });
    } catch (RejectedExecutionException stopping) {
      // What waits is lost; reports of the next days say it again.
    }
  }

  private void learn() {
    // Before the queues are looked at: who comes after calls again.
    called.set(false);
    renewHashes();
    learnRequests();
    try {
      while (!failing.get() && learnReports()) {
        learnRequests();
      }
    } catch (StorageException fault) {
      failed(fault);
    }
  }

  /** Some of those that wait; false if none does. */
  private boolean learnReports() throws StorageException {
    List<Report> some = reports.batch();
    if (some.isEmpty()) {
      return false;
    }
    boolean again = false;
    try {
      ReportBatch batch = new ReportBatch(file, rows, ledger, clock.instant());
      for (Report report : some) {
        batch.add(report);
      }
      batch.commit();
      clients.addAll(batch.reporters().keySet());
      clients.removeAll(batch.gone());
    } catch (StorageException fault) {
      again = true;
      lost.add(reports.failed());
      throw fault;
    } finally {
      if (!again) {
        reports.done();
      }
    }
    return true;
  }

  private void learnRequests() {
    for (Asked each = asked.poll(); each != null; each = asked.poll()) {
      int address = hashes.of(each.client());
      Instant at = each.at();
      files.of(each.key()).ifPresent(what -> ledger.asked(what, address, at));
      learnt.increment();
    }
  }

  /** Each month addresses have other hashes, which can't be compared with those before. */
  private void renewHashes() {
    Instant now = clock.instant();
    if (hashes.renew(now)) {
      ledger.countAnew(now);
    }
  }

  /**
   * What the learning thread does once a minute; for it, or for a test that has nothing waiting.
   */
  void flush() {
    try {
      renewHashes();
      learnReports();
      rows.flush(clock.instant());
      worked();
      call();
    } catch (StorageException fault) {
      failed(fault);
    } catch (RuntimeException fault) {
      LOG.error("what was learnt of clients can't be written", fault);
    }
  }

  /** What it does once an hour; the same. */
  void forget() {
    try {
      rows.forget(clients, clock.instant());
    } catch (StorageException fault) {
      failed(fault);
    } catch (RuntimeException fault) {
      LOG.error("silent clients can't be forgotten", fault);
    }
  }

  private void worked() {
    if (failing.getAndSet(false)) {
      LOG.info("what clients use can be written again");
    }
  }

  private void failed(StorageException fault) {
    if (!failing.getAndSet(true)) {
      LOG.error("what clients use can't be written: {}", fault.getMessage());
    }
  }

  @Override
  public double ofNewVersion(RepoId repo, String name, String arch, Instant now) {
    return ledger.ofNewVersion(repo, name, arch, now);
  }

  @Override
  public double ofNewVersion(RepositoryFolder folder, String name, String arch, Instant now) {
    return ledger.ofNewVersion(folder, name, arch, now);
  }

  /**
   * The packages that are wanted most.
   *
   * @param most how many
   */
  public List<PopularPackage> popular(Predicate<UsedPackage> which, int most, Instant now) {
    Comparator<PopularPackage> order =
        Comparator.comparingDouble(PopularPackage::demand)
            .thenComparing(each -> each.what().toString(), Comparator.reverseOrder());
    PriorityQueue<PopularPackage> best = new PriorityQueue<>(order);
    for (PackageUse use : ledger.packages()) {
      if (which.test(use.what)) {
        best.add(PopularPackage.of(use, now));
        if (best.size() > most) {
          best.poll();
        }
      }
    }
    return best.stream().sorted(order.reversed()).toList();
  }

  /** How it is going. */
  public UsageStanding standing() {
    Collection<PackageUse> packages = ledger.packages();
    return new UsageStanding(
        clients.size(),
        packages.size(),
        ledger.folders().size(),
        taken.sum(),
        refused.sum(),
        lost.sum(),
        reports.size(),
        learnt.sum(),
        unlearnt.sum(),
        file.size());
  }

  /** Learns and writes what waits; then all of it is on disk. */
  @Override
  public void close() {
    submit(this::learn);
    submit(this::flush);
    thread.shutdown();
    boolean interrupted = false;
    try {
      if (!thread.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      thread.shutdownNow();
      interrupted = true;
    }
    file.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
