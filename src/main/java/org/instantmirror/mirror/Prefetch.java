package org.instantmirror.mirror;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.instantmirror.download.Order;
import org.instantmirror.mirror.PrefetchBacklog.Wanted;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.FileClass;
import org.instantmirror.repo.PrefetchSettings;
import org.instantmirror.repo.Repo;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.usage.DailyBudget;
import org.instantmirror.usage.PrefetchSelection;
import org.instantmirror.usage.PrefetchSelection.Choice;
import org.instantmirror.usage.PrefetchSelection.Terms;
import org.instantmirror.usage.PrefetchVerdict;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has packages fetched before clients ask for them. It begins when a generation is whole and
 * verified, a moment before that goes live, and doesn't hold that up: a client that asks for a
 * package meanwhile joins its download. What had to be put off, since the budget was used up or the
 * window closed, is looked for again later. News are what the oldest generation that is kept
 * hasn't; so neither a restart nor another generation loses anything of what was put off.
 *
 * <p>All is decided on one thread of its own.
 */
final class Prefetch implements Upcoming, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Prefetch.class);

  /** Of one repository: a full mirror's 70,000 are fetched in so many turns. */
  private static final int MOST_NOTED = 5_000;

  /** Of all repositories, as far as each can have {@link #LEAST_NOTED}; half a kilobyte each. */
  private static final int MOST_IN_ALL = 50_000;

  private static final int LEAST_NOTED = 100;

  static final Duration INTERVAL = Duration.ofMinutes(1);

  /** How soon what was spent is on disk. */
  private static final Duration SAVED_AFTER = Duration.ofSeconds(5);

  private final PrefetchMeans means;
  private final PrefetchCandidates candidates;
  private final PrefetchLedger ledger;
  private final PrefetchFetching fetching;
  private final ScheduledThreadPoolExecutor thread;
  private final PrefetchRuns runs = new PrefetchRuns();

  // Confined to the thread.
  private boolean saving;

  private PrefetchSettings seen; // at the last look

  private volatile DailyBudget spent;

  private final PrefetchTotals totals = new PrefetchTotals(runs::all);

  /**
   * @param file where it is kept what was spent today
   */
  Prefetch(PrefetchMeans means, PrefetchCandidates candidates, java.nio.file.Path file) {
    this.means = means;
    this.candidates = candidates;
    this.ledger = new PrefetchLedger(file, means.today());
    this.spent = ledger.on(means.today());
    this.thread =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread created = new Thread(task, "prefetch");
              created.setDaemon(true);
              return created;
            });
    this.seen = means.settings().get();
    this.fetching = new PrefetchFetching(means, candidates, totals, this::execute, this::spend);
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    var unused =
        thread.scheduleWithFixedDelay(
            () -> guarded(this::tick),
            INTERVAL.toMillis(),
            INTERVAL.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private void execute(Runnable task) {
    try {
      thread.execute(() -> guarded(task));
    } catch (RejectedExecutionException stopping) {
      // What isn't fetched is looked for again by the next process.
    }
  }

  private static void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException fault) {
      LOG.error("prefetch", fault);
    }
  }

  @Override
  public void coming(Repo repo, Generation next, @Nullable Generation live) {
    execute(() -> run(repo, next, live != null));
  }

  @Override
  public void wentLive(Generation generation) {
    execute(
        () -> {
          fetching.release(generation.folder(), generation.number());
          fetching.pump();
        });
  }

  /** Looks now at what was put off. */
  void look() {
    execute(this::tick);
  }

  /** Looks again at what was put off; called every now and then. */
  private void tick() {
    PrefetchSettings settings = means.settings().get();
    boolean changed = !settings.equals(seen);
    seen = settings;
    Set<RepositoryFolder> folders = means.records().folders();
    for (PrefetchRun run : runs.all()) {
      RepositoryFolder folder = run.begin().folder();
      if (!folders.contains(folder) || means.repositories().repo(folder.repo()).isEmpty()) {
        fetching.drop(folder);
      }
    }
    runs.keepOnly(folders);
    folders.forEach(folder -> guarded(() -> lookAt(folder, changed)));
    fetching.pump();
  }

  /**
   * @param changed whether other bounds hold than at the last look
   */
  private void lookAt(RepositoryFolder folder, boolean changed) {
    List<Generation> all = means.records().of(folder);
    Repo repo = means.repositories().repo(folder.repo()).orElse(null);
    if (repo == null || all.isEmpty()) {
      return;
    }
    PrefetchRun last = runs.last(folder);
    boolean decidesAnew =
        last != null && (changed || !last.begin().policy().equals(repo.prefetch()));
    boolean due =
        repo.prefetch().mode().takesPackages()
            && PrefetchDue.isDue(last, means.now(), means.zone(), means.isOpen());
    if (decidesAnew || due) {
      run(repo, all.get(0), all.size() > 1);
    }
    if (decidesAnew && !repo.prefetch().mode().takesPackages()) {
      fetching.takeBack(wanted -> wanted.folder().equals(folder), PrefetchVerdict.SWITCHED_OFF);
    }
  }

  /**
   * What is compared with: the oldest that is kept and not the one before, since what that brought
   * may have been put off, or not yet been known to be wanted.
   */
  private @Nullable Generation oldest(RepositoryFolder folder) {
    List<Generation> all = means.records().of(folder);
    return all.isEmpty() ? null : all.get(all.size() - 1);
  }

  /**
   * @param isUpdate whether there was a generation before it
   */
  private void run(Repo repo, Generation generation, boolean isUpdate) {
    RepositoryFolder folder = generation.folder();
    Instant now = means.now();
    fetching.drop(folder);
    Generation base = isUpdate ? oldest(folder) : null;
    PrefetchCandidates.Found found = candidates(repo, generation, base, now);
    while (base != null && !isKept(base)) {
      // The index may have forgotten it before it was read: then all would have been news.
      base = oldest(folder);
      found = candidates(repo, generation, base, now);
    }
    List<Choice> choices = PrefetchSelection.choose(found.candidates(), terms(repo, folder, now));
    Long baseNumber = base == null ? null : Long.valueOf(base.number());
    PrefetchRun run =
        new PrefetchRun(
            new PrefetchRun.Begin(folder, repo.prefetch(), generation.number(), baseNumber, now),
            choices,
            found.unwanted(),
            found.unwantedBytes());
    run.follow(runs.last(folder));
    runs.put(run);
    int wanted = 0;
    long bytes = 0;
    for (Choice choice : choices) {
      if (choice.verdict() == PrefetchVerdict.FETCH) {
        EntryKey key = new EntryKey(folder.repo(), choice.candidate().path());
        ListedFile listed = found.listed().get(key.path());
        Order order = new Order(repo, key, FileClass.PACKAGE, false, listed);
        fetching.add(new Wanted(run, choice, order));
        wanted++;
        bytes += choice.candidate().cost();
      }
    }
    if (wanted > 0) {
      LOG.info(
          "{}: of generation {} {} packages with {} bytes are fetched before clients ask",
          folder,
          generation.number(),
          wanted,
          bytes);
    }
    fetching.pump();
  }

  private PrefetchCandidates.Found candidates(
      Repo repo, Generation generation, @Nullable Generation base, Instant now) {
    return candidates.of(repo, generation, base, totals::wasInVain, now);
  }

  private boolean isKept(Generation base) {
    return means.records().of(base.folder()).stream()
        .anyMatch(each -> each.number() == base.number());
  }

  private Terms terms(Repo repo, RepositoryFolder folder, Instant now) {
    long limit = means.settings().get().budget();
    long left = ledger.on(means.today()).left(limit) - fetching.bytes();
    return new Terms(
        repo.prefetch(),
        limit == PrefetchSettings.NO_LIMIT ? limit : left,
        means.isOpen(),
        Math.max(LEAST_NOTED, Math.min(MOST_NOTED, MOST_IN_ALL - fetching.size())),
        PrefetchLine.of(means.repositories().pool(repo), folder, now));
  }

  private void spend(long bytes) {
    ledger.spend(bytes, means.today());
    spent = ledger.on(means.today());
    saveSoon();
  }

  private void saveSoon() {
    if (saving) {
      return;
    }
    saving = true;
    try {
      var unused =
          thread.schedule(
              () -> {
                saving = false;
                ledger.save();
              },
              SAVED_AFTER.toMillis(),
              TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException stopping) {
      // Closing saves it.
    }
  }

  /** The last run of each folder, in no certain order. */
  List<PrefetchRun> runs() {
    return runs.all();
  }

  /** What the last run of its repository has decided of a package. */
  Optional<PrefetchRun.Item> item(EntryKey key) {
    return runs.item(key);
  }

  /** What has come of all runs. */
  PrefetchTotals totals() {
    return totals;
  }

  /** What was spent today. */
  DailyBudget spent() {
    return spent.on(means.today());
  }

  /** What bounds it now. */
  PrefetchSettings settings() {
    return means.settings().get();
  }

  /** Whether it is the time for it. */
  boolean isOpen() {
    return means.isOpen();
  }

  @Override
  public void close() {
    thread.shutdown();
    boolean ended = false;
    try {
      ended = thread.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (ended) {
      ledger.save();
    } else {
      thread.shutdownNow();
    }
  }
}
