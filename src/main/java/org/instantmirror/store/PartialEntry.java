package org.instantmirror.store;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.instantmirror.http.Head;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repodata.Checksum;
import org.jspecify.annotations.Nullable;

/**
 * A file on its way: bytes in {@code partial/}, and beside them what is needed to resume. One
 * thread writes (append, then exactly one of {@link #commit}, {@link #suspend}, {@link #discard});
 * any number of threads read through {@link #openReader} meanwhile and after, whatever becomes of
 * the entry.
 */
public interface PartialEntry {

  /** Which file. */
  EntryKey key();

  /** What upstream said of it when its first byte was fetched. */
  Head head();

  /** Total length, or -1. */
  long length();

  /** The URL its bytes were fetched from. */
  URI source();

  /** Bytes written so far; after {@link Store#resume} those that are safely on disk. */
  long size();

  /**
   * Writes all remaining bytes of the buffer at the end. They are readable when this returns.
   *
   * @throws StorageException if the disk doesn't take them
   */
  void append(ByteBuffer bytes) throws StorageException;

  /** Positional reads of what was appended. */
  Reader openReader() throws IOException;

  /**
   * Forces the bytes to disk, gives the file its Last-Modified (the fetch time where upstream gave
   * none), renames it into the tree, forces the folder, and records its head; in this order, so
   * that a complete name never stands for anything but a complete file.
   *
   * @param checksum what the bytes have been found to hash to, as repodata lists it; null if nobody
   *     looked
   * @throws StorageException if any of that fails; a file that stood there before is still there
   */
  StoredEntry commit(Instant now, @Nullable Checksum checksum) throws StorageException;

  /** Forces what is there and keeps it for {@link Store#resume}. */
  void suspend();

  /** Removes it. Readers keep their bytes. */
  void discard();

  /** Positional reads; any number of threads at once. */
  interface Reader extends AutoCloseable {
    /**
     * Reads at most {@code target.remaining()} bytes.
     *
     * @return how many; -1 at or past the end of what is written
     */
    int read(ByteBuffer target, long position) throws IOException;

    @Override
    void close();
  }
}
