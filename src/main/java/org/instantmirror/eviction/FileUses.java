package org.instantmirror.eviction;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.FileClass;
import org.instantmirror.store.FileRecord;
import org.instantmirror.store.StoredFiles;
import org.instantmirror.usage.Requests;
import org.jspecify.annotations.Nullable;

/**
 * Counts how often stored files are asked for, a bounded number of them in memory until they are
 * written together. Losing some costs little. Thread-safe.
 */
final class FileUses implements Requests {

  /** Of so many files counts are held; of others they are lost until these are written. */
  static final int MOST = 20_000;

  /** How long a count waits for its file, which may be on its way. */
  private static final Duration PATIENCE = Duration.ofMinutes(15);

  private final StoredFiles files;
  private final DoubleSupplier inflation;
  private final ConcurrentHashMap<EntryKey, Use> pending = new ConcurrentHashMap<>();

  FileUses(StoredFiles files, DoubleSupplier inflation) {
    this.files = files;
    this.inflation = inflation;
  }

  /**
   * What hasn't been written.
   *
   * @param client who was last; one who asks for a file in pieces counts once
   */
  private record Use(int count, Instant first, Instant last, String client) {
    Use and(String other, Instant now) {
      return new Use(client.equals(other) ? count : count + 1, first, now, other);
    }
  }

  @Override
  public void served(EntryKey key, FileClass fileClass, String client, Instant now) {
    if (pending.size() < MOST || pending.containsKey(key)) {
      pending.merge(key, new Use(1, now, now, client), (before, added) -> before.and(client, now));
    }
  }

  /** Whether it is time to write: there is much. */
  boolean isFull() {
    return pending.size() >= MOST / 2;
  }

  /** Writes what there is. */
  synchronized void write(Instant now) {
    if (pending.isEmpty()) {
      return;
    }
    Map<EntryKey, Use> taken = new HashMap<>();
    for (EntryKey key : pending.keySet()) {
      Use use = pending.remove(key);
      if (use != null) {
        taken.put(key, use);
      }
    }
    double level = inflation.getAsDouble();
    List<EntryKey> unknown =
        files.used(taken.keySet(), file -> used(file, taken.get(file.key()), level));
    for (EntryKey key : unknown) {
      Use use = taken.get(key);
      if (use != null && use.first.plus(PATIENCE).isAfter(now)) {
        pending.merge(
            key,
            use,
            (newer, older) ->
                new Use(newer.count + older.count, older.first, newer.last, newer.client));
      }
    }
  }

  private static FileRecord used(FileRecord file, @Nullable Use use, double level) {
    if (use == null) {
      return file;
    }
    Instant since = file.usedAt() == null ? file.storedAt() : file.usedAt();
    double count = GreedyDual.count(file.uses(), since, use.last) + use.count;
    double expected = GreedyDual.expected(count, file.demand(), file.storedAt(), use.last);
    return file.used(use.last, count, level, GreedyDual.priority(level, expected, file.size()));
  }
}
