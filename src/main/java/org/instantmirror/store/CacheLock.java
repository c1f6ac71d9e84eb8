package org.instantmirror.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps a cache directory to one process, and within it to one store. Thread-safe. */
final class CacheLock implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(CacheLock.class);

  private final String guard;
  private final FileChannel channel;

  private CacheLock(String guard, FileChannel channel) {
    this.guard = guard;
    this.channel = channel;
  }

  /**
   * Takes the lock, or says who has it.
   *
   * @param cacheDir named in the message
   * @param file holds the process id of who has the lock
   */
  static CacheLock take(Path cacheDir, Path file) throws StorageException {
    String guard = guard(file);
    // The guard comes before the file is opened, as POSIX drops a process's lock when it closes any
    // descriptor of the file. It is a system property since two web applications of one container
    // have a copy each of our static fields.
    if (System.getProperties().putIfAbsent(guard, pid()) != null) {
      throw inUse(cacheDir, "this process (" + pid() + ") itself", file);
    }
    boolean taken = false;
    try {
      FileChannel channel = lock(cacheDir, file);
      taken = true;
      return new CacheLock(guard, channel);
    } catch (IOException e) {
      throw StorageException.of("cannot lock", file, e);
    } finally {
      if (!taken) {
        System.getProperties().remove(guard);
      }
    }
  }

  private static FileChannel lock(Path cacheDir, Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    @Nullable FileLock lock = null;
    try {
      lock = channel.tryLock();
      if (lock == null) {
        throw inUse(cacheDir, "process " + Files.readString(file).strip(), file);
      }
      channel.truncate(0);
      channel.write(ByteBuffer.wrap((pid() + "\n").getBytes(StandardCharsets.US_ASCII)), 0);
      return channel;
    } catch (OverlappingFileLockException e) {
      throw inUse(cacheDir, "this process (" + pid() + ") itself", file);
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
  }

  private static StorageException inUse(Path cacheDir, String who, Path file) {
    return new StorageException(
        StorageException.Reason.IN_USE,
        "cache directory '"
            + cacheDir
            + "' is in use by "
            + who
            + " (lock file '"
            + file
            + "'); stop that one or set another cachedir");
  }

  private static String guard(Path file) throws StorageException {
    Path folder = file.toAbsolutePath().normalize().getParent();
    try {
      return "org.instantmirror.lock." + (folder == null ? file : folder.toRealPath());
    } catch (IOException e) {
      throw StorageException.of("cannot open", file, e);
    }
  }

  private static String pid() {
    return Long.toString(ProcessHandle.current().pid());
  }

  @Override
  public void close() {
    if (!channel.isOpen()) {
      return;
    }
    try {
      channel.close();
    } catch (IOException e) {
      LOG.warn("cannot release the lock of the cache directory: {}", e.toString());
    } finally {
      System.getProperties().remove(guard);
    }
  }
}
