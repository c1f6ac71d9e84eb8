package org.instantmirror.mirror;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.instantmirror.download.Ahead;
import org.instantmirror.download.Order;
import org.instantmirror.mirror.PrefetchBacklog.Wanted;
import org.instantmirror.mirror.PrefetchRun.State;
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
 * <p>All is decided on one thread of its own. It gives the download queue a few files at a time, so
 * that the best of all repositories come first, and none begins once the window has closed.
 */
final class Prefetch implements Upcoming, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Prefetch.class);

  /** As many as keep the line busy; more would only be taken back when better ones come. */
  static final int MOST_AT_ONCE = 16;

  /** Of one repository: a full mirror's 70,000 are fetched in so many turns. */
  private static final int MOST_NOTED = 5_000;

  static final Duration INTERVAL = Duration.ofMinutes(1);

  /** How soon what was spent is on disk. */
  private static final Duration SAVED_AFTER = Duration.ofSeconds(5);

  /** Folders whose last runs are remembered. */
  private static final int MOST_FOLDERS = 200;

  private final Means means;
  private final PrefetchCandidates candidates;
  private final PrefetchLedger ledger;
  private final PrefetchBacklog backlog = new PrefetchBacklog();
  private final ScheduledThreadPoolExecutor thread;
  private final Map<RepositoryFolder, PrefetchRun> runs = new ConcurrentHashMap<>();

  // Confined to the thread.
  /** What is in the download queue; with a later run that would have it fetched, too. */
  private final Map<EntryKey, Optional<PrefetchRun>> running = new HashMap<>();

  private long runningBytes;
  private boolean saving;

  private volatile DailyBudget spent;

  private final PrefetchTotals totals = new PrefetchTotals(runs::values);

  /**
   * What it works with.
   *
   * @param settings as they are configured when asked
   * @param zone whose clock days and windows go by
   */
  record Means(
      GenerationRecords records,
      Repositories repositories,
      Ahead ahead,
      java.util.function.Supplier<PrefetchSettings> settings,
      Clock clock,
      ZoneId zone) {

    Instant now() {
      return clock.instant();
    }

    LocalDate today() {
      return LocalDate.ofInstant(now(), zone);
    }

    boolean isOpen() {
      return settings.get().window().contains(LocalTime.ofInstant(now(), zone));
    }
  }

  /**
   * @param file where it is kept what was spent today
   */
  Prefetch(Means means, PrefetchCandidates candidates, java.nio.file.Path file) {
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
    execute(() -> run(repo, next, live == null ? null : oldest(next.folder())));
  }

  @Override
  public void wentLive(Generation generation) {
    execute(
        () -> {
          backlog.release(generation.folder(), generation.number());
          pump();
        });
  }

  /** Looks now at what was put off. */
  void look() {
    execute(this::tick);
  }

  /** Looks again at what was put off; called every now and then. */
  private void tick() {
    Instant now = means.now();
    boolean open = means.isOpen();
    for (RepositoryFolder folder : means.records.folders()) {
      Optional<Repo> repo = means.repositories.repo(folder.repo());
      List<Generation> all = means.records.of(folder);
      boolean wanted =
          repo.filter(each -> each.prefetch().mode().takesPackages()).isPresent()
              && !all.isEmpty()
              && PrefetchDue.isDue(runs.get(folder), now, means.zone, open);
      if (wanted) {
        run(repo.get(), all.get(0), all.size() < 2 ? null : oldest(folder));
      }
    }
    pump();
  }

  /**
   * What is compared with: the oldest that is kept and not the one before, since what that brought
   * may have been put off, or not yet been known to be wanted.
   */
  private @Nullable Generation oldest(RepositoryFolder folder) {
    List<Generation> all = means.records.of(folder);
    return all.isEmpty() ? null : all.get(all.size() - 1);
  }

  private void run(Repo repo, Generation generation, @Nullable Generation base) {
    RepositoryFolder folder = generation.folder();
    Instant now = means.now();
    backlog.drop(folder);
    PrefetchCandidates.Found found = candidates.of(repo, generation, base, now);
    List<Choice> choices = PrefetchSelection.choose(found.candidates(), terms(repo, folder, now));
    Long baseNumber = base == null ? null : Long.valueOf(base.number());
    PrefetchRun run =
        new PrefetchRun(
            new PrefetchRun.Begin(folder, repo.prefetch(), generation.number(), baseNumber, now),
            choices,
            found.unwanted(),
            found.unwantedBytes());
    remember(folder, run);
    int wanted = 0;
    long bytes = 0;
    for (Choice choice : choices) {
      if (choice.verdict() == PrefetchVerdict.FETCH) {
        EntryKey key = new EntryKey(folder.repo(), choice.candidate().path());
        ListedFile listed = found.listed().get(key.path());
        Order order = new Order(repo, key, FileClass.PACKAGE, false, listed);
        add(new Wanted(run, choice, order), generation);
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
    pump();
  }

  /**
   * A file that is listed otherwise by what is live is a package that was signed or built again
   * under its name: until the flip clients are to get the old one.
   */
  private void add(Wanted wanted, Generation generation) {
    if (running.replace(wanted.order().key(), Optional.of(wanted.run())) != null) {
      // Chosen by a run before.
      return;
    }
    Generation live = means.records.live(wanted.folder());
    boolean isLive = live != null && live.number() == generation.number();
    boolean taken =
        !isLive
            && means
                .records
                .listed(wanted.order().key())
                .filter(listed -> !listed.equals(wanted.order().listed()))
                .isPresent();
    if (taken) {
      backlog.hold(wanted);
    } else {
      backlog.add(wanted);
    }
  }

  private Terms terms(Repo repo, RepositoryFolder folder, Instant now) {
    long limit = means.settings.get().budget();
    long left = ledger.on(means.today()).left(limit) - backlog.bytes() - runningBytes;
    return new Terms(
        repo.prefetch(),
        limit == PrefetchSettings.NO_LIMIT ? limit : left,
        means.isOpen(),
        MOST_NOTED,
        PrefetchLine.of(means.repositories.pool(repo), folder, now));
  }

  private void remember(RepositoryFolder folder, PrefetchRun run) {
    runs.put(folder, run);
    if (runs.size() > MOST_FOLDERS) {
      runs.entrySet().stream()
          .min(java.util.Comparator.comparing(entry -> entry.getValue().begin().at()))
          .ifPresent(oldest -> runs.remove(oldest.getKey()));
    }
  }

  /** Has the next ones fetched, as far as there is room. */
  private void pump() {
    if (!means.isOpen()) {
      backlog
          .take(wanted -> true)
          .forEach(
              wanted ->
                  wanted
                      .run()
                      .putOff(
                          wanted.order().key(),
                          PrefetchVerdict.OUTSIDE_WINDOW,
                          PrefetchBacklog.size(wanted)));
      return;
    }
    while (running.size() < MOST_AT_ONCE) {
      Wanted wanted = backlog.next();
      if (wanted == null) {
        return;
      }
      fetch(wanted);
    }
  }

  private void fetch(Wanted wanted) {
    runningBytes += PrefetchBacklog.size(wanted);
    EntryKey key = wanted.order().key();
    running.put(key, Optional.empty());
    wanted.run().change(key, State.WAITING, State.FETCHING, 0);
    var unused =
        means
            .ahead
            .fetch(wanted.order(), wanted.choice().saving())
            .whenComplete(
                (shared, fault) -> execute(() -> ended(wanted, Boolean.TRUE.equals(shared))));
  }

  /**
   * Its turn is over.
   *
   * @param shared whether its bytes were here under another name
   */
  private void ended(Wanted wanted, boolean shared) {
    runningBytes -= PrefetchBacklog.size(wanted);
    long size = shared ? 0 : Math.max(0, wanted.choice().candidate().size());
    Order order = wanted.order();
    Optional<PrefetchRun> later = running.getOrDefault(order.key(), Optional.empty());
    running.remove(order.key());
    ListedFile listed = order.listed();
    boolean here = listed != null && candidates.isHere(order.key(), listed, means.now());
    State state = here ? State.FETCHED : State.FAILED;
    wanted.run().change(order.key(), State.FETCHING, state, size);
    totals.ended(order.key(), here, size);
    later.ifPresent(run -> run.change(order.key(), State.WAITING, state, size));
    if (here) {
      ledger.spend(size, means.today());
      spent = ledger.on(means.today());
      saveSoon();
    }
    pump();
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
    return List.copyOf(runs.values());
  }

  /** What the last run of its repository has decided of a package. */
  Optional<PrefetchRun.Item> item(EntryKey key) {
    return runs.values().stream()
        .filter(run -> run.begin().folder().repo().equals(key.repo()))
        .flatMap(run -> run.item(key).stream())
        .findFirst();
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
    return means.settings.get();
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
