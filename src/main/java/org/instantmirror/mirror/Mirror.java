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
import org.instantmirror.download.Failure;
import org.instantmirror.download.HeadAnswer;
import org.instantmirror.download.Limits;
import org.instantmirror.download.Opening;
import org.instantmirror.download.Order;
import org.instantmirror.download.Phase;
import org.instantmirror.download.SharedContent;
import org.instantmirror.download.SharedHead;
import org.instantmirror.eviction.Listings;
import org.instantmirror.http.CacheStatus;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.FileClass;
import org.instantmirror.repo.PrefetchSettings;
import org.instantmirror.repo.Repo;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.store.Store;
import org.instantmirror.store.StoredEntry;
import org.instantmirror.upstream.KeyFiles;
import org.instantmirror.upstream.UpstreamClient;
import org.instantmirror.usage.Demand;
import org.instantmirror.usage.Releases;
import org.jspecify.annotations.Nullable;

/**
 * Answers requests for files that are ours: looks up, decides, and if upstream must be asked joins
 * the download of the file. Nothing here blocks. Thread-safe.
 */
public final class Mirror implements AutoCloseable {

  /** How often a request is begun again because what it waited for came to nothing it can use. */
  private static final int MOST_ROUNDS = 3;

  private static final CacheStatus NOT_STORABLE =
      CacheStatus.forwarded(CacheStatus.Forward.URI_MISS).withDetail("not-storable");

  private static final CacheStatus NOT_SHARED =
      CacheStatus.forwarded(CacheStatus.Forward.URI_MISS).withDetail("not-shared");

  /** The bytes are, or come, here under another name. */
  private static final String SAME_CONTENT = "same-content";

  private final Store store;
  private final Lookup lookup;
  private final NegativeAnswers negatives;
  private final Generations generations;
  private final SameContent names;
  private final Coordinator coordinator;
  private final TopFiles tops;
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
            new Prefetch.Means(
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
    this.tops =
        new TopFiles(lookup, negatives, generations, coordinator, patience, background, clock);
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
    generations.asked(request.order());
    Optional<Generation> live = generations.records().liveOf(request.key());
    if (live.isPresent()) {
      return tops.known(request, live.get());
    }
    return tops.isBeingChecked(request)
        ? Optional.empty()
        : lookup.find(request.order(), clock.instant()).answer();
  }

  /**
   * The answer, after asking upstream if need be. It comes within the time that clients are let
   * wait for a status line, and never fails. Whoever takes a {@link Answer.Streaming} closes its
   * attachment.
   */
  public CompletableFuture<Answer> answer(MirrorRequest request) {
    return answer(request, 1);
  }

  private CompletableFuture<Answer> answer(MirrorRequest request, int round) {
    Optional<Generation> live = generations.records().liveOf(request.key());
    if (live.isPresent()) {
      Optional<Answer> known = tops.known(request, live.get());
      if (known.isPresent()) {
        return CompletableFuture.completedFuture(known.get());
      }
      return tops.checked(request, live.get())
          .thenCompose(
              answer ->
                  answer
                      .map(CompletableFuture::completedFuture)
                      .orElseGet(() -> ordinary(request, round)));
    }
    return ordinary(request, round);
  }

  private CompletableFuture<Answer> ordinary(MirrorRequest request, int round) {
    Lookup.Found found = lookup.find(request.order(), clock.instant());
    Optional<Answer> known = tops.isBeingChecked(request) ? Optional.empty() : found.answer();
    if (known.isPresent()) {
      return CompletableFuture.completedFuture(known.get());
    }
    Order order = request.order();
    boolean headOnly =
        request.head() && found.stored() == null && coordinator.running(order.key()).isEmpty();
    if (headOnly) {
      return head(order);
    }
    if (found.stored() == null && lookup.isUnshared(order, clock.instant())) {
      return CompletableFuture.completedFuture(new Answer.PassedThrough(NOT_SHARED));
    }
    if (found.stored() == null
        && coordinator.running(order.key()).isEmpty()
        && !store.takesFiles()) {
      // A download would only find out, at the cost of a request upstream.
      return CompletableFuture.completedFuture(new Answer.PassedThrough(NOT_STORABLE));
    }
    tops.checkCompanions(request);
    Attachment attachment = coordinator.join(order);
    return patience
        .within(attachment.opening().<Optional<Opening>>thenApply(Optional::of), Optional.empty())
        .thenCompose(opening -> inTime(opening, attachment))
        .thenCompose(
            opening -> {
              Optional<Answer> answer =
                  opening.isEmpty()
                      ? Optional.of(timedOut(attachment, found))
                      : translate(opening.get(), attachment, found);
              if (!(answer.orElse(null) instanceof Answer.Streaming)) {
                attachment.close();
              }
              return answer
                  .map(CompletableFuture::completedFuture)
                  .orElseGet(() -> again(request, round));
            });
  }

