package org.instantmirror.store;

import java.io.Closeable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import org.instantmirror.repodata.PackageEntry;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.repodata.Sink;
import org.instantmirror.store.PackageRows.Listed;
import org.instantmirror.store.PackageTables.Begun;
import org.jspecify.annotations.Nullable;

/**
 * A generation while it is being indexed. It takes packages as the reader finds them and holds two
 * batches at most: one that the index's thread writes, and the next one. Closed without being
 * {@link #complete}, it leaves nothing behind. For one thread at a time.
 */
public final class PackageIndexing implements Sink<PackageEntry>, Closeable {
  /**
   * Packages that are written together: the more, the fewer pages of the index are written again
   * and again; at most some ten megabytes.
   */
  static final int BATCH = 2_000;

  /** In place of a count: the ids aren't ours any more. */
  private static final int OTHER_DATABASE = -1;

  private final PackageIndex index;
  private final RepositoryFolder folder;
  private final String what;
  private final Begun begun;
  private List<Listed> batch = new ArrayList<>(BATCH);

  /** The batch that is being written, and the turn in which it is. */
  private List<Listed> written = List.of();

  private @Nullable Future<Optional<Integer>> turn;
  private boolean ended;

  /**
   * @param what names it in messages
   */
  PackageIndexing(PackageIndex index, RepositoryFolder folder, String what, Begun begun) {
    this.index = index;
    this.folder = folder;
    this.what = what;
    this.begun = begun;
  }

  /**
   * Takes a package of the generation. One that doesn't lie in the repository's folder is left out:
   * nobody asks this mirror for it.
   *
   * @throws StorageException if the index can't be written; it is no use to go on then
   */
  @Override
  public void accept(PackageEntry entry) throws StorageException {
    folder.entry(entry.location()).ifPresent(key -> batch.add(new Listed(key.path(), entry)));
    if (batch.size() >= BATCH) {
      write();
    }
  }

  /** Has the batch written as soon as the one before is. */
  private void write() throws StorageException {
    finishTurns();
    written = batch;
    batch = new ArrayList<>(BATCH);
    turn = submit(written);
  }

  private void finishTurns() throws StorageException {
    while (turn != null) {
      int count = index.result(turn, what);
      if (count == OTHER_DATABASE) {
        throw PackageIndex.failure(what, "the index was begun anew meanwhile");
      }
      written = written.subList(count, written.size());
      turn = written.isEmpty() ? null : submit(written);
    }
  }

  private Future<Optional<Integer>> submit(List<Listed> packages) throws StorageException {
    return index.submit(
        handle ->
            begun.isIn(handle)
                ? PackageRows.add(handle, begun, packages, index.turn())
                : OTHER_DATABASE,
        what);
  }

  /**
   * All packages have been given: the generation is seen from now on.
   *
   * @param repomd what it stands for
   * @param since when it began
   * @param verified whether its signature was found good
   * @throws StorageException if the index can't be written
   */
  public void complete(byte[] repomd, Instant since, boolean verified) throws StorageException {
    write();
    finishTurns();
    boolean ours =
        index.result(
            index.submit(
                handle ->
                    begun.isIn(handle)
                        && PackageTables.complete(
                            handle, begun.generation(), repomd, since, verified),
                what),
            what);
    if (!ours) {
      throw PackageIndex.failure(what, "the index was begun anew meanwhile");
    }
    ended = true;
    // The one of the same number that it took the place of.
    index.removeInBackground();
  }

  /** Gives up a generation that isn't complete; what was written of it is removed. */
  @Override
  public void close() {
    if (ended) {
      return;
    }
    ended = true;
    try {
      var unused =
          index.submit(
              handle -> begun.isIn(handle) && PackageTables.giveUp(handle, begun.generation()),
              what);
      index.removeInBackground();
    } catch (StorageException e) {
      // Closed: the next process removes it.
    }
  }
}
