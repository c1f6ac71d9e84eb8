package org.instantmirror.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.instantmirror.http.Head;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.Checksum;
import org.jspecify.annotations.Nullable;

/**
 * The cache directory: the plain tree, the index that knows its heads, partial entries. All methods
 * may be called by any thread; those that touch the disk block for the disk only.
 */
public interface Store extends Closeable {

  /**
   * The complete file of that name, with a head that agrees with it. A file without a head is
   * adopted; one that differs from its head is {@link StoredEntry.Origin#ALTERED}; a head without a
   * file is dropped. A folder or a special file counts as absent; symbolic links are followed only
   * if they stay within the repository's folder.
   *
   * @param now the first-seen instant of an adopted file
   */
  Optional<StoredEntry> find(EntryKey key, Instant now);

  /** As {@link #find}, as a mere look: nothing is adopted, dropped or recorded. */
  Optional<StoredEntry> peek(EntryKey key, Instant now);

  /**
   * The files of a repository, folder by folder, the names of each in their order; lazily, and in
   * bounded memory. What comes or goes meanwhile may be seen or not. For one thread.
   *
   * @param prefix what their paths begin with; may be empty
   * @param after only those behind that path, whether it exists or not; null for all
   * @throws IllegalArgumentException if {@code prefix} or {@code after} can't be of a path
   */
  Iterator<EntryKey> walk(RepoId repo, String prefix, @Nullable String after);

  /** The areas of a repository in which something lies. */
  List<RepoId> areas(RepoId repo);

  /**
   * Discards partial entries that wait to be resumed; not those that are being written.
   *
   * @return how many
   */
  int discardWaiting(Predicate<EntryKey> which);

  /**
   * Where the entry lies in the tree.
   *
   * @throws java.nio.file.InvalidPathException if the platform's encoding can't express the name
   *     (non-ASCII under {@code LC_ALL=C}); such a name is never found or stored
   */
  Path pathOf(EntryKey key);

  /**
   * A name that belongs to this version of the entry alone (a hard link outside the tree), for a
   * container that opens the file after we have returned. It lives for at least an hour after the
   * last call that returned it, ten minutes if the entry is evicted. Empty where links can't be
   * made, or the file has changed since.
   */
  Optional<Path> servingLink(StoredEntry entry);

  /**
   * Opens the entry's bytes for reading; the caller closes the channel.
   *
   * @return empty if the file has been replaced, changed or deleted since
   */
  default Optional<FileChannel> openFile(StoredEntry entry) throws IOException {
    Path path = pathOf(entry.key());
    FileChannel channel;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    boolean same = false;
    try {
      // Looked at after opening: if the name still is that file, so it was when we opened it.
      same = entry.file().equals(Tree.identity(path));
    } catch (NoSuchFileException e) {
      // Deleted meanwhile.
    } finally {
      if (!same) {
        channel.close();
      }
    }
    return same ? Optional.of(channel) : Optional.empty();
  }

  /**
   * Records that upstream confirmed the entry: as {@link StoredEntry.Origin#FETCHED}, checked at
   * {@code checkedAt}, no longer gone. Bytes, length and modification time stay as they are.
   *
   * @param head the stored head, with what a 304 may update (RFC 9111 section 3.2), never the
   *     length
   * @return the entry as it is now; the given one if the file has changed meanwhile
   */
  StoredEntry freshen(StoredEntry entry, Head head, Instant checkedAt);

  /**
   * Records that the entry's bytes have that checksum, the one that repodata lists: whoever put the
   * file there, it is upstream's ({@link StoredEntry.Origin#FETCHED}).
   *
   * @return the entry as it is now; the given one if the file has changed meanwhile
   */
  StoredEntry verified(StoredEntry entry, Checksum checksum);

  /** Records since when upstream has been answering 404 for the entry. */
  StoredEntry markGone(StoredEntry entry, Instant goneSince, Instant checkedAt);

  /**
   * Gives a complete file another name, in place of what lies there: one rename.
   *
   * @return the entry under its new name
   * @throws StorageException if it can't be; both files are as they were then
   */
  StoredEntry move(StoredEntry entry, EntryKey target) throws StorageException;

  /**
   * Stores the same bytes under another name, in place of what lies there.
   *
   * @return empty if the file has been replaced, changed or deleted since
   * @throws StorageException if it can't be
   */
  Optional<StoredEntry> copy(StoredEntry entry, EntryKey target) throws StorageException;

