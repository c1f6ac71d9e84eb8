package org.instantmirror.freshness;

import java.time.Duration;
import java.time.Instant;
import org.instantmirror.repo.FileClass;
import org.instantmirror.repo.Lifetimes;
import org.jspecify.annotations.Nullable;

/** What becomes of a stored file that every upstream answers 404 or 410 for. */
public enum Vanishing {
  /** It is deleted, and clients get 404. */
  DROP,
  /** It is served on: a tree is being moved, a mirror is in mid-sync. */
  KEEP;

  /**
   * Files under {@code repodata/} are kept until they have been gone for {@code vanish_after},
   * packages for {@code keep_vanished}; all others go at once.
   *
   * @param path decoded
   * @param fileClass what it is
   * @param goneSince when upstream first said so; null if that is now
   */
  public static Vanishing of(
      String path,
      FileClass fileClass,
      @Nullable Instant goneSince,
      Lifetimes lifetimes,
      Instant now) {
    Duration kept = kept(path, fileClass, lifetimes);
    return now.isBefore(since(goneSince, now).plus(kept)) ? KEEP : DROP;
  }

  private static Duration kept(String path, FileClass fileClass, Lifetimes lifetimes) {
    if (path.startsWith("repodata/") || path.contains("/repodata/")) {
      return lifetimes.vanishAfter();
    }
    return fileClass == FileClass.PACKAGE ? lifetimes.keepVanished() : Duration.ZERO;
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
