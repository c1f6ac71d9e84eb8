package org.instantmirror.mirror;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.FileClass;
import org.instantmirror.repo.PrefetchPolicy.Mode;
import org.instantmirror.repo.Repo;
import org.instantmirror.repodata.Advisory;
import org.instantmirror.repodata.Evr;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.repodata.ReadLimits;
import org.instantmirror.repodata.UpdateInfoReader;
import org.instantmirror.store.IndexedPackage;
import org.instantmirror.store.ListedPackage;
import org.instantmirror.store.Store;
import org.instantmirror.store.StoredEntry;
import org.instantmirror.usage.Demand;
import org.instantmirror.usage.PrefetchCandidate;
import org.instantmirror.usage.PrefetchCandidate.Standing;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds what of a generation might be fetched ahead. Thread-safe; reads the disk. */
final class PrefetchCandidates {

  private static final Logger LOG = LoggerFactory.getLogger(PrefetchCandidates.class);

  /** Of those that nobody wants more aren't even looked at: they are counted. */
  private static final int MOST_UNWANTED = 1_000;

  private final Store store;
  private final SameContent names;
  private final Demand demand;

  PrefetchCandidates(Store store, SameContent names, Demand demand) {
    this.store = store;
    this.names = names;
    this.demand = demand;
  }

  /**
   * What was found.
   *
   * @param listed what the files must be, by their paths
   * @param unwanted how many more there are that nobody wants
   * @param unwantedBytes of these
   */
  record Found(
      List<PrefetchCandidate> candidates,
      Map<String, ListedFile> listed,
      int unwanted,
      long unwantedBytes) {}

  /** A build, as advisories name it. */
  private record Build(String name, Evr evr, String arch) {
    static Build of(ListedPackage listed) {
      return new Build(listed.name(), listed.evr(), listed.arch());
    }
  }

  /**
   * The packages of a generation that another one hasn't.
   *
   * @param base that other one; null if there is none: then nothing is an update, and only who
   *     wants everything finds something
   * @param wasInVain whether a file was fetched ahead before, and nobody has asked for it
   */
  Found of(
      Repo repo,
      Generation generation,
      @Nullable Generation base,
      BiPredicate<EntryKey, ListedFile> wasInVain,
      Instant now) {
    boolean all = repo.prefetch().mode() == Mode.ALL;
    News news = all || base != null ? news(generation, base, all, now) : new News();
    Map<Build, Integer> urgency =
        news.rows.isEmpty() ? Map.of() : urgency(generation, news.rows, now);
    List<PrefetchCandidate> candidates = new ArrayList<>(news.rows.size());
    Map<String, ListedFile> listed = new HashMap<>();
    for (Row row : news.rows) {
      ListedPackage each = row.each.listed();
      EntryKey key = row.each.key();
      if (each.checksum() != null) {
        listed.put(key.path(), new ListedFile(each.checksum(), each.size()));
      }
      boolean matters = all || row.demand > 0;
      candidates.add(
          new PrefetchCandidate(
              key.path(),
              each.name(),
              each.arch(),
              each.evr(),
              each.size(),
              row.demand,
              urgency.getOrDefault(Build.of(each), 0),
              matters ? standing(repo, key, each, wasInVain, now) : Standing.ABSENT));
    }
    return new Found(candidates, listed, news.more, news.moreBytes);
  }

  /** A package with how much it is wanted. */
  private record Row(IndexedPackage each, double demand) {}

  /** What the index has found. Confined to a thread. */
  private static final class News {
    private final List<Row> rows = new ArrayList<>();
    private int unwanted;
    private int more;
    private long moreBytes;

    void take(Row row, boolean all) {
      boolean wanted = all || row.demand > 0;
      if (!wanted) {
        unwanted++;
      }
      if (wanted || unwanted <= MOST_UNWANTED) {
        rows.add(row);
      } else {
        more++;
        moreBytes += Math.max(0, row.each.listed().size());
      }
    }
  }