  /**
   * Stores the bytes of a file under another name, too, in place of what lies there: they are
   * shared (a hard link) if the file has the time that it is to have there, and can be linked; else
   * copied. From then on the names have nothing to do with each other: each may be replaced or
   * deleted by itself.
   *
   * @param head what is known of the file by its other name; the file is given its Last-Modified,
   *     or {@code now} where there is none
   * @return the entry of that name; empty if the file has been replaced, changed or deleted since
   * @throws StorageException if it can't be, as of {@link #begin}
   */
  Optional<StoredEntry> share(StoredEntry entry, EntryKey target, Head head, Instant now)
      throws StorageException;

  /**
   * Deletes the file and its head, if the file is still that one. Empty folders above go with it.
   */
  void drop(StoredEntry entry);

  /** As {@link #lookAtEviction(List)} of a file with a single name. */
  default Evicted lookAtEviction(EntryKey key) {
    return lookAtEviction(List.of(key));
  }

  /** What would come of {@link #evict(List)}. */
  Evicted lookAtEviction(List<EntryKey> names);

  /** As {@link #evict(List)} of a file with a single name. */
  default Evicted evict(EntryKey key) {
    return evict(List.of(key));
  }

  /**
   * Deletes a file under all its names, and their heads, to make room, if that frees any and the
   * file isn't being served. Its size counts until {@link #settle}.
   *
   * @param names what the file is about comes first; others that aren't names of it are left alone
   */
  Evicted evict(List<EntryKey> names);

  /**
   * Deletes a name of a file, and its head, if the file isn't being served by it; whether others
   * are left or not.
   */
  Evicted evictName(EntryKey key);

  /** Waits until {@link #files} knows what has come and gone so far. */
  void settle();

  /** Sizes and uses of the files; as long as this store is open. */
  StoredFiles files();

  /** How full the disk is now. */
  Space space();

  /** Asks that one for room from now on, before something new is stored. */
  void makeRoomBy(Room room);

  /**
   * Whether a new file may be stored, perhaps after room has been made: no {@link #fault} but that.
   */
  boolean takesFiles();

  /**
   * A new, empty partial entry; one of the same key from an earlier time is discarded.
   *
   * @param head what upstream said
   * @param length in bytes; -1 if upstream gave none
   * @param source the URL it is fetched from
   * @throws StorageException if the disk is full, has less than the limit free (also if {@code
   *     length} more bytes would not fit), the quota is used up, both after a bounded wait for
   *     room, or the disk can't be written, or the name collides with another (a file where a
   *     folder must be); its {@link StorageException#reason} says which
   */
  PartialEntry begin(EntryKey key, Head head, long length, java.net.URI source)
      throws StorageException;

  /**
   * The partial entry that an earlier download, of this process or one before, left behind,
   * truncated to what is safely on disk, and to one byte less than its length if it has all of it
   * (so that there is always something to ask upstream for, with If-Range); the caller owns it now.
   * Empty if there is none, or if it can't be resumed: unknown length, or neither a strong ETag nor
   * a strong Last-Modified; or if the disk has no room for the rest, in which case it is kept.
   */
  Optional<PartialEntry> resume(EntryKey key);

  /**
   * Empties the areas of all repositories ({@link org.instantmirror.repo.RepoId#isArea}). What an
   * earlier process left there is found until then.
   *
   * @throws StorageException if it can't be done
   */
  void discardAreas() throws StorageException;

  /** What the repositories' own indexes list; as long as this store is open. */
  PackageIndex packages();

  /**
   * The fault that keeps new files from being stored, or empty if all is well. Looks at the disk
   * once a second at most, so that a fault goes by itself.
   */
  Optional<String> fault();

  /**
   * Opens a cache directory.
   *
   * @throws StorageException if it can't be written, or another process uses it
   */
  static Store open(StoreSettings settings) throws StorageException {
    return DirectoryStore.open(settings);
  }

  /**
   * Where and how a {@link Store} is opened.
   *
   * @param cacheDir created if missing
   * @param indexDir where the index lies; null for {@code cacheDir/.instantmirror}
   * @param minFree below this nothing new is stored
   * @param headsInMemory at least 1
   * @param clock unused so far: each method takes its {@code now}
   */
  record StoreSettings(
      Path cacheDir,
      @Nullable Path indexDir,
      org.instantmirror.repo.FreeSpaceLimit minFree,
      int headsInMemory,
      java.time.Clock clock) {}
}
