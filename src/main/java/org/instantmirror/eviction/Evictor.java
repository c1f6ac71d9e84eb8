package org.instantmirror.eviction;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.instantmirror.eviction.EvictionStatus.LastRun;
import org.instantmirror.eviction.EvictionStatus.Plan;
import org.instantmirror.repo.Config;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.RepoId;
import org.instantmirror.store.FileRecord;
import org.instantmirror.store.Room;
import org.instantmirror.store.Store;
import org.instantmirror.store.StoredFiles;
import org.instantmirror.usage.Demand;
import org.instantmirror.usage.Requests;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the cache within its limits: a thread of its own frees room ahead of need, while files are
 * served and stored. Who is about to store a file that doesn't fit waits for it a moment. Thread-
 * safe.
 */
public final class Evictor implements Room, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Evictor.class);

  private static final Duration WRITE_USES = Duration.ofSeconds(10);
  private static final int JUDGED_AT_ONCE = 256;
  private static final int MOST_TURNS = 4;

  /** When nothing more may go, that isn't tried again for so long. */
  private static final Duration RESPITE = Duration.ofSeconds(20);

  private final Store store;
  private final Supplier<Config> config;
  private final Listings listings;
  private final Judge judge;
  private final Review review;
  private final ReviewTimes reviews;
  private final FileUses uses;
  private final Clock clock;
  private final Thread thread;
  private final RoomQueue queue = new RoomQueue();

  /** One run at a time that deletes. */
  private final ReentrantLock running = new ReentrantLock();

  /** One review at a time; deleting goes on beside it. */
  private final ReentrantLock reviewing = new ReentrantLock();

  private volatile boolean stopped;
  private volatile double inflation;
  private volatile Instant exhaustedUntil = Instant.MIN;
  private volatile @Nullable LastRun last;
  private final LongAdder goneFiles = new LongAdder();
  private final LongAdder goneBytes = new LongAdder();
  private Instant usesWritten; // by the thread

  /**
   * Begins; it knows at once what the index knows.
   *
   * @param config as it is at the moment
   */
  public Evictor(
      Store store, Listings listings, Demand demand, Supplier<Config> config, Clock clock) {
    this.store = store;
    this.config = config;
    this.listings = listings;
    this.clock = clock;
    this.judge = new Judge(store, listings, demand, config);
    this.inflation = store.files().inflation();
    this.uses = new FileUses(store.files(), () -> inflation);
    this.usesWritten = clock.instant();
    this.reviews = new ReviewTimes(listings, config, clock);
    this.review =
        new Review(
            store, judge, listings, config, () -> inflation, clock, nanos -> reviews.rest(nanos));
    this.thread = new Thread(this::work, "eviction");
    thread.setDaemon(true);
  }

  /** Starts its threads, and makes room for the store from now on. */
  public void start() {
    store.makeRoomBy(this);
    thread.start();
    reviews.start(this::reviewAll, this::judgeAll);
  }

  /** Whom to tell what is served. */
  public Requests uses() {
    return uses;
  }

  private void work() {
    while (!stopped) {
      try {
        tick();
      } catch (RuntimeException fault) {
        LOG.error("the cache may outgrow its limits", fault);
      }
      try {
        queue.pause();
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** What is due: new files are judged, uses written, room is made. */
  void tick() {
    Instant now = clock.instant();
    if (uses.isFull() || !usesWritten.plus(WRITE_USES).isAfter(now)) {
      uses.write(now);
      usesWritten = now;
    }
    // First: after a million files were found by hand it takes a while until they are judged.
    if (!now.isBefore(exhaustedUntil) || !queue.isEmpty()) {
      makeRoom();
    }
    judgeNew();
  }

  /** Judges files that came, a bounded number of them; returns how many. */
  private int judgeNew() {
    int judged = 0;
    for (int turn = 0; turn < MOST_TURNS && !stopped; turn++) {
      List<FileRecord> files = store.files().unjudged(JUDGED_AT_ONCE);
      review.judge(files);
      judged += files.size();
      if (files.size() < JUDGED_AT_ONCE) {
        break;
      }
    }
    return judged;
  }

  private void makeRoom() {
    for (Levels.Need need : levels().needs(queue.wanted())) {
      LastRun run = run(need);
      if (!run.enough()) {
        exhaustedUntil = clock.instant().plus(RESPITE);
        // What had to stay when it was last looked at may go by now.
        reviews.ask();
        LOG.warn(
            "{}: only {} MiB in {} files could go where {} MiB had to",
            need.why(),
            run.bytes() >> 20,
            run.files(),
            need.bytes() >> 20);
      }
    }
  }

  private LastRun run(Levels.Need need) {
    running.lock();
    try {
      Instant begin = clock.instant();
      long nanos = System.nanoTime();
      EvictionRun run =
          new EvictionRun(
              store,
              judge,
              listings,
              clock,
              inflation,
              false,
              choice -> {
                LOG.debug("{}", choice);
                return true;
              });
      uses.write(begin);
      boolean enough = run.free(need.repo(), need.bytes(), () -> stopped);
      // Right after many were found by hand most aren't judged yet.
      while (!enough && !stopped && judgeNew() > 0) {
        enough = run.free(need.repo(), need.bytes(), () -> stopped);
      }
      if (run.inflation() > inflation) {
        inflation = run.inflation();
        store.files().judged(List.of(), inflation);
      }
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
      LastRun ended = new LastRun(begin, need.why(), run.freed(), run.files(), millis, enough);
      last = ended;
      goneFiles.add(run.files());
      goneBytes.add(run.freed());
      if (run.files() > 0) {
        LOG.info(
            "{}: {} files, {} MiB, have gone in {} ms",
            need.why(),
            run.files(),
            run.freed() >> 20,
            millis);
      }
      return ended;
    } finally {
      running.unlock();
    }
  }

  /**
   * Frees room now, and waits for it.
   *
   * @param repo whose files; null for anybody's
   * @param bytes how much; 0 for what must go anyway
   */
  public List<LastRun> runNow(@Nullable RepoId repo, long bytes, String who) {
    judgeNew();
    List<LastRun> runs = new ArrayList<>();
    for (Levels.Need need : needs(repo, bytes, who)) {
      runs.add(run(need));
    }
    return runs;
  }

  /**
   * What {@link #runNow} would do, as things are; nothing goes.
   *
   * @param most how many choices are told
   */
  public Plan dryRun(@Nullable RepoId repo, long bytes, int most) {
    judgeNew();
    List<Choice> choices = new ArrayList<>();
    long freed = 0;
    boolean enough = true;
    for (Levels.Need need : needs(repo, bytes, "dry run")) {
      EvictionRun run =
          new EvictionRun(
              store,
              judge,
              listings,
              clock,
              inflation,
              true,
              choice -> {
                choices.add(choice);
                return choices.size() < most;
              });
      enough &= run.free(need.repo(), need.bytes(), () -> choices.size() >= most);
      freed += run.freed();
    }
    return new Plan(choices, freed, enough, choices.size() >= most && !enough);
  }

  private List<Levels.Need> needs(@Nullable RepoId repo, long bytes, String who) {
    return bytes > 0
        ? List.of(new Levels.Need(repo, bytes, who))
        : levels().needs(Map.of()).stream()
            .filter(need -> repo == null || repo.equals(need.repo()))
            .toList();
  }

  /** How the cache is doing. */
  public EvictionStatus status() {
    Levels levels = levels();
    return new EvictionStatus(
        levels, store.files().totals(), levels.needs(Map.of()), last, reviews.last());
  }

  /** How many files have gone since the start. */
  public long goneFiles() {
    return goneFiles.sum();
  }

  /** Their bytes. */
  public long goneBytes() {
    return goneBytes.sum();
  }

  private Levels levels() {
    Config now = config.get();
    var space = store.space();
    var cacheSize = now.quota().cacheSize();
    long limit = cacheSize.isUnlimited() ? Long.MAX_VALUE : cacheSize.of(space.total());
    long files = 0;
    Map<RepoId, Levels.Share> shares = new HashMap<>();
    for (StoredFiles.Total total : store.files().totals()) {
      files += total.bytes();
      var repo = now.repos().get(total.repo());
      if (repo != null && !repo.retention().share().isUnlimited()) {
        long whole = limit == Long.MAX_VALUE ? space.total() : limit;
        shares.put(
            total.repo(), new Levels.Share(total.bytes(), repo.retention().share().of(whole)));
      }
    }
    return new Levels(limit, files, space, shares);
  }

  @Override
  public Optional<String> require(EntryKey key, long length) {
    RepoId repo = key.repo().configured();
    long bytes = Math.max(0, length);
    Levels levels = levels();
    if (levels.isTooLarge(repo, bytes)) {
      return levels.refusal(repo, bytes);
    }
    if (levels.fits(repo, bytes)) {
      return Optional.empty();
    }
    return queue.await(repo, bytes, this::levels);
  }

  @Override
  public boolean isMaking() {
    return !stopped && !clock.instant().isBefore(exhaustedUntil);
  }

  /** Finds what came or went by hand, and judges all files; returns how many there are. */
  public long reviewAll() {
    reviewing.lock();
    try {
      review.discover();
      return review.judgeAll();
    } finally {
      reviewing.unlock();
    }
  }

  private long judgeAll() {
    reviewing.lock();
    try {
      return review.judgeAll();
    } finally {
      reviewing.unlock();
    }
  }

  /** What is thought of a file, as things are; empty if none of that name is known. */
  public Optional<Choice> explain(EntryKey key) {
    Instant now = clock.instant();
    return store
        .files()
        .find(key)
        .map(file -> judge.judge(file, now))
        .map(
            judged ->
                Choice.of(
                    judged, judged.verdict().rank() != Rank.NEVER, judged.verdict().reason(), now));
  }

  /** Ends what goes on; uses that aren't written yet are. */
  @Override
  public void close() {
    stopped = true;
    store.makeRoomBy(Room.AS_IS);
    reviews.close();
    queue.close();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(30));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    uses.write(clock.instant());
  }
}