  private News news(Generation generation, @Nullable Generation base, boolean all, Instant now) {
    News news = new News();
    store
        .packages()
        .forEachNew(
            generation.folder(),
            generation.number(),
            base == null ? null : Long.valueOf(base.number()),
            each -> news.take(new Row(each, demandOf(each, now)), all));
    return news;
  }

  /** Of the clients of that release and architecture: others don't ask for this one. */
  private double demandOf(IndexedPackage each, Instant now) {
    ListedPackage listed = each.listed();
    return Math.max(0, demand.ofNewVersion(listed.folder(), listed.name(), listed.arch(), now));
  }

  private Standing standing(
      Repo repo,
      EntryKey key,
      ListedPackage listed,
      BiPredicate<EntryKey, ListedFile> wasInVain,
      Instant now) {
    if (listed.checksum() == null) {
      return Standing.UNVERIFIABLE;
    }
    String below = repo.pathBelowBase(key.path()).orElse(key.path());
    if (repo.classifier().classify(below) != FileClass.PACKAGE) {
      return Standing.NOT_STORED;
    }
    ListedFile file = new ListedFile(listed.checksum(), listed.size());
    if (isHere(key, file, now)) {
      return Standing.CACHED;
    }
    if (names.isStored(repo, key, file, now)) {
      return Standing.ELSEWHERE;
    }
    return wasInVain.test(key, file) ? Standing.GONE : Standing.ABSENT;
  }

  /** Whether the file is stored, as far as can be told without reading it. */
  boolean isHere(EntryKey key, ListedFile listed, Instant now) {
    return isHere(store, key, listed, now);
  }

  /** The same. */
  static boolean isHere(Store store, EntryKey key, ListedFile listed, Instant now) {
    Optional<StoredEntry> stored = store.peek(key, now);
    return stored
        .filter(entry -> listed.size() < 0 || entry.file().size() == listed.size())
        .filter(
            entry ->
                entry.checksum() == null
                    || entry.checksum().type() != listed.checksum().type()
                    || entry.checksum().equals(listed.checksum()))
        .isPresent();
  }

  /** What advisories say of these, if the generation's list of them is here. */
  private Map<Build, Integer> urgency(Generation generation, List<Row> rows, Instant now) {
    Map<Build, Integer> found = new HashMap<>();
    rows.forEach(row -> found.put(Build.of(row.each.listed()), 0));
    Optional<Generation.Part> part =
        generation.parts().stream()
            .filter(
                each -> each.type().equals("updateinfo") || each.type().equals("updateinfo_zck"))
            .filter(each -> file(each.key(), now).isPresent())
            .findFirst();
    if (part.isEmpty()) {
      return Map.of();
    }
    StoredEntry entry = file(part.get().key(), now).orElseThrow();
    try (FileChannel file = store.openFile(entry).orElse(null)) {
      if (file == null) {
        return Map.of();
      }
      InputStream in = new BufferedInputStream(Channels.newInputStream(file));
      UpdateInfoReader.read(
          in, entry.key().path(), ReadLimits.DISTRIBUTION, advisory -> note(advisory, found));
    } catch (IOException e) {
      LOG.warn("{}: advisories can't be read: {}", generation.folder(), e.getMessage());
    }
    return found;
  }

  private static void note(Advisory advisory, Map<Build, Integer> found) {
    int urgency = PrefetchCandidate.urgencyOf(advisory);
    if (urgency > 0) {
      for (Advisory.AdvisoryPackage each : advisory.packages()) {
        found.computeIfPresent(
            new Build(each.name(), each.evr(), each.arch()),
            (build, before) -> Math.max(before, urgency));
      }
    }
  }

  /** Before the generation goes live it may be staged. */
  private Optional<StoredEntry> file(EntryKey key, Instant now) {
    return store.peek(Folders.staged(key), now).or(() -> store.peek(key, now));
  }
}
