package org.instantmirror.campus;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.instantmirror.eviction.Facts;
import org.instantmirror.eviction.GreedyDual;
import org.instantmirror.eviction.Levels;
import org.instantmirror.eviction.Rank;
import org.instantmirror.eviction.Reason;
import org.instantmirror.eviction.Rules;
import org.instantmirror.eviction.Standing;
import org.instantmirror.eviction.Verdict;
import org.instantmirror.eviction.Victims;
import org.instantmirror.store.Space;
import org.jspecify.annotations.Nullable;

/** As the mirror does it: its own rules of what goes, and when. */
final class ByWorth implements Cache.Eviction {

  /** {@code keep_versions}, as it is by default. */
  private static final int KEEP_VERSIONS = 3;

  /** As {@code EvictionRun} has it. */
  private static final Duration IN_USE = Duration.ofMinutes(10);

  private static final long DISK = 1L << 50;

  private final Listed listed;
  private final Map<Release, Stored> files = new LinkedHashMap<>();
  private double inflation;

  /** What the mirror knows of files that it has or hasn't. */
  interface Listed {

    Instant now();

    Standing standing(Release file);

    /** Clients that are expected to want a new version of the package within a week. */
    double demand(int software);
  }

  /**
   * @param inflation as it was when the file was last asked for, or came
   */
  private record Stored(Instant at, @Nullable Instant usedAt, double uses, double inflation) {}

  ByWorth(Listed listed) {
    this.listed = listed;
  }

  @Override
  public void stored(Release file) {
    files.put(file, new Stored(listed.now(), null, 0, inflation));
  }

  @Override
  public void used(Release file) {
    Instant now = listed.now();
    files.computeIfPresent(
        file,
        (key, before) -> {
          Instant since = before.usedAt == null ? before.at : before.usedAt;
          double uses = GreedyDual.count(before.uses, since, now) + 1;
          return new Stored(before.at, now, uses, inflation);
        });
  }

  @Override
  public boolean has(Release file) {
    return files.containsKey(file);
  }

  @Override
  public long evict(long held, long capacity) {
    Levels levels = new Levels(capacity, held, new Space(DISK, DISK, 0, 0, 0), Map.of());
    long needed = levels.needs(Map.of()).stream().mapToLong(Levels.Need::bytes).sum();
    if (needed <= 0) {
      return 0;
    }
    Map<Release, Verdict> verdicts = new HashMap<>();
    files.forEach((file, stored) -> verdicts.put(file, judge(file, stored)));
    List<Release> going =
        Victims.choose(
            List.copyOf(files.keySet()),
            file -> verdicts.getOrDefault(file, KEPT),
            Release::size,
            needed);
    long freed = 0;
    for (Release file : going) {
      Verdict verdict = verdicts.getOrDefault(file, KEPT);
      if (verdict.rank() == Rank.BY_WORTH) {
        inflation = Math.max(inflation, verdict.priority());
      }
      files.remove(file);
      freed += file.size();
    }
    return freed;
  }

  private static final Verdict KEPT = new Verdict(Rank.NEVER, 0, Reason.IN_USE);

  private Verdict judge(Release file, Stored stored) {
    Instant now = listed.now();
    Instant touched = stored.usedAt == null ? stored.at : stored.usedAt;
    if (touched.plus(IN_USE).isAfter(now)) {
      return KEPT;
    }
    Standing standing = listed.standing(file);
    Facts facts =
        new Facts(
            file.size(),
            stored.at,
            stored.usedAt,
            stored.uses,
            stored.inflation,
            standing == Standing.LIVE ? listed.demand(file.software()) : 0,
            true,
            false,
            standing,
            true,
            null,
            standing == Standing.UNLISTED ? newer(file) : 0,
            KEEP_VERSIONS,
            Duration.ZERO);
    return Rules.judge(facts, now);
  }

  /** Later versions that are stored and not listed either. */
  private int newer(Release file) {
    int count = 0;
    Release later = file.after();
    while (count < KEEP_VERSIONS && listed.standing(later) == Standing.UNLISTED) {
      if (files.containsKey(later)) {
        count++;
      }
      later = later.after();
    }
    return count;
  }
}
