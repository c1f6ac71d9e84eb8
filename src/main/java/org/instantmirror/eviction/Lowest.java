package org.instantmirror.eviction;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import org.instantmirror.repo.RepoId;
import org.instantmirror.store.FileRecord;
import org.instantmirror.store.StoredFiles;
import org.jspecify.annotations.Nullable;

/**
 * Files of a rank by their stored priority, least first, over several repositories; a few at a
 * time. What changes behind it isn't seen. For one thread.
 */
final class Lowest {

  /** So many of each repository are read at once. */
  private static final int BATCH = 64;

  private final StoredFiles files;
  private final int rank;
  private final PriorityQueue<Cursor> cursors =
      new PriorityQueue<>(Comparator.comparingDouble(Cursor::priority));

  Lowest(StoredFiles files, List<RepoId> repos, Rank rank) {
    this.files = files;
    this.rank = rank.code();
    for (RepoId repo : repos) {
      add(new Cursor(repo));
    }
  }

  private void add(Cursor cursor) {
    if (cursor.fill()) {
      cursors.add(cursor);
    }
  }

  /** Null at the end. */
  @Nullable FileRecord next() {
    Cursor lowest = cursors.poll();
    if (lowest == null) {
      return null;
    }
    FileRecord file = lowest.take();
    add(lowest);
    return file;
  }

  private final class Cursor {
    private final RepoId repo;
    private final Deque<FileRecord> batch = new ArrayDeque<>();
    private @Nullable FileRecord last;
    private boolean complete;

    Cursor(RepoId repo) {
      this.repo = repo;
    }

    /** Whether there is one. */
    boolean fill() {
      if (batch.isEmpty() && !complete) {
        List<FileRecord> next = files.lowest(repo, rank, last, BATCH);
        complete = next.size() < BATCH;
        batch.addAll(next);
      }
      return !batch.isEmpty();
    }

    double priority() {
      return batch.element().priority();
    }

    FileRecord take() {
      FileRecord file = batch.remove();
      last = file;
      return file;
    }
  }
}
