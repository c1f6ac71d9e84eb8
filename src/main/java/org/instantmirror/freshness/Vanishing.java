package org.instantmirror.freshness;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What becomes of a stored file that every upstream answers 404 or 410 for. */
public enum Vanishing {
  /** It is deleted, and clients get 404. */
  DROP,
  /** It is served on: a tree is being moved, a mirror is in mid-sync. */
  KEEP;

  /**
   * Files under {@code repodata/} are kept until they have been gone for {@code vanishAfter}; all
   * others go at once.
   *
   * @param path decoded
   * @param goneSince when upstream first said so; null if that is now
   */
  public static Vanishing of(
      String path, @Nullable Instant goneSince, Duration vanishAfter, Instant now) {
    boolean repodata = path.startsWith("repodata/") || path.contains("/repodata/");
    if (!repodata) {
      return DROP;
    }
    return now.isBefore(since(goneSince, now).plus(vanishAfter)) ? KEEP : DROP;
  }

  /**
   * Since when a file has been gone that upstream says is gone now. An instant in the future was
   * recorded by a clock that was wrong, and would keep the file until that comes.
   *
   * @param goneSince when upstream first said so; null if that is now
   */
  public static Instant since(@Nullable Instant goneSince, Instant now) {
    return goneSince == null || goneSince.isAfter(now) ? now : goneSince;
  }
}