  private CompletableFuture<Answer> again(MirrorRequest request, int round) {
    return round < MOST_ROUNDS
        ? answer(request, round + 1)
        : CompletableFuture.completedFuture(
            new Answer.Unavailable(
                503,
                "the download of this file was given up; try again",
                CacheStatus.forwarded(CacheStatus.Forward.URI_MISS)));
  }

  /** Empty if the request has to begin again. */
  private Optional<Answer> translate(Opening opening, Attachment attachment, Lookup.Found found) {
    CacheStatus forwarded = Forwarding.of(found.decision(), attachment);
    if (opening instanceof Opening.Streaming streaming && streaming.shared()) {
      return Optional.of(
          new Answer.Streaming(
              attachment, streaming, forwarded.asCollapsed().withDetail(SAME_CONTENT)));
    } else if (opening instanceof Opening.Linked linked) {
      return Optional.of(
          new Answer.Stored(linked.entry(), CacheStatus.hit().withDetail(SAME_CONTENT)));
    } else if (opening instanceof Opening.Streaming streaming) {
      CacheStatus status =
          streaming.endIsCertain() && attachment.first() ? forwarded.asStored() : forwarded;
      return Optional.of(new Answer.Streaming(attachment, streaming, status));
    } else if (opening instanceof Opening.Unchanged unchanged) {
      return unchanged.upstreamStatus() == 0
          ? Optional.of(new Answer.Stored(unchanged.entry(), CacheStatus.hit()))
          : Optional.of(
              new Answer.Stored(
                  unchanged.entry(), forwarded.withUpstreamStatus(unchanged.upstreamStatus())));
    } else if (opening instanceof Opening.Stale stale) {
      return Optional.of(stale(stale.entry()));
    } else if (opening instanceof Opening.Missing) {
      return Optional.of(new Answer.Missing(forwarded.withUpstreamStatus(404)));
    } else if (opening instanceof Opening.Unavailable unavailable) {
      return Optional.of(
          unchecked(found.stored()).orElseGet(() -> unavailable(unavailable.failure(), forwarded)));
    } else if (opening instanceof Opening.Unstorable) {
      return Optional.of(new Answer.PassedThrough(forwarded.withDetail("not-storable")));
    } else if (opening instanceof Opening.Unshared) {
      return Optional.of(new Answer.PassedThrough(forwarded.withDetail("not-shared")));
    }
    return Optional.empty();
  }

  private static Answer unavailable(Failure failure, CacheStatus status) {
    int code =
        switch (failure.kind()) {
          case BAD_GATEWAY -> 502;
          case TIMEOUT -> 504;
          case OVERLOADED -> 503;
        };
    return new Answer.Unavailable(code, failure.message(), status);
  }

  /** The stored copy, if it may be served although nobody could confirm it. */
  private static Optional<Answer> unchecked(@Nullable StoredEntry stored) {
    return Optional.ofNullable(stored).filter(StoredEntry::mayBeServedUnchecked).map(Mirror::stale);
  }

  private static Answer stale(StoredEntry stored) {
    return new Answer.Stored(stored, Forwarding.UNREACHABLE);
  }

  /** What the download has to say in the very moment in which the client's patience ends. */
  private static CompletableFuture<Optional<Opening>> inTime(
      Optional<Opening> opening, Attachment attachment) {
    Phase phase = attachment.download().phase();
    boolean waits = phase == Phase.PENDING || phase == Phase.HEADERS;
    return opening.isPresent() || waits
        ? CompletableFuture.completedFuture(opening)
        : attachment.opening().thenApply(Optional::of);
  }

  /** The client has waited long enough; the download goes on behind it. */
  private static Answer timedOut(Attachment attachment, Lookup.Found found) {
    boolean queued = attachment.download().phase() == Phase.PENDING;
    Failure failure =
        queued
            ? new Failure(Failure.Kind.OVERLOADED, "too many downloads are waiting")
            : new Failure(Failure.Kind.TIMEOUT, "upstream has not answered in time");
    return unchecked(found.stored())
        .orElseGet(() -> unavailable(failure, Forwarding.of(found.decision(), attachment)));
  }

  private CompletableFuture<Answer> head(Order order) {
    SharedHead shared = coordinator.head(order);
    CacheStatus asked = CacheStatus.forwarded(CacheStatus.Forward.URI_MISS);
    CacheStatus status = shared.first() ? asked : asked.asCollapsed();
    HeadAnswer tooLate =
        new HeadAnswer.Unavailable(
            new Failure(Failure.Kind.TIMEOUT, "upstream has not answered in time"));
    return patience
        .within(shared.answer(), tooLate)
        .thenApply(
            answer -> {
              if (answer instanceof HeadAnswer.Found found) {
                return new Answer.HeadOnly(found.head(), found.length(), status);
              } else if (answer instanceof HeadAnswer.Missing) {
                return new Answer.Missing(status.withUpstreamStatus(404));
              }
              return unavailable(((HeadAnswer.Unavailable) answer).failure(), status);
            });
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
