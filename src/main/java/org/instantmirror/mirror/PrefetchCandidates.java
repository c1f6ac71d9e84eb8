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
  private final Demand demand;

  PrefetchCandidates(Store store, Demand demand) {
    this.store = store;
    this.demand = demand;
  }

  /**
   * What was found.
   *
   * @param listed what the files must be, by their paths
   * @param unwanted how many more there are that nobody wants
   */
  record Found(List<PrefetchCandidate> candidates, Map<String, ListedFile> listed, int unwanted) {}

  /** A build, as advisories name it. */
  private record Build(String name, Evr evr, String arch) {}

  /**
   * The packages of a generation that another one hasn't.
   *
   * @param base that other one; null if there is none: then nothing is an update, and only who
   *     wants everything finds something
   */
  Found of(Repo repo, Generation generation, @Nullable Generation base, Instant now) {
    boolean all = repo.prefetch().mode() == Mode.ALL;
    List<ListedPackage> packages = new ArrayList<>();
    List<EntryKey> keys = new ArrayList<>();
    List<Double> demands = new ArrayList<>();
    int[] unwanted = new int[2];
    if (all || base != null) {
      store
          .packages()
          .forEachNew(
              generation.folder(),
              generation.number(),
              base == null ? null : Long.valueOf(base.number()),
              each -> {
                double wanted = demandOf(each, now);
                boolean kept = all || wanted > 0 || unwanted[0]++ < MOST_UNWANTED;
                if (kept) {
                  packages.add(each.listed());
                  keys.add(each.key());
                  demands.add(wanted);
                } else {
                  unwanted[1]++;
                }
              });
    }
    Map<Build, Integer> urgency =
        packages.isEmpty() ? Map.of() : urgency(generation, packages, now);
    List<PrefetchCandidate> candidates = new ArrayList<>(packages.size());
    Map<String, ListedFile> listed = new HashMap<>();
    for (int i = 0; i < packages.size(); i++) {
      ListedPackage each = packages.get(i);
      EntryKey key = keys.get(i);
      if (each.checksum() != null) {
        listed.put(key.path(), new ListedFile(each.checksum(), each.size()));
      }
      boolean matters = all || demands.get(i) > 0;
      candidates.add(
          new PrefetchCandidate(
              key.path(),
              each.name(),
              each.arch(),
              each.evr(),
              each.size(),
              demands.get(i),
              urgency.getOrDefault(new Build(each.name(), each.evr(), each.arch()), 0),
              matters ? standing(repo, key, each, now) : Standing.ABSENT));
    }
    return new Found(candidates, listed, unwanted[1]);
  }

  private double demandOf(IndexedPackage each, Instant now) {
    ListedPackage listed = each.listed();
    return Math.max(0, demand.ofNewVersion(each.key().repo(), listed.name(), listed.arch(), now));
  }

  private Standing standing(Repo repo, EntryKey key, ListedPackage listed, Instant now) {
    if (listed.checksum() == null) {
      return Standing.UNVERIFIABLE;
    }
    String below = repo.pathBelowBase(key.path()).orElse(key.path());
    if (repo.classifier().classify(below) != FileClass.PACKAGE) {
      return Standing.NOT_STORED;
    }
    return isHere(key, new ListedFile(listed.checksum(), listed.size()), now)
        ? Standing.CACHED
        : Standing.ABSENT;
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
  private Map<Build, Integer> urgency(
      Generation generation, List<ListedPackage> packages, Instant now) {
    Map<Build, Integer> found = new HashMap<>();
    packages.forEach(each -> found.put(new Build(each.name(), each.evr(), each.arch()), 0));
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
