package org.instantmirror.mirror;

import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Supplier;
import org.instantmirror.download.Attachment;
import org.instantmirror.download.Coordinator;
import org.instantmirror.download.Download;
import org.instantmirror.download.Limits;
import org.instantmirror.download.Order;
import org.instantmirror.download.SharedContent;
import org.instantmirror.eviction.Listings;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.FileClass;
import org.instantmirror.repo.PrefetchSettings;
import org.instantmirror.repo.Repo;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.store.Store;
import org.instantmirror.upstream.KeyFiles;
import org.instantmirror.upstream.UpstreamClient;
import org.instantmirror.usage.Demand;
import org.instantmirror.usage.Releases;
import org.jspecify.annotations.Nullable;

/**
 * The files that are ours: what answers requests for them, fetches them and looks after them, put
 * together. Nothing here blocks. Thread-safe.
 */
public final class Mirror implements AutoCloseable {

  private final Store store;
  private final Lookup lookup;
  private final NegativeAnswers negatives;
  private final Generations generations;
  private final SameContent names;
  private final Coordinator coordinator;
  private final Answers answers;
  private final BackgroundChecks background;
  private final Prefetch prefetch;
  private final Warm warm;
  private final Clock clock;
  private final Patience patience;
  private final ScheduledThreadPoolExecutor timer;

  /**
   * @param repositories those that are configured, and their upstreams
   * @param keys what metadata is signed with
   * @param limits bounds of downloads; their {@code queueTimeout} also bounds how long a client
   *     waits for its status line
   * @param releases learn what upstream releases
   * @param foresight what is fetched before clients ask
   */
  public Mirror(
      Store store,
      UpstreamClient client,
      Repositories repositories,
      KeyFiles keys,
      Limits limits,
      Releases releases,
      Foresight foresight,
      Clock clock) {
    this.store = store;
    this.negatives = new NegativeAnswers();
    this.generations =
        new Generations(
            store,
            this::obtain,
            new SignatureCheck(store, keys, this::distrust, clock),
            id -> repositories.repo(id).orElse(null),
            new NewVersions(store.packages(), releases),
            told(),
            clock);
    this.names = new SameContent(store, generations.records(), repositories);
    this.lookup = new Lookup(store, negatives, generations, names);
    this.coordinator = new Coordinator(store, client, repositories::pool, lookup, limits, clock);
    this.clock = clock;
    this.timer =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "mirror-timer");
              thread.setDaemon(true);
              return thread;
            });
    timer.setRemoveOnCancelPolicy(true);
    this.patience = new Patience(timer, limits.queueTimeout());
    this.background = new BackgroundChecks(timer, repositories::repo, generations::look, clock);
    this.prefetch =
        new Prefetch(
            new PrefetchMeans(
                generations.records(),
                repositories,
                coordinator,
                foresight.settings,
                clock,
                foresight.zone),
            new PrefetchCandidates(store, names, foresight.demand),
            foresight.file);
    WarmPlanner planner = new WarmPlanner(store, generations, repositories, this::obtain, clock);
    this.warm = new Warm(planner, store, repositories, coordinator, clock);
    TopFiles tops =
        new TopFiles(lookup, negatives, generations, coordinator, patience, background, clock);
    this.answers = new Answers(parts(), tops);
    watch(repositories);
  }

  /**
   * Repositories of which packages are fetched ahead are looked at from the start on: nobody knows
   * when a client used them the last time.
   */
  private void watch(Repositories repositories) {
    for (RepositoryFolder folder : generations.records().folders()) {
      repositories
          .repo(folder.repo())
          .filter(repo -> repo.prefetch().mode().takesPackages())
          .ifPresent(repo -> used(repo, folder));
    }
  }

  private void used(Repo repo, RepositoryFolder folder) {
    background.used(
        folder, new Order(repo, Folders.repomd(folder), FileClass.METADATA, true, null));
  }

  /**
   * What is needed to fetch before clients ask.
   *
   * @param demand how much packages are wanted
   * @param settings as they are configured when asked
   * @param file where it is kept what was spent today
   * @param zone whose clock days and windows go by
   */
  public record Foresight(
      Demand demand, Supplier<PrefetchSettings> settings, Path file, ZoneId zone) {}

  /** What has come of fetching before clients ask since the start. */
  public PrefetchTotals prefetched() {
    return prefetch.totals();
  }

  /** Fetches lists before clients ask. */
  public Warm warm() {
    return warm;
  }

  /** By the time of the first generation all is there. */
  private Upcoming told() {
    return new Upcoming() {
      @Override
      public void coming(Repo repo, Generation next, @Nullable Generation live) {
        if (live == null) {
          // Whoever asked for what it begins with uses it, and may be the only one for days.
          used(repo, next.folder());
        }
        prefetch.coming(repo, next, live);
      }

      @Override
      public void wentLive(Generation generation) {
        prefetch.wentLive(generation);
        warm.wentLive(generation);
      }
    };
  }

  /** What {@link Explainer}, {@link Overview}, {@link Purge}, {@link RepomdVersions} look at. */
  record Parts(
      Store store,
      Lookup lookup,
      SameContent names,
      NegativeAnswers negatives,
      Generations generations,
      Coordinator coordinator,
      Prefetch prefetch,
      Patience patience,
      Clock clock) {

    /** The running download of a file. */
    Optional<Download> running(EntryKey key) {
      return coordinator.running(key);
    }
  }

  Parts parts() {
    return new Parts(
        store, lookup, names, negatives, generations, coordinator, prefetch, patience, clock);
  }

  /**
   * Goes on with what was to be fetched ahead when the server stopped, and keeps that in a file.
   *
   * @param repositories those that are configured
   */
  public void keepQueue(Path file, Repositories repositories) {
    coordinator.keepWishes(file, repositories::repo);
  }

  /** What generations say of stored files. */
  public Listings listings() {
    return new Standings(parts());
  }

  /** Has a file stored that is listed; completed when its download has ended, however. */
  private CompletableFuture<Void> obtain(Order order) {
    Attachment attachment = coordinator.join(order);
    return attachment.ended().whenComplete((ended, fault) -> attachment.close());
  }

  /** How many downloads run, or wait for a place. */
  public int downloads() {
    return coordinator.running();
  }

  /** What wasn't fetched, since it was here under another name. */
  public SharedContent sharedContent() {
    return coordinator.sharedContent();
  }

  /** How many generations of repositories are known, and of how many repositories. */
  public GenerationCount generations() {
    GenerationRecords records = generations.records();
    var folders = records.folders();
    return new GenerationCount(
        folders.size(), folders.stream().mapToInt(folder -> records.of(folder).size()).sum());
  }

  /** Counts. */
  public record GenerationCount(int repositories, int generations) {}

  private void distrust(URI source) {
    coordinator.distrust(source);
  }

  /** The answer, if it can be given without asking upstream. */
  public Optional<Answer> immediate(MirrorRequest request) {
    return answers.immediate(request);
  }

  /**
   * The answer, after asking upstream if need be. It comes within the time that clients are let
   * wait for a status line, and never fails. Whoever takes a {@link Answer.Streaming} closes its
   * attachment.
   */
  public CompletableFuture<Answer> answer(MirrorRequest request) {
    return answers.answer(request);
  }

  /** Ends all downloads; see {@link Coordinator#close(Duration)}. */
  public void close(Duration grace) {
    prefetch.close();
    warm.close();
    generations.close();
    coordinator.close(grace);
    timer.shutdownNow();
    negatives.close();
  }

  @Override
  public void close() {
    close(Duration.ZERO);
  }
}
