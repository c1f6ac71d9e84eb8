package org.instantmirror.store;

import java.time.Instant;
import org.instantmirror.repo.EntryKey;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a file of the tree beside its head: what it takes, and how it is used.
 *
 * @param id its number in the index
 * @param size what it takes on disk, in bytes
 * @param storedAt when it came, or was first seen
 * @param usedAt when it was last asked for; null if never since it came
 * @param uses how often, counted as the judge of these records counts, as of {@code usedAt}
 * @param inflation what the judge noted when it was last asked for
 * @param demand what the judge noted when it last judged it
 * @param rank of which group of those that may go it is, 0 for the first, as the judge numbers them
 * @param priority within that group: who has least goes first
 * @param inode what it shares with the other names of the same bytes; null if it has none that are
 *     known
 * @param counted whether totals count the bytes at this one of the names
 */
public record FileRecord(
    long id,
    EntryKey key,
    long size,
    Instant storedAt,
    @Nullable Instant usedAt,
    double uses,
    double inflation,
    double demand,
    int rank,
    double priority,
    @Nullable String inode,
    boolean counted) {

  /** The rank of a file that nobody has judged yet. */
  public static final int UNJUDGED = FileTable.UNJUDGED;

  /** The same, asked for again. */
  public FileRecord used(Instant at, double count, double inflationThen, double newPriority) {
    return new FileRecord(
        id,
        key,
        size,
        storedAt,
        at,
        count,
        inflationThen,
        demand,
        rank,
        newPriority,
        inode,
        counted);
  }

  /** The same, judged again. */
  public FileRecord judged(int newRank, double newPriority, double newDemand) {
    return new FileRecord(
        id,
        key,
        size,
        storedAt,
        usedAt,
        uses,
        inflation,
        newDemand,
        newRank,
        newPriority,
        inode,
        counted);
  }
}
