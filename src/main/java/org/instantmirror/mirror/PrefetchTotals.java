package org.instantmirror.mirror;

import java.time.Instant;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.FileClass;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.usage.PrefetchVerdict;
import org.instantmirror.usage.Requests;

/**
 * What has come of fetching before clients ask since the server's start: how much was fetched so,
 * and how much of that some client has asked for since. Thread-safe.
 */
public final class PrefetchTotals implements Requests {

  /** Files that nobody has asked for yet; if there are more, some count as never asked for. */
  static final int MOST_AWAITED = 100_000;

  private final Map<EntryKey, ListedFile> awaited = new ConcurrentHashMap<>();
  private final LongAdder files = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder usedFiles = new LongAdder();
  private final LongAdder usedBytes = new LongAdder();
  private final LongAdder failed = new LongAdder();

  private final Supplier<Collection<PrefetchRun>> runs;

  /**
   * @param runs the last one of each folder
   */
  PrefetchTotals(Supplier<Collection<PrefetchRun>> runs) {
    this.runs = runs;
  }

  /** Packages of the last run of each folder of which that was decided. */
  public long decided(PrefetchVerdict verdict) {
    return runs.get().stream().mapToLong(run -> run.count(verdict)).sum();
  }

  /** Their bytes, as far as sizes are known. */
  public long decidedBytes(PrefetchVerdict verdict) {
    return runs.get().stream().mapToLong(run -> run.bytes(verdict)).sum();
  }

  /** A file wasn't stored when its turn was over. */
  void couldNotBeHad() {
    failed.increment();
  }

  /** A file is here, as it is listed. */
  void fetched(EntryKey key, ListedFile listed) {
    files.increment();
    bytes.add(Math.max(0, listed.size()));
    if (awaited.size() >= MOST_AWAITED) {
      Iterator<EntryKey> any = awaited.keySet().iterator();
      if (any.hasNext()) {
        awaited.remove(any.next());
      }
    }
    awaited.put(key, listed);
  }

  @Override
  public void served(EntryKey key, FileClass fileClass, String client, Instant now) {
    ListedFile listed = fileClass == FileClass.PACKAGE ? awaited.remove(key) : null;
    if (listed != null) {
      usedFiles.increment();
      usedBytes.add(Math.max(0, listed.size()));
    }
  }

  /** Whether this very file was fetched since the start, and nobody has asked for it yet. */
  boolean wasInVain(EntryKey key, ListedFile listed) {
    return listed.equals(awaited.get(key));
  }

  /** Files that were fetched. */
  public long files() {
    return files.sum();
  }

  /** Their bytes. */
  public long bytes() {
    return bytes.sum();
  }

  /** Those of them that a client has asked for since. */
  public long usedFiles() {
    return usedFiles.sum();
  }

  /** Their bytes. */
  public long usedBytes() {
    return usedBytes.sum();
  }

  /** Files that couldn't be had. */
  public long failed() {
    return failed.sum();
  }
}
