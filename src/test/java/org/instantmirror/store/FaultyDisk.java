package org.instantmirror.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.instantmirror.store.Store.StoreSettings;
import org.jspecify.annotations.Nullable;

/**
 * A disk that fails on command, and a store on it. The store looks for faults at each call rather
 * than once a second, so that a recovery shows at once. Thread-safe.
 */
public final class FaultyDisk extends Disk {
  private static final long WELL = Long.MAX_VALUE;

  private final AtomicLong nanos = new AtomicLong();

  /** Bytes that the disk still takes. Guarded by {@code this}. */
  private long room = WELL;

  /** What it says then. Guarded by {@code this}. */
  private String message = "";

  /** What it says when it is asked to force. */
  private volatile @Nullable String forceMessage;

  /** What it claims to have free; the real disk's if negative. */
  private volatile long usable = -1;

  /** A store on this disk. */
  public Store open(StoreSettings settings) throws StorageException {
    return openDirectory(settings);
  }

  DirectoryStore openDirectory(StoreSettings settings) throws StorageException {
    return DirectoryStore.open(settings, this, this::nextSecond);
  }

  private long nextSecond() {
    return nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
  }

  /** Writing fails with "No space left on device" once so many more bytes are written. */
  public void fullAfter(long bytes) {
    failAfter(bytes, "No space left on device");
  }

  /** Writing fails once so many more bytes are written. */
  public synchronized void failAfter(long bytes, String error) {
    room = bytes;
    message = error;
  }

  /** Forcing fails. */
  public void failForce(String error) {
    forceMessage = error;
  }

  /** Claims that so many bytes are free. */
  public void usable(long bytes) {
    usable = bytes;
  }

  /** From now on all is well. */
  public synchronized void recover() {
    room = WELL;
    forceMessage = null;
    usable = -1;
  }

  @Override
  int write(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
    int allowed = take(bytes.remaining());
    int limit = bytes.limit();
    bytes.limit(bytes.position() + allowed);
    try {
      return super.write(channel, bytes, position);
    } finally {
      bytes.limit(limit);
    }
  }

  private synchronized int take(int wanted) throws IOException {
    int allowed = (int) Math.min(wanted, room);
    if (allowed == 0 && wanted > 0) {
      throw new IOException(message);
    }
    if (room != WELL) {
      room -= allowed;
    }
    return allowed;
  }

  @Override
  void force(FileChannel channel) throws IOException {
    String error = forceMessage;
    if (error != null) {
      throw new IOException(error);
    }
    super.force(channel);
  }

  @Override
  long usableSpace(Path folder) {
    return usable < 0 ? super.usableSpace(folder) : usable;
  }
}
