package org.instantmirror.store;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.instantmirror.http.ByteRanges;
import org.instantmirror.http.Head;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repodata.Checksum;
import org.jspecify.annotations.Nullable;

/**
 * A file on its way: bytes in {@code partial/}, and beside them what is needed to resume. It grows
 * at its head, from the first byte on, and may have further ranges ahead of that, which the head
 * takes in when it reaches them. No byte is written twice: what is here stays as it is.
 *
 * <p>One thread owns it ({@link #append}, then exactly one of {@link #commit}, {@link #suspend},
 * {@link #discard}); others may {@link #write} beside it, until it has ended; any number of threads
 * read through {@link #openReader} meanwhile and after, whatever becomes of the entry.
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

  /**
   * How many bytes are here without a gap, from the first one on; after {@link Store#resume} those
   * that are safely on disk.
   */
  long size();

  /** All that is here: the head, and what lies ahead of it. */
  ByteRanges written();

  /**
   * Writes the buffer's remaining bytes at the end of the head. They are readable when this
   * returns. Where they reach bytes that are here already, the head takes these in, and the rest of
   * the buffer is left unread.
   *
   * @throws StorageException if the disk doesn't take them
   */
  void append(ByteBuffer bytes) throws StorageException;

  /**
   * Writes the buffer's remaining bytes at {@code position}, in whatever thread; the buffer is read
   * to its end. Of bytes that are here already, or that another thread is just writing, nothing is
   * written.
   *
   * @return false if the entry has ended, or its length isn't known: nothing was written
   * @throws IllegalArgumentException if they lie beyond its length
   * @throws StorageException if the disk doesn't take them
   */
  boolean write(ByteBuffer bytes, long position) throws StorageException;

  /** Positional reads of what is here. */
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
     * @return how many; -1 where nothing is written
     */
    int read(ByteBuffer target, long position) throws IOException;

    @Override
    void close();
  }
}
