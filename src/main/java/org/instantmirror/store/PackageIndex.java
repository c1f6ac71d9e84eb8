package org.instantmirror.store;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.store.StorageException.Reason;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * What packages the generations of each repository list: for a path the checksum and size that its
 * file must have, now and in the generations that are kept.
 *
 * <p>A repository is a folder of the tree; a generation of it is a number that the caller gives. A
 * generation is written while its {@code primary.xml} is read, unseen, in many transactions; it is
 * seen as a whole from one moment on, when it is complete. If its process dies before that, the
 * next one removes what was written. Generations that list the same file, by path, checksum and
 * size, share its row ({@link PackageTables}).
 *
 * <p>All is written by the index's one thread, in turns of {@value #TURN_MILLIS} ms (a commit's
 * time comes on top); between two of them whoever else waits gets his. Rows are removed in the same
 * way, and not faster than the other half of the time.
 *
 * <p>As all of the index this can be lost: a new index knows no generation, and who finds his
 * missing among {@link #generations} indexes it again. Thread-safe.
 */
public final class PackageIndex {
  /** Nobody shall wait long for his turn; but each costs a commit. */
  static final int TURN_MILLIS = 20;

  private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(TURN_MILLIS);

  /** How many members one turn of removing looks up beforehand. */
  private static final int REMOVED_AT_ONCE = 2_000;

  private final IndexDatabase index;
  private final LongSupplier nanoTime;

  /** Whether a next turn of removing is scheduled. For the writing thread. */
  private boolean removing;

  /**
   * Begins to remove what an earlier process has left unfinished.
   *
   * @param nanoTime as {@link System#nanoTime}
   */
  PackageIndex(IndexDatabase index, LongSupplier nanoTime) {
    this.index = index;
    this.nanoTime = nanoTime;
    schedule(() -> index.write(PackageTables::giveUpAll), 0);
    removeInBackground();
  }

  /**
   * What the complete generations say of a file, the newest first. More than one may belong to a
   * generation, if it lists a path twice. Nothing while the index can't be read.
   */
  public List<ListedPackage> find(EntryKey key) {
    return index.find(handle -> Optional.of(PackageTables.find(handle, key))).orElse(List.of());
  }

  /**
   * Files, of any repository, that generations list with that content: the same bytes under many
   * names. One whose generation is only being written or removed may be among them. Nothing while
   * the index can't be read.
   *
   * @param most no more than so many
   */
  public List<EntryKey> names(ListedFile content, int most) {
    return index
        .find(handle -> Optional.of(PackageTables.names(handle, content, most)))
        .orElse(List.of());
  }

  /** The folder's complete generations, the newest first. */
  public List<Long> generations(RepositoryFolder folder) {
    return index
        .find(handle -> Optional.of(PackageTables.generations(handle, folder)))
        .orElse(List.of());
  }

  /** All complete generations, those of a folder together and the newest of them first. */
  public List<IndexedGeneration> generations() {
    return index.find(handle -> Optional.of(PackageTables.all(handle))).orElse(List.of());
  }

  /** How many packages a complete generation lists; 0 if it is unknown. */
  public long count(RepositoryFolder folder, long generation) {
    return index
        .find(handle -> Optional.of(PackageTables.count(handle, folder, generation)))
        .orElse(0L);
  }

  /**
   * Goes through what a complete generation lists and another doesn't, in no certain order. Files
   * that both list by path, checksum and size are left out. Nothing while the index can't be read.
   *
   * @param base that other; null for none, so that all is given
   * @param each must neither block nor ask the index
   */
  public void forEachNew(
      RepositoryFolder folder,
      long generation,
      @Nullable Long base,
      Consumer<IndexedPackage> each) {
    var unused =
        index.find(
            handle -> {
              PackageTables.forEachNew(handle, folder, generation, base, each);
              return Optional.of(true);
            });
  }

  /**
   * Begins to index a generation. One of the same number that is complete stays until the new one
   * is.
   *
   * @throws StorageException if the index can't be written
   */
  public PackageIndexing begin(RepositoryFolder folder, long generation) throws StorageException {
    String what = "generation " + generation + " of " + folder;
    return new PackageIndexing(
        this,
        folder,
        what,
        result(submit(handle -> PackageTables.begin(handle, folder, generation), what), what));
  }

  /**
   * The generation is unknown from the return on; its rows are removed in the background.
   *
   * @throws StorageException if the index can't be written
   */
  public void drop(RepositoryFolder folder, long generation) throws StorageException {
    String what = "generation " + generation + " of " + folder;
    result(submit(handle -> PackageTables.drop(handle, folder, generation), what), what);
    removeInBackground();
  }

  /** A change in the writing thread, when its turn comes. */
  <T> Future<Optional<T>> submit(IndexChange<T> change, String what) throws StorageException {
    try {
      return index.writer().submit(() -> index.write(change));
    } catch (RejectedExecutionException e) {
      throw failure(what, "it is closed");
    }
  }

  /** Waits for a change. */
  <T> T result(Future<Optional<T>> change, String what) throws StorageException {
    try {
      return StoreThread.await(change).orElseThrow(() -> failure(what, "the reason is in the log"));
    } catch (CancellationException e) {
      throw failure(what, "it is closed");
    }
  }

  static StorageException failure(String what, String why) {
    return new StorageException(
        Reason.INDEX, "cannot write " + what + " to the package index: " + why);
  }

  /** Says when a turn that begins now is over. */
  BooleanSupplier turn() {
    long begin = nanoTime.getAsLong();
    return () -> nanoTime.getAsLong() - begin >= TURN_NANOS;
  }

  /** Begins to remove what is dropped, unless that is going on. */
  void removeInBackground() {
    schedule(
        () -> {
          if (!removing) {
            removing = true;
            removeSome();
          }
        },
        0);
  }

  private void removeSome() {
    // After a failure it is for the next process, or the next who drops something.
    removing = index.write(this::removeTurn).orElse(false);
    if (removing) {
      schedule(this::removeSome, TURN_MILLIS);
    }
  }

  private void schedule(Runnable task, long delayMillis) {
    try {
      var unused = index.writer().schedule(task, delayMillis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // Closed: the next process goes on.
    }
  }

  /** Returns whether there may be more. */
  private boolean removeTurn(Handle handle) throws SQLException {
    Optional<Long> generation = PackageTables.dropped(handle);
    if (generation.isPresent()
        && PackageRows.removeSome(handle, generation.get(), REMOVED_AT_ONCE, turn())) {
      PackageTables.forget(handle, generation.get());
    }
    return generation.isPresent();
  }
}
