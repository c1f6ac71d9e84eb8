package org.instantmirror.eviction;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.instantmirror.repo.Config;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.Repo;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repo.Retention;
import org.instantmirror.repodata.PackageFile;
import org.instantmirror.store.FileRecord;
import org.instantmirror.store.Store;
import org.instantmirror.store.StoredEntry;
import org.instantmirror.usage.Demand;
import org.jspecify.annotations.Nullable;

/** Gathers the facts of a file and has it judged by the {@link Rules}. Thread-safe. */
final class Judge {

  private final Store store;
  private final Listings listings;
  private final Demand demand;
  private final Supplier<Config> config;

  Judge(Store store, Listings listings, Demand demand, Supplier<Config> config) {
    this.store = store;
    this.listings = listings;
    this.demand = demand;
    this.config = config;
  }

  /**
   * What came of it.
   *
   * @param file as it should be stored now
   * @param verdict on the bytes, with all their names
   * @param expired whether the name is to go without need
   * @param others the other names of the same bytes, as far as they are known
   */
  record Judgement(FileRecord file, Verdict verdict, boolean expired, List<FileRecord> others) {

    /** All names, that of the file first. */
    List<EntryKey> names() {
      return Stream.concat(Stream.of(file), others.stream()).map(FileRecord::key).toList();
    }
  }

  /**
   * Judges a file. Bytes that have several names go with all of them or not at all, since to delete
   * one frees nothing; so they are worth what all of these are worth together, and stay while one
   * has to.
   */
  Judgement judge(FileRecord file, Instant now) {
    Judgement own = judgeName(file, now);
    List<FileRecord> others = store.files().sharing(file);
    if (others.isEmpty()) {
      return own;
    }
    Verdict verdict = own.verdict();
    double inflation = file.inflation();
    double worth = verdict.priority() - inflation;
    for (FileRecord other : others) {
      Verdict next = judgeName(other, now).verdict();
      inflation = Math.max(inflation, other.inflation());
      worth = GreedyDual.together(worth, next.priority() - other.inflation(), file.size());
      if (next.rank().compareTo(verdict.rank()) > 0) {
        Reason why = next.rank() == Rank.NEVER ? Reason.LINKED : next.reason();
        verdict = new Verdict(next.rank(), next.priority(), why);
      }
    }
    verdict = new Verdict(verdict.rank(), inflation + worth, verdict.reason());
    FileRecord judged =
        own.file().judged(verdict.rank().code(), verdict.priority(), own.file().demand());
    return new Judgement(judged, verdict, own.expired(), others);
  }

  private Judgement judgeName(FileRecord file, Instant now) {
    EntryKey key = file.key();
    Repo repo = repo(key.repo());
    Retention retention = repo == null ? Retention.USUAL : repo.retention();
    Standing standing = repo == null ? Standing.UNKNOWN : listings.standing(key, now);
    boolean unlisted = standing == Standing.UNLISTED;
    Optional<StoredEntry> entry = unlisted ? store.peek(key, now) : Optional.empty();
    Facts facts =
        new Facts(
            file.size(),
            file.storedAt(),
            file.usedAt(),
            file.uses(),
            file.inflation(),
            demand(key, standing, now),
            repo != null,
            repo != null && isPinned(repo, key.path()),
            standing,
            entry.filter(found -> found.origin() == StoredEntry.Origin.FETCHED).isPresent(),
            entry.map(StoredEntry::goneSince).orElse(null),
            unlisted ? newer(key, retention.keepVersions(), now) : 0,
            retention.keepVersions(),
            repo == null ? Duration.ZERO : repo.lifetimes().keepVanished());
    Verdict verdict = Rules.judge(facts, now);
    FileRecord judged = file.judged(verdict.rank().code(), verdict.priority(), facts.demand());
    return new Judgement(judged, verdict, isExpired(facts, verdict, retention, now), List.of());
  }

  private static boolean isExpired(Facts facts, Verdict verdict, Retention retention, Instant now) {
    Duration expire = retention.unlistedExpire();
    return expire != null
        && (verdict.reason() == Reason.UNLISTED || verdict.reason() == Reason.OLD_METADATA)
        && !facts.touchedAt().plus(expire).isAfter(now);
  }

  private @Nullable Repo repo(RepoId id) {
    Config now = config.get();
    Repo repo = now.repos().get(id);
    return repo == null && id.equals(RepoId.PROXY) && now.proxy().isUsed()
        ? now.proxy().others()
        : repo;
  }

  private static boolean isPinned(Repo repo, String path) {
    return !repo.retention().pins().isEmpty()
        && repo.retention().isPinned(path, repo.pathBelowBase(path).orElse(path));
  }

  /** Of a version that isn't the newest nobody wants a new one. */
  private double demand(EntryKey key, Standing standing, Instant now) {
    PackageFile file = PackageFile.of(key.path()).orElse(null);
    if (file == null || (standing != Standing.LIVE && standing != Standing.UNKNOWN)) {
      return 0;
    }
    // Of all releases at first: that asks no database, and most files nobody wants.
    double wanted = demand.ofNewVersion(key.repo(), file.name(), file.arch(), now);
    if (wanted <= 0) {
      return 0;
    }
    boolean newest =
        store.files().versions(key).stream()
            .flatMap(other -> PackageFile.of(other.path()).stream())
            .noneMatch(other -> other.isVersionOf(file) && other.compareVersion(file) > 0);
    if (!newest) {
      return 0;
    }
    return store.packages().find(key).stream()
        .findFirst()
        .map(listed -> demand.ofNewVersion(listed.folder(), listed.name(), listed.arch(), now))
        .orElse(wanted);
  }

  /** Later versions that no generation lists either; no more are counted than matter. */
  private int newer(EntryKey key, int most, Instant now) {
    PackageFile file = PackageFile.of(key.path()).orElse(null);
    if (file == null) {
      // It has no versions.
      return most;
    }
    return (int)
        store.files().versions(key).stream()
            .filter(
                other ->
                    PackageFile.of(other.path())
                        .filter(found -> found.isVersionOf(file))
                        .filter(found -> found.compareVersion(file) > 0)
                        .isPresent())
            .filter(other -> listings.standing(other, now) == Standing.UNLISTED)
            .limit(most)
            .count();
  }
}
