package org.instantmirror.store;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Instant;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.instantmirror.http.Head;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repodata.Checksum;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A partial entry on disk. Its owner's thread writes; the checkpoint thread forces beside it. */
final class PartialFile implements PartialEntry {
  private static final Logger LOG = LoggerFactory.getLogger(PartialFile.class);

  /** So many unforced bytes are worth a checkpoint at once; fewer when they are a second old. */
  private static final long CHECKPOINT_BYTES = 1 << 20;

  private final EntryKey key;
  private final Head head;
  private final long length;
  private final URI source;
  private final PartialFolder folder;
  private final Commit commit;
  private final StorageFault fault;
  private final PartialName name;
  private final DataFile data;
  private final AtomicBoolean ended = new AtomicBoolean();

  /**
   * Whoever has the permit may force the data and write or delete the sidecar: the checkpoint
   * thread for a moment, the owner for good when it ends the entry. Not a lock that others queue
   * for: the one that may ever wait is the owner at the end, for a force that it wants itself.
   */
  private final Semaphore sidecarPermit = new Semaphore(1);

  /** Bytes written; set by the owner's thread, after the bytes. */
  private volatile long size;

  /** What the next checkpoint writes, but for the offset. Guarded by {@link #sidecarPermit}. */
  private Sidecar sidecar;

  /** The size at the last checkpoint's time. Guarded by {@link #sidecarPermit}. */
  private long sizeBefore;

  PartialFile(
      PartialFolder folder,
      Commit commit,
      StorageFault fault,
      PartialName name,
      DataFile data,
      Sidecar sidecar) {
    this.folder = folder;
    this.commit = commit;
    this.fault = fault;
    this.name = name;
    this.data = data;
    this.sidecar = sidecar;
    this.size = sidecar.forced();
    this.sizeBefore = sidecar.forced();
    this.key = sidecar.key();
    this.head = sidecar.head();
    this.length = sidecar.length();
    this.source = sidecar.source();
  }

  @Override
  public EntryKey key() {
    return key;
  }

  @Override
  public Head head() {
    return head;
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public URI source() {
    return source;
  }

  @Override
  public long size() {
    return size;
  }

  PartialName name() {
    return name;
  }

  DataFile data() {
    return data;
  }

  /** Bytes that are still to come, as far as that is known. */
  long remaining() {
    return Math.max(0, length - size);
  }

  @Override
  public void append(ByteBuffer bytes) throws StorageException {
    if (ended.get()) {
      throw new IllegalStateException(key + " was committed, suspended or discarded");
    }
    long position = size;
    int count = bytes.remaining();
    try {
      data.write(bytes, position);
    } catch (IOException e) {
      throw fault.report(StorageException.of("cannot write", name.data(), e));
    }
    size = position + count;
  }

  @Override
  public Reader openReader() throws IOException {
    data.retain();
    return new DataReader();
  }

  /** Called about once a second by the checkpoint thread: makes what is here safe, if worth it. */
  void checkpoint() {
    if (!sidecarPermit.tryAcquire()) {
      return;
    }
    try {
      long now = size;
      long unforced = now - sidecar.forced();
      boolean due = unforced >= CHECKPOINT_BYTES || sizeBefore > sidecar.forced();
      sizeBefore = now;
      if (due && unforced > 0 && sidecar.isResumable()) {
        data.force();
        sidecar = sidecar.forcedTo(now);
        folder.write(name, sidecar, true);
      }
    } catch (IOException e) {
      fault.report(StorageException.of("cannot write", name.data(), e));
    } finally {
      sidecarPermit.release();
    }
  }

  @Override
  public StoredEntry commit(Instant now, @Nullable Checksum checksum) throws StorageException {
    if (length >= 0 && size != length) {
      throw new IllegalStateException(key + ": " + size + " of " + length + " bytes are here");
    }
    if (!ended.compareAndSet(false, true)) {
      throw new IllegalStateException(key + " was committed, suspended or discarded");
    }
    sidecarPermit.acquireUninterruptibly();
    boolean committed = false;
    try (Uninterrupted whole = new Uninterrupted()) {
      StoredEntry entry = commit.run(this, sidecar, now, checksum);
      committed = true;
      return entry;
    } catch (StorageException e) {
      throw fault.report(e);
    } finally {
      if (!committed) {
        folder.delete(name);
      }
      end();
    }
  }

  @Override
  public void suspend() {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    sidecarPermit.acquireUninterruptibly();
    try (Uninterrupted whole = new Uninterrupted()) {
      if (sidecar.isResumable() && size > 0) {
        data.force();
        sidecar = sidecar.forcedTo(size);
        folder.write(name, sidecar, true);
        folder.keep(name, sidecar);
      } else {
        folder.delete(name);
      }
    } catch (IOException e) {
      LOG.info("{} can't be kept to be resumed: {}", key, e.toString());
      folder.delete(name);
    } finally {
      end();
    }
  }

  @Override
  public void discard() {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    sidecarPermit.acquireUninterruptibly();
    try (Uninterrupted whole = new Uninterrupted()) {
      folder.delete(name);
    } finally {
      end();
    }
  }

  private void end() {
    data.release();
    folder.ended(this);
  }

  private final class DataReader implements Reader {
    private final AtomicBoolean closed = new AtomicBoolean();

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      if (closed.get()) {
        throw new ClosedChannelException();
      }
      long available = size - position;
      if (available <= 0) {
        return -1;
      }
      int limit = target.limit();
      try {
        target.limit(target.position() + (int) Math.min(target.remaining(), available));
        return data.read(target, position);
      } finally {
        target.limit(limit);
      }
    }

    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        data.release();
      }
    }
  }
}
