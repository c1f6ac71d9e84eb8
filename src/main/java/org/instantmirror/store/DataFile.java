package org.instantmirror.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The one open descriptor of a partial entry's bytes, shared by its writer and all its readers:
 * thousands of clients on one file take one descriptor. It is open while anybody uses it; whoever
 * comes later opens the file anew, wherever it lies by then.
 *
 * <p>A thread that is interrupted in a channel's operation closes the channel for everybody (JDK's
 * {@link java.nio.channels.InterruptibleChannel}). So an interrupt that came before is put off, and
 * after one in mid-operation the file is opened again. That fails only where it has been deleted
 * meanwhile; then readers get an exception, never other bytes: a file that isn't the same inode is
 * refused.
 */
final class DataFile {
  private static final int TRIES = 10;

  private final Disk disk;
  private final Object fileKey;

  /** Where the file lies now; written by the owner of the partial entry, after the rename. */
  private volatile Path path;

  /** Whether a channel opened from now on may write; written by the owner of the partial entry. */
  private volatile boolean writable = true;

  /** Replaced when an interrupt has closed it. Written under {@code this}. */
  private volatile FileChannel channel;

  /** Guarded by {@code this}. */
  private int users = 1;

  private DataFile(Disk disk, Path path, FileChannel channel) throws IOException {
    this.disk = disk;
    this.path = path;
    this.channel = channel;
    this.fileKey = fileKey(path);
  }

  /** A new file, with the caller as its user. */
  static DataFile create(Disk disk, Path path) throws IOException {
    return new DataFile(disk, path, disk.create(path));
  }

  /** An existing file cut to {@code size} bytes, with the caller as its user. */
  static DataFile open(Disk disk, Path path, long size) throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (channel.size() < size) {
        throw new IOException("'" + path + "' is shorter than its recorded " + size + " bytes");
      }
      return new DataFile(disk, path, channel.truncate(size));
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** Adds a user. */
  void retain() throws IOException {
    synchronized (this) {
      users++;
    }
    try {
      open();
    } catch (IOException e) {
      release();
      throw e;
    }
  }

  /** Takes a user away; the last one closes the descriptor. */
  void release() {
    @Nullable FileChannel unused;
    synchronized (this) {
      users--;
      unused = users == 0 ? channel : null;
    }
    close(unused);
  }

  /** The file has another name now, and is complete. */
  void moved(Path to) {
    writable = false;
    path = to;
  }

  /** As {@link FileChannel#read(ByteBuffer, long)}. */
  int read(ByteBuffer target, long position) throws IOException {
    return persistently(open -> open.read(target, position));
  }

  /** Writes all that remains in the buffer. */
  void write(ByteBuffer bytes, long position) throws IOException {
    int start = bytes.position();
    while (bytes.hasRemaining()) {
      persistently(open -> disk.write(open, bytes, position + (bytes.position() - start)));
    }
  }

  /** Data and modification time are on disk when it returns. */
  void force() throws IOException {
    persistently(
        open -> {
          disk.force(open);
          return 0;
        });
  }

  /** For tests: what an interrupt of a thread that is just reading does. */
  void interruptChannel() throws IOException {
    channel.close();
  }

  private int persistently(Operation operation) throws IOException {
    boolean interrupted = false;
    try {
      for (int attempt = 1; ; attempt++) {
        interrupted |= Thread.interrupted();
        try {
          return operation.on(open());
        } catch (ClosedChannelException e) {
          if (attempt == TRIES) {
            throw e;
          }
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private FileChannel open() throws IOException {
    FileChannel current = channel;
    if (current.isOpen()) {
      return current;
    }
    FileChannel fresh = openSame();
    @Nullable FileChannel unused = null;
    synchronized (this) {
      if (channel.isOpen() || users == 0) {
        unused = fresh;
      } else {
        channel = fresh;
      }
    }
    close(unused);
    return channel;
  }

  private FileChannel openSame() throws IOException {
    for (int attempt = 1; ; attempt++) {
      Path here = path;
      try {
        FileChannel fresh = FileChannel.open(here, options());
        // Looked at after opening: if the name still is our inode's, so it was when we opened it.
        if (fileKey.equals(fileKey(here))) {
          return fresh;
        }
        fresh.close();
      } catch (NoSuchFileException e) {
        // Between the commit's rename and moved().
        if (attempt == TRIES) {
          throw e;
        }
      }
      if (attempt == TRIES) {
        throw new NoSuchFileException(here.toString(), null, "another file has its name now");
      }
      Thread.onSpinWait();
    }
  }

  private Set<OpenOption> options() {
    return writable
        ? Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE)
        : Set.of(StandardOpenOption.READ);
  }

  private static Object fileKey(Path path) throws IOException {
    Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    return key == null ? path : key;
  }

  private static void close(@Nullable FileChannel channel) {
    if (channel == null) {
      return;
    }
    try {
      channel.close();
    } catch (IOException e) {
      // All that matters was forced before.
    }
  }

  private interface Operation {
    int on(FileChannel open) throws IOException;
  }
}
