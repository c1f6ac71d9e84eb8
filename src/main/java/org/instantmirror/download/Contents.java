package org.instantmirror.download;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.instantmirror.repodata.ListedFile;
import org.jspecify.annotations.Nullable;

/**
 * Which transfer fetches which content, whatever the name: of those that want the same at once, one
 * leads. Thread-safe.
 */
final class Contents {

  private final Map<ListedFile, Transfer> leaders = new ConcurrentHashMap<>();
  private final LongAdder files = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder copiedBytes = new LongAdder();

  /** Has it lead, unless another does; returns that one. */
  @Nullable Transfer lead(ListedFile content, Transfer transfer) {
    Transfer other = leaders.putIfAbsent(content, transfer);
    return other == transfer ? null : other;
  }

  /** The download has ended, and what came of it is in the tree, if anything. */
  void end(Download download) {
    leaders.values().removeIf(leader -> leader.download() == download);
  }

  /** A file wasn't fetched, since its bytes were here. */
  void count(long size, boolean copied) {
    files.increment();
    bytes.add(size);
    if (copied) {
      copiedBytes.add(size);
    }
  }

  /** What has come of it since the start. */
  SharedContent totals() {
    return new SharedContent(files.sum(), bytes.sum(), copiedBytes.sum());
  }
}
