package org.instantmirror.upstream;

import java.time.Instant;
import java.util.Set;
import java.util.function.BiConsumer;
import org.instantmirror.repodata.Checksum;
import org.instantmirror.repodata.ChecksumType;
import org.jspecify.annotations.Nullable;

/**
 * Whether the {@code repomd.xml} of one mirror is one that its metalink lists. What is seen is
 * remembered of the mirror. Thread-safe.
 */
public final class RepomdCheck {

  private final Set<Checksum> accepted;
  private final @Nullable Instant listed;
  private final BiConsumer<Checksum, Boolean> seen;

  /**
   * @param accepted not empty, all of one type
   * @param listed when the newest of them was made; null if unknown
   * @param seen takes what the mirror has, and whether that may be newer than the list
   */
  RepomdCheck(
      Set<Checksum> accepted, @Nullable Instant listed, BiConsumer<Checksum, Boolean> seen) {
    this.accepted = accepted;
    this.listed = listed;
    this.seen = seen;
  }

  /** By which it is judged. */
  public ChecksumType type() {
    return accepted.iterator().next().type();
  }

  /** Whether the list names it. */
  public boolean accepts(Checksum checksum) {
    return accepted.contains(checksum);
  }

  /**
   * Judges what the mirror sent.
   *
   * @param lastModified as it said; null if it didn't
   * @return as {@link #accepts}
   */
  public boolean judge(Checksum checksum, @Nullable Instant lastModified) {
    boolean fits = accepts(checksum);
    boolean mayBeNewer = listed == null || lastModified == null || lastModified.isAfter(listed);
    seen.accept(checksum, !fits && mayBeNewer);
    return fits;
  }
}
