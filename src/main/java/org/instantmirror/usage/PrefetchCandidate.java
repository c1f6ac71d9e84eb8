package org.instantmirror.usage;

import org.instantmirror.repodata.Advisory;
import org.instantmirror.repodata.Evr;

/**
 * A package that might be fetched before a client asks. A value.
 *
 * @param path of its file, as a name that tells it from others
 * @param size in bytes, or -1 if that isn't known
 * @param demand how many clients are expected to ask for it within a week; 0 or more
 * @param urgency of the security advisory that it belongs to, {@link #urgencyOf}; 0 if there is
 *     none
 * @param standing what is known of its file
 */
public record PrefetchCandidate(
    String path,
    String name,
    String arch,
    Evr evr,
    long size,
    double demand,
    int urgency,
    Standing standing) {

  /** What is known of a candidate's file. */
  public enum Standing {
    /** It isn't stored, and could be. */
    ABSENT,
    /**
     * It isn't stored, but its bytes are, under another name: to have it costs upstream nothing.
     */
    ELSEWHERE,
    /** It isn't stored any more: it was fetched ahead, and has gone before anybody asked. */
    GONE,
    /** The very file is stored. */
    CACHED,
    /** Repodata gives no checksum that we know, so nobody could tell that it is the right file. */
    UNVERIFIABLE,
    /** {@code pass_patterns} says that it isn't stored. */
    NOT_STORED
  }

  /** Bytes that upstream would be asked for, as far as that is known. */
  public long cost() {
    return standing == Standing.ELSEWHERE ? 0 : Math.max(0, size);
  }

  /**
   * How urgent an advisory is: 4 for a critical security fix, then 3, 2, 1; 2 where no severity is
   * given. Other updates have 0.
   */
  public static int urgencyOf(Advisory advisory) {
    if (!advisory.type().equalsIgnoreCase("security")) {
      return 0;
    }
    String severity = advisory.severity() == null ? "" : advisory.severity();
    return switch (severity.toLowerCase(java.util.Locale.ROOT)) {
      case "critical" -> 4;
      case "important" -> 3;
      case "low" -> 1;
      default -> 2;
    };
  }
}
