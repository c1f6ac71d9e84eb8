package org.instantmirror.campus;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.instantmirror.eviction.Rules;
import org.instantmirror.eviction.Standing;
import org.instantmirror.repo.PrefetchPolicy;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.Evr;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.usage.DailyBudget;
import org.instantmirror.usage.PrefetchCandidate;
import org.instantmirror.usage.PrefetchSelection;
import org.instantmirror.usage.PrefetchVerdict;
import org.instantmirror.usage.Report;
import org.instantmirror.usage.SimulatedUsage;
import org.instantmirror.usage.UsedPackage;

/**
 * The mirror: it learns what is used, looks at upstream every 15 minutes, fetches what is expected
 * to be wanted, and evicts what is worth least, all by the rules of the product itself and as it is
 * by default. At the beginning it knows nothing and holds nothing.
 */
final class Learning implements Way {

  /** The beginning of the time line: a Monday. */
  static final Instant BEGIN = Instant.parse("2026-01-05T00:00:00Z");

  private static final double CHECK = 15 * Timeline.MINUTE;
  private static final int MOST_AT_ONCE = 16;
  private static final int MOST_NOTED = 5_000;
  private static final int DAYS_UNCHANGED = 7;
  private static final String ARCH = "noarch";
  private static final PrefetchPolicy POLICY = new PrefetchPolicy(PrefetchPolicy.Mode.POPULAR, 0.5);

  private final Timeline timeline;
  private final Terms terms;
  private final RepositoryFolder folder = new RepositoryFolder(new RepoId("campus"), "");
  private final SimulatedUsage usage = new SimulatedUsage();
  private final Cache cache;
  private final List<UsedPackage> names = new ArrayList<>();
  private final Map<Integer, Told> told = new HashMap<>();
  private final Map<Integer, List<UsedPackage>> lists = new HashMap<>();

  /** What upstream has published and no check has found yet. */
  private final List<Release> unseen = new ArrayList<>();

  /** When the live generation began to list what the one of 48 hours ago didn't. */
  private final Map<Integer, Listing> news = new LinkedHashMap<>();

  /** Since when files aren't listed any more. */
  private final Map<Release, Instant> dropped = new HashMap<>();

  private final Deque<PrefetchSelection.Choice> backlog = new ArrayDeque<>();
  private Map<String, Release> candidates = Map.of();
  private DailyBudget spent = new DailyBudget(LocalDate.EPOCH, 0);
  private int running;
  private Instant lastLook = Instant.EPOCH;

  /**
   * What it has.
   *
   * @param plugin whether the machines report
   * @param packages how many the distribution has
   * @param capacity of the cache, in bytes; {@link Long#MAX_VALUE} for no limit
   * @param budget in bytes a day
   */
  record Terms(boolean plugin, int packages, long capacity, long budget) {}

  private record Listing(Release file, Instant since) {}

  /**
   * What a machine has told.
   *
   * @param month its id is of
   * @param days since it last told all of it
   */
  private record Told(YearMonth month, int days) {}

  Learning(Line line, Timeline timeline, Terms terms) {
    this.timeline = timeline;
    this.terms = terms;
    this.cache = new Cache(line, terms.capacity(), new ByWorth(new Knowledge()));
    for (int i = 0; i < terms.packages(); i++) {
      names.add(new UsedPackage(folder, Release.name(i), ARCH));
    }
    timeline.at(CHECK / 2, this::check);
    timeline.at(Timeline.HOUR, this::forget);
  }

  private Instant now() {
    return BEGIN.plus(Duration.ofMillis(Math.round(1000 * timeline.now())));
  }

  @Override
  public boolean request(Machine machine, Release file, Runnable end) {
    usage.asked(names.get(file.software()), machine.number(), now());
    return cache.request(file, end);
  }

  @Override
  public void released(List<Release> files) {
    unseen.addAll(files);
  }

  /** As the plugin does: a list that hasn't changed is left out, but for once in a week. */
  @Override
  public void reported(Machine machine, Machine.News changes) {
    if (!terms.plugin) {
      return;
    }
    Instant now = now();
    YearMonth month = YearMonth.from(now.atOffset(ZoneOffset.UTC));
    Told before = told.get(machine.number());
    boolean unchanged =
        before != null
            && before.month.equals(month)
            && before.days + 1 < DAYS_UNCHANGED
            && changes.isNothing();
    told.put(machine.number(), new Told(month, unchanged && before != null ? before.days + 1 : 0));
    List<Report.Change> list = new ArrayList<>();
    add(list, Report.Action.UPGRADE, changes.updated());
    add(list, Report.Action.INSTALL, changes.added());
    usage.report(
        new Report(
            machine.number() + "-" + month,
            now,
            Duration.ofDays(1),
            unchanged ? null : installed(machine, changes),
            list),
        now);
  }

