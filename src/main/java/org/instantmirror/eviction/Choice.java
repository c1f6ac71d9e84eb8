package org.instantmirror.eviction;

import java.time.Instant;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.store.FileRecord;
import org.jspecify.annotations.Nullable;

/**
 * A file that goes to make room, or that was looked at and stays.
 *
 * @param goes whether it does
 * @param size in bytes; 0 for a further name of bytes that go
 * @param score its priority: who has least goes first
 * @param expected requests within a week
 * @param demand clients that are expected to want it, as far as that is known
 * @param usedAt when it was last asked for; null if never since it came
 */
public record Choice(
    EntryKey key,
    boolean goes,
    Reason reason,
    long size,
    double score,
    double expected,
    double demand,
    Instant storedAt,
    @Nullable Instant usedAt) {

  static Choice of(Judge.Judgement judged, boolean goes, Reason reason, Instant now) {
    return of(judged.file(), judged.file().size(), goes, reason, now);
  }

  /** Another name of bytes that go; so it frees nothing more. */
  static Choice along(FileRecord name, Judge.Judgement judged, Instant now) {
    return of(name, 0, true, judged.verdict().reason(), now);
  }

  private static Choice of(FileRecord file, long size, boolean goes, Reason reason, Instant now) {
    Instant used = file.usedAt();
    double count = GreedyDual.count(file.uses(), used == null ? file.storedAt() : used, now);
    return new Choice(
        file.key(),
        goes,
        reason,
        size,
        file.priority(),
        GreedyDual.expected(count, file.demand(), file.storedAt(), now),
        file.demand(),
        file.storedAt(),
        used);
  }
}
