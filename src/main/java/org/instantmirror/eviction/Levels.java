package org.instantmirror.eviction;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.instantmirror.repo.RepoId;
import org.instantmirror.store.Space;
import org.jspecify.annotations.Nullable;

/**
 * How full the cache is, and what follows. Room is made ahead of need: from a high mark on, which
 * leaves some {@link #headroom} below the limit, down to a low one at twice that. So a fill at full
 * speed goes on while files go, and they don't go one by one. A value; all sizes in bytes.
 *
 * @param limit of the whole cache; {@link Long#MAX_VALUE} for none
 * @param files what the files of the tree take
 * @param shares of repositories that have one
 */
public record Levels(long limit, long files, Space space, Map<RepoId, Share> shares) {

  /** Some 16 s of a fill at 1 Gbit/s. */
  private static final long MOST_HEADROOM = 2L << 30;

  private static final int LIMIT_PARTS = 20;
  private static final int DISK_PARTS = 50;

  /** Copies the map. */
  public Levels {
    shares = Map.copyOf(shares);
  }

  /**
   * A repository's.
   *
   * @param limit how much it may hold
   */
  public record Share(long files, long limit) {}

  /**
   * What must go.
   *
   * @param repo whose files; null for anybody's
   * @param bytes at least this many
   * @param why in a sentence
   */
  public record Need(@Nullable RepoId repo, long bytes, String why) {}

  /** What is kept free below a limit. */
  static long headroom(long limit) {
    return Math.min(limit / LIMIT_PARTS, MOST_HEADROOM);
  }

  private long diskHeadroom() {
    return Math.min(space.total() / DISK_PARTS, MOST_HEADROOM);
  }

  /** What is stored, and what will have been when all downloads have ended. */
  public long held() {
    return sum(sum(files, space.partial()), space.promised());
  }

  /** What may still be written to the disk; negative below {@code min_free}. */
  public long free() {
    return space.usable() - space.reserve() - space.promised();
  }

  /** Saturating: lengths of downloads are upstream's claims. */
  private static long sum(long a, long b) {
    return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
  }

  /**
   * What must go now, shares first, since what goes for them also counts for the whole.
   *
   * @param wanted bytes that are waited for, by repository
   */
  public List<Need> needs(Map<RepoId, Long> wanted) {
    List<Need> needs = new ArrayList<>();
    shares.forEach(
        (repo, share) -> {
          long over = over(share.files, share.limit, wanted.getOrDefault(repo, 0L));
          if (over > 0) {
            needs.add(new Need(repo, over, "cache_share of '" + repo + "'"));
          }
        });
    long more = wanted.values().stream().reduce(0L, Levels::sum);
    long overLimit = over(held(), limit, more);
    long room = free() - Math.min(more, Long.MAX_VALUE / 2);
    long overDisk = room < diskHeadroom() ? 2 * diskHeadroom() - room : 0;
    if (Math.max(overLimit, overDisk) > 0) {
      needs.add(
          overLimit >= overDisk
              ? new Need(null, overLimit, "cache_size")
              : new Need(null, overDisk, "min_free"));
    }
    return needs;
  }

  /** How far it is above the low mark, if it is above the high one; else 0. */
  private static long over(long held, long limit, long more) {
    if (limit == Long.MAX_VALUE) {
      return 0;
    }
    long then = sum(held, more);
    return then > limit - headroom(limit) ? then - limit + 2 * headroom(limit) : 0;
  }

  /** Whether so many bytes more may come. */
  public boolean fits(RepoId repo, long length) {
    Share share = shares.get(repo);
    return sum(held(), length) <= limit
        && (share == null || sum(share.files, length) <= share.limit)
        && free() > length;
  }

  /** Why they may not, whatever goes or is free; empty if not for that. */
  public Optional<String> refusal(RepoId repo, long length) {
    Share share = shares.get(repo);
    if (share != null && sum(share.files, length) > share.limit) {
      return Optional.of(sentence("cache_share of '" + repo + "'", share.limit));
    }
    return sum(held(), length) > limit
        ? Optional.of(sentence("cache_size", limit))
        : Optional.empty();
  }

  /** Whether no eviction could ever make room for them. */
  public boolean isTooLarge(RepoId repo, long length) {
    Share share = shares.get(repo);
    return length > limit || (share != null && length > share.limit);
  }

  private static String sentence(String what, long limit) {
    return what + ", " + (limit >> 20) + " MiB, is used up, and nothing more may go";
  }

  /** The same in the order of the ids. */
  public Map<RepoId, Share> sortedShares() {
    Map<RepoId, Share> sorted = new LinkedHashMap<>();
    shares.keySet().stream()
        .sorted(java.util.Comparator.comparing(RepoId::value))
        .forEach(repo -> sorted.put(repo, java.util.Objects.requireNonNull(shares.get(repo))));
    return sorted;
  }
}