  /** The same list as long as it is. */
  private List<UsedPackage> installed(Machine machine, Machine.News changes) {
    if (!changes.added().isEmpty()) {
      lists.remove(machine.number());
    }
    return lists.computeIfAbsent(
        machine.number(),
        number ->
            machine.installed().stream()
                .mapToObj(names::get)
                .collect(Collectors.toUnmodifiableList()));
  }

  private void add(List<Report.Change> changes, Report.Action action, BitSet which) {
    which.stream().forEach(each -> changes.add(new Report.Change(action, names.get(each))));
  }

  private void forget() {
    usage.forget(now());
    timeline.at(timeline.now() + Timeline.HOUR, this::forget);
  }

  /** Looks at upstream, and once a day again at what is there. */
  private void check() {
    Instant now = now();
    if (!unseen.isEmpty()) {
      for (Release file : unseen) {
        dropped.put(file.before(), now);
        news.put(file.software(), new Listing(file, now));
      }
      look(now);
      usage.released(unseen.stream().map(file -> names.get(file.software())).toList(), now);
      unseen.clear();
    } else if (!now.isBefore(lastLook.plus(Duration.ofDays(1)))) {
      look(now);
    }
    timeline.at(timeline.now() + CHECK, this::check);
  }

  private void look(Instant now) {
    lastLook = now;
    news.values().removeIf(listing -> !listing.since.plus(Rules.PROMISED).isAfter(now));
    Map<String, Release> found = new HashMap<>();
    List<PrefetchCandidate> list = new ArrayList<>();
    for (Listing listing : news.values()) {
      PrefetchCandidate candidate = candidate(listing.file, now);
      found.put(candidate.path(), listing.file);
      list.add(candidate);
    }
    candidates = found;
    backlog.clear();
    PrefetchSelection.choose(list, terms(now)).stream()
        .filter(choice -> choice.verdict() == PrefetchVerdict.FETCH)
        .forEach(backlog::add);
    pump();
  }

  private PrefetchCandidate candidate(Release file, Instant now) {
    String name = Release.name(file.software());
    Evr evr = new Evr(0, "1." + file.version(), "1");
    return new PrefetchCandidate(
        "Packages/" + name + "-" + evr + "." + ARCH + ".rpm",
        name,
        ARCH,
        evr,
        file.size(),
        usage.ofNewVersion(folder, name, ARCH, now),
        0,
        cache.hasOrGets(file)
            ? PrefetchCandidate.Standing.CACHED
            : PrefetchCandidate.Standing.ABSENT);
  }

  private PrefetchSelection.Terms terms(Instant now) {
    spent = spent.on(LocalDate.ofInstant(now, ZoneOffset.UTC));
    return new PrefetchSelection.Terms(
        POLICY,
        spent.left(terms.budget),
        true,
        MOST_NOTED,
        new PrefetchSelection.Line(12.5e6, 0.1));
  }

  /** Has the next ones fetched, as far as there is room. */
  private void pump() {
    while (running < MOST_AT_ONCE && !backlog.isEmpty()) {
      PrefetchSelection.Choice choice = backlog.remove();
      Release file = candidates.get(choice.candidate().path());
      if (file != null && !cache.hasOrGets(file)) {
        running++;
        cache.fetchAhead(file, choice.saving(), () -> ended(file));
      }
    }
  }

  private void ended(Release file) {
    running--;
    spent = spent.on(LocalDate.ofInstant(now(), ZoneOffset.UTC)).spend(file.size());
    pump();
  }

  /** What is known of files. */
  private final class Knowledge implements ByWorth.Listed {

    @Override
    public Instant now() {
      return Learning.this.now();
    }

    /** Upstream's generations of the last 48 hours are kept. */
    @Override
    public Standing standing(Release file) {
      Instant since = dropped.get(file);
      if (since == null) {
        return Standing.LIVE;
      }
      return since.plus(Rules.PROMISED).isAfter(now()) ? Standing.RECENT : Standing.UNLISTED;
    }

    @Override
    public double demand(int software) {
      return usage.ofNewVersion(folder, Release.name(software), ARCH, now());
    }
  }
}
